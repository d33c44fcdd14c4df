// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/what_is.h"

#include <zlib.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <optional>
#include <vector>

#include "core/base/archives.h"
#include "core/base/error.h"
#include "core/base/utf8.h"

namespace bitdesk {
namespace {

using namespace std::string_view_literals;

bool has(std::string_view bytes, std::string_view magic, std::size_t offset = 0) {
    return bytes.size() >= offset && bytes.substr(offset).starts_with(magic);
}

/// "BM" begins many a text, too: the size of a bitmap's header must be one that there is.
bool isBitmap(std::string_view bytes) {
    constexpr std::array<char, 7> kHeaders{12, 40, 52, 56, 64, 108, 124};
    return has(bytes, "BM") && has(bytes, "\0\0\0"sv, 15) && std::ranges::find(kHeaders, bytes[14]) != kHeaders.end();
}

/// "P6", a blank and a digit or a comment.
bool isNetpbm(std::string_view bytes) {
    return bytes.size() > 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' &&
           (bytes[2] == '\n' || bytes[2] == ' ') && ((bytes[3] >= '0' && bytes[3] <= '9') || bytes[3] == '#');
}

/// A letter, one of five versions, packed, bits a sample.
bool isPcx(std::string_view bytes) {
    return bytes.size() > 3 && bytes[0] == '\n' && bytes[1] >= 0 && bytes[1] <= 5 && bytes[1] != 1 && bytes[2] == 1 &&
           (bytes[3] == 1 || bytes[3] == 2 || bytes[3] == 4 || bytes[3] == 8);
}

/// At least one picture, and fewer than 256; of the first, a byte that is always zero.
bool isIcon(std::string_view bytes) {
    return bytes.size() > 9 && has(bytes, "\0\0\1\0"sv) && bytes[4] != 0 && bytes[5] == 0 && bytes[9] == 0;
}

/// Films begin with such a box as well; the brand tells.
std::string_view brandedFormat(std::string_view bytes) {
    if (!has(bytes, "ftyp", 4)) return {};
    for (const std::string_view brand : {"avif", "avis"})
        if (has(bytes, brand, 8)) return "AVIF";
    for (const std::string_view brand : {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"})
        if (has(bytes, brand, 8)) return "HEIF";
    return {};
}

}  // namespace

std::string_view pictureFormat(std::string_view begin) {
    struct Magic {
        std::string_view bytes;
        std::string_view format;
    };
    static constexpr std::array kMagics{Magic{"\x89PNG\r\n\x1a\n"sv, "PNG"},
                                        Magic{"\xff\xd8\xff"sv, "JPEG"},
                                        Magic{"GIF87a"sv, "GIF"},
                                        Magic{"GIF89a"sv, "GIF"},
                                        Magic{"II*\0"sv, "TIFF"},
                                        Magic{"MM\0*"sv, "TIFF"},
                                        Magic{"II+\0"sv, "TIFF"},
                                        Magic{"MM\0+"sv, "TIFF"},
                                        Magic{"\0\0\0\x0cjP  "sv, "JPEG 2000"},
                                        Magic{"\xff\x4f\xff\x51"sv, "JPEG 2000"},
                                        Magic{"\0\0\0\x0cJXL "sv, "JPEG XL"},
                                        Magic{"\xff\x0a"sv, "JPEG XL"},
                                        Magic{"8BPS\0\x01"sv, "Photoshop"},
                                        Magic{"\x76\x2f\x31\x01"sv, "OpenEXR"},
                                        Magic{"\x59\xa6\x6a\x95"sv, "Sun raster"},
                                        Magic{"#?RADIANCE"sv, "Radiance HDR"}};
    for (const Magic& magic : kMagics)
        if (has(begin, magic.bytes)) return magic.format;
    if (has(begin, "RIFF") && has(begin, "WEBP", 8)) return "WebP";
    if (isBitmap(begin)) return "BMP";
    if (isNetpbm(begin)) return "Netpbm";
    if (isPcx(begin)) return "PCX";
    if (isIcon(begin)) return "ICO";
    return brandedFormat(begin);
}

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBegin = 1024;  // bytes that are looked at
constexpr const char* kBinary = "binary data of no kind that is known here";
constexpr std::size_t kNames = 3;  // of an archive's entries that are told

struct Magic {
    std::size_t offset;
    std::string_view bytes;
    FileKind kind;
    const char* text;
};
/// The first that fits tells.
constexpr std::array kMagics{
    Magic{0, "\x93NUMPY"sv, FileKind::Npy, "an array of NumPy (.npy)"},
    Magic{0, "\x89HDF\r\n\x1a\n"sv, FileKind::Table, "an HDF5 file (Keras's .h5, MATLAB's newer .mat)"},
    Magic{0, "MATLAB 5.0 MAT-file"sv, FileKind::Table, "a file of MATLAB (.mat)"},
    Magic{0, "PAR1"sv, FileKind::Table, "a Parquet file"},
    Magic{0, "ARROW1"sv, FileKind::Table, "an Arrow file"},
    Magic{0, "SQLite format 3\0"sv, FileKind::Table, "a data base of SQLite"},
    Magic{16, "\xde\xc0\xef\xbe"sv, FileKind::Table, "a data base of LMDB"},
    Magic{128, "DICM"sv, FileKind::Dicom, "a DICOM file (medicine)"},
    Magic{0, "\x1a\x45\xdf\xa3"sv, FileKind::Video, "a video (Matroska, WebM)"},
    Magic{8, "AVI LIST"sv, FileKind::Video, "a video (AVI)"},
    Magic{0, "GGUF"sv, FileKind::Network, "a GGUF file (llama.cpp)"},
    Magic{4, "TFL3"sv, FileKind::Network, "a TensorFlow Lite file"},
    Magic{0, "%PDF-"sv, FileKind::Text, "a PDF document"},
    Magic{0, "7z\xbc\xaf\x27\x1c"sv, FileKind::Packed, "a 7z archive"},
    Magic{0, "Rar!\x1a\x07"sv, FileKind::Packed, "a RAR archive"},
    Magic{0,
          "\xfd"
          "7zXZ\0"sv,
          FileKind::Packed, "packed by xz"},
    Magic{0, "BZh"sv, FileKind::Packed, "packed by bzip2"},
    Magic{0, "\x28\xb5\x2f\xfd"sv, FileKind::Packed, "packed by zstd"},
    Magic{0,
          "\x7f"
          "ELF"sv,
          FileKind::Unknown, "a program of Linux"},
    Magic{0, "version https://git-lfs.github.com/spec/"sv, FileKind::LfsPointer,
          "a pointer of Git LFS, in place of the file"},
};

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string readable(std::string_view text) { return printable(validUtf8(std::string(text))); }

/// "(a, b, c, …)"
std::string listed(const std::vector<std::string>& names, bool more) {
    if (names.empty()) return "without files";
    std::string text = "(";
    for (const std::string& name : names) text += (text.size() > 1 ? ", " : "") + readable(name.substr(0, 80));
    return text + (more ? ", …)" : ")");
}

std::optional<WhatItIs> asTar(const fs::path& path, bool gzip) {
    // Larger entries are not passed: that takes unpacking them.
    constexpr std::int64_t kSmallEntry = 1 << 26;
    try {
        TarReader tar(path);
        if (!tar.next()) return std::nullopt;
        std::vector<std::string> names{tar.name()};
        bool more = tar.size() > kSmallEntry;
        while (!more && tar.next()) {
            more = names.size() == kNames || tar.size() > kSmallEntry;
            if (names.size() < kNames) names.push_back(tar.name());
        }
        return WhatItIs{FileKind::Tar,
                        (gzip ? "a tar archive packed by gzip " : "a tar archive ") + listed(names, more)};
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

WhatItIs asZip(const fs::path& path) {
    std::vector<std::string> names;
    try {
        names = ZipArchive(path).names();
    } catch (const std::exception&) {
        return {FileKind::Zip, "a zip archive that is damaged, or not to be trusted"};
    }
    const auto ends = [&](std::string_view end) {
        return std::ranges::any_of(names, [&](const std::string& name) { return name.ends_with(end); });
    };
    const bool arrays =
        !names.empty() && std::ranges::all_of(names, [](const std::string& name) { return name.ends_with(".npy"); });
    if (ends("/constants.pkl")) return {FileKind::TorchZip, "a TorchScript archive"};
    if (ends("/data.pkl")) return {FileKind::TorchZip, "a file of torch.save (a PyTorch checkpoint)"};
    if (ends("model.weights.h5")) return {FileKind::Network, "a Keras network (.keras)"};
    const bool more = names.size() > kNames;
    names.resize(std::min(names.size(), kNames));
    const std::string list = listed(names, more);
    if (arrays) return {FileKind::Npz, "an .npz of NumPy's arrays " + list};
    return {FileKind::Zip, "a zip archive " + list};
}

/// The first bytes, unpacked where gzip packed them.
std::string beginOf(const fs::path& path, bool unpack) {
    std::string bytes(kBegin, '\0');
    if (!unpack) {
        std::ifstream file(path, std::ios::binary);
        file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
        return bytes;
    }
    gzFile_s* file = gzopen(path.c_str(), "rb");
    const int got = file == nullptr ? 0 : gzread(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    if (file != nullptr) gzclose(file);
    bytes.resize(static_cast<std::size_t>(std::max(got, 0)));
    return bytes;
}

/// A protocol buffer without a magic number: its first fields are a version and the producer's name.
std::optional<WhatItIs> asNetwork(std::string_view bytes) {
    if (bytes.size() < 16 || bytes[0] != '\x08' || bytes[1] > 32 || bytes[2] != '\x12') return std::nullopt;
    const auto length = static_cast<unsigned char>(bytes[3]);
    const std::string_view producer = bytes.substr(4, std::min<std::size_t>(length, bytes.size() - 4));
    const bool named = length > 0 && length < 64 &&
                       std::ranges::all_of(producer, [](unsigned char c) { return std::isprint(c) != 0; });
    if (named) return WhatItIs{FileKind::Network, "an ONNX network, made by " + readable(producer)};
    if (bytes[1] == 1) return WhatItIs{FileKind::Network, "a SavedModel of TensorFlow"};
    return std::nullopt;
}

/// Targa has no magic number: its header's numbers must all be possible ones.
bool isTarga(std::string_view bytes) {
    constexpr std::string_view kKinds = "\1\2\3\x09\x0a\x0b"sv, kDepths = "\x08\x0f\x10\x18\x20"sv;
    constexpr std::size_t kHeader = 18;
    const auto number = [&](std::size_t at) { return bytes[at] != 0 || bytes[at + 1] != 0; };
    if (bytes.size() < kHeader || kKinds.find(bytes[2]) == std::string_view::npos) return false;
    const bool palette = bytes[1] == 1 && number(5), none = bytes[1] == 0 && bytes.substr(3, 5) == "\0\0\0\0\0"sv;
    return (palette || none) && number(12) && number(14) && kDepths.find(bytes[16]) != std::string_view::npos &&
           (static_cast<unsigned char>(bytes[17]) & 0xC0) == 0;
}

bool vowel(char letter) { return letter == 'A' || letter == 'I' || letter == 'O'; }

std::optional<WhatItIs> asBytes(std::string_view bytes) {
    // First: its length may look like anything else's begin.
    if (bytes.size() > 10 && bytes.substr(8).starts_with("{\"") && bytes.substr(4, 4) == "\0\0\0\0"sv)
        return WhatItIs{FileKind::Safetensors, "a safetensors file"};
    for (const Magic& magic : kMagics)
        if (bytes.size() > magic.offset && bytes.substr(magic.offset).starts_with(magic.bytes))
            return WhatItIs{magic.kind, magic.text};
    if (bytes.size() > 12 && bytes.starts_with("\x80"sv) && bytes[1] >= 2 && bytes[1] <= 5) {
        // torch.save's old format begins with a number of its own.
        const bool torch = bytes.substr(2).starts_with("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv);
        return WhatItIs{FileKind::Pickle,
                        torch ? "a PyTorch checkpoint in torch.save's old format (before 1.6)" : "a pickle of Python"};
    }
    if (bytes.size() > 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] >= 8 && bytes[2] <= 14 && bytes[3] >= 1 &&
        bytes[3] <= 4)
        return WhatItIs{FileKind::Idx, "an IDX file of " + std::to_string(bytes[3]) +
                                           (bytes[3] == 1 ? " dimension (labels)" : " dimensions")};
    if (const std::string format(pictureFormat(bytes)); !format.empty())
        return WhatItIs{FileKind::Picture, (vowel(format[0]) ? "an " : "a ") + format + " picture"};
    // Pictures of new formats, which are told above, begin with the same four letters.
    if (bytes.size() > 8 && bytes.substr(4).starts_with("ftyp"))
        return WhatItIs{FileKind::Video, "a video (MP4, QuickTime)"};
    if (auto network = asNetwork(bytes)) return network;
    if (isTarga(bytes)) return WhatItIs{FileKind::Picture, "a Targa picture"};
    return std::nullopt;
}

std::optional<WhatItIs> asText(std::string_view bytes) {
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
    const auto begin = bytes.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return std::nullopt;
    bytes.remove_prefix(begin);
    const bool control = std::ranges::any_of(bytes, [](unsigned char c) {
        return c == 127 || (c < 32 && c != '\t' && c != '\n' && c != '\r' && c != '\f');
    });
    if (control) return std::nullopt;
    const std::string small = lower(bytes);
    for (const char* tag : {"<!doctype html", "<html", "<head"})
        if (small.starts_with(tag))
            return WhatItIs{FileKind::WebPage, "a web page (HTML), as a failed download leaves one"};
    if (small.starts_with("<svg") || (small.starts_with("<?xml") && small.find("<svg") != std::string::npos))
        return WhatItIs{FileKind::Picture, "an SVG picture"};
    if (small.starts_with("<?xml")) return WhatItIs{FileKind::Text, "an XML document"};
    if (small.starts_with("{") || small.starts_with("[")) return WhatItIs{FileKind::Text, "JSON, or a text like it"};
    const std::string_view line = bytes.substr(0, std::min(bytes.find_first_of("\r\n"), bytes.size()));
    const std::string quoted = "'" + readable(line.substr(0, 60)) + (line.size() > 60 ? "…'" : "'");
    if (std::ranges::count(line, ',') + std::ranges::count(line, ';') + std::ranges::count(line, '\t') > 0)
        return WhatItIs{FileKind::Csv, "a table in text (CSV) that begins " + quoted};
    return WhatItIs{FileKind::Text, "a text that begins " + quoted};
}

bool isZip(std::string_view bytes) { return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06"); }
bool isGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

WhatItIs asFile(const fs::path& path) {
    std::string bytes = beginOf(path, false);
    if (isZip(bytes)) return asZip(path);
    const bool gzip = isGzip(bytes);
    if (gzip) bytes = beginOf(path, true);
    // A tar has a name at its begin, which may look like anything: its checksum tells.
    if (auto tar = asTar(path, gzip)) return *tar;
    auto found = asBytes(bytes);
    if (!found) found = asText(bytes);
    if (gzip && bytes.empty()) return {FileKind::Packed, "packed by gzip, and damaged or empty"};
    if (gzip)
        return {found ? found->kind : FileKind::Packed, "packed by gzip: " + (found ? found->text : "binary data")};
    return found ? *found : WhatItIs{FileKind::Unknown, kBinary};
}

WhatItIs asFolder(const fs::path& path) {
    constexpr int kMost = 1000;
    std::vector<std::string> names;
    std::error_code code;
    int count = 0;
    for (fs::directory_iterator it(path, code); !code && it != fs::directory_iterator() && count < kMost;
         it.increment(code), ++count)
        names.push_back(it->path().filename().string());
    if (code) return {FileKind::Absent, "a folder that cannot be read: " + code.message()};
    if (names.empty()) return {FileKind::Folder, "an empty folder"};
    std::ranges::sort(names);
    names.resize(std::min(names.size(), kNames));
    return {FileKind::Folder, "a folder " + listed(names, count > static_cast<int>(kNames))};
}

}  // namespace

WhatItIs whatIs(const fs::path& path) {
    try {
        std::error_code code;
        const auto status = fs::status(path, code);
        if (code || !fs::exists(status)) return {FileKind::Absent, "not there, or not to be reached"};
        if (fs::is_directory(status)) return asFolder(path);
        if (!fs::is_regular_file(status)) return {FileKind::Special, "a pipe, a device or a socket"};
        if (!std::ifstream(path, std::ios::binary)) return {FileKind::Absent, "not readable for this user"};
        if (fs::file_size(path, code) == 0) return {FileKind::Empty, "empty (0 bytes)"};
        return asFile(path);
    } catch (const std::exception&) {
        return {};
    }
}

WhatItIs whatBytesAre(std::string_view begin) {
    begin = begin.substr(0, kBegin);
    if (begin.empty()) return {FileKind::Empty, "empty (0 bytes)"};
    if (isZip(begin)) return {FileKind::Zip, "a zip archive"};
    if (isGzip(begin)) return {FileKind::Packed, "packed by gzip"};
    auto found = asBytes(begin);
    if (!found) found = asText(begin);
    return found ? *found : WhatItIs{FileKind::Unknown, kBinary};
}

}  // namespace bitdesk
