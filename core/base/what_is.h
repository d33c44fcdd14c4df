// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace bitdesk {

inline constexpr std::size_t kPictureMagic = 32;  ///< bytes from a file's begin that tell its format

/// The picture format that a file begins as: "PNG", "JPEG", or one that is not read, as "WebP"; empty: none.
std::string_view pictureFormat(std::string_view begin);

/// What a file from outside is, as far as its first bytes tell.
enum class FileKind {
    Unknown,
    Absent,  ///< not there, or not to be read
    Folder,
    Special,  ///< a pipe, a device
    Empty,
    Tar,  ///< packed by gzip or not
    Zip,
    Npz,  ///< a zip archive of NumPy's arrays
    Npy,
    TorchZip,  ///< what torch.save writes
    Pickle,    ///< also torch.save's before PyTorch 1.6
    Safetensors,
    Network,  ///< ONNX, TensorFlow, GGUF, …: another tool's network
    Idx,
    Table,  ///< data of another tool: HDF5, Parquet, MATLAB, a data base
    Csv,
    Picture,
    Video,
    Dicom,       ///< a picture of medicine
    Packed,      ///< by another packer
    WebPage,     ///< in place of a download
    LfsPointer,  ///< in place of a file that Git keeps elsewhere
    Text,
};

struct WhatItIs {
    FileKind kind = FileKind::Unknown;
    std::string text = "of no kind that is known here";  ///< what stands behind "is", fit for a terminal: "a tar
                                                         ///< archive packed by gzip (a, b, c, …)"
};

/// Looks at the first bytes alone, of an archive at the first names; must not throw, and never waits for a pipe.
WhatItIs whatIs(const std::filesystem::path& path);

/// The same of a file's first bytes, a kibibyte or all; of an archive it tells that it is one.
WhatItIs whatBytesAre(std::string_view begin);

}  // namespace bitdesk
