// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/tensor_file.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <string_view>

#include "core/base/archives.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/half.h"
#include "core/base/setting_name.h"
#include "core/base/what_is.h"
#include "core/exchange/effective_weights.h"
#include "core/exchange/state_dict.h"

namespace bitdesk {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 31;

template <typename Stored, typename Convert>
std::vector<float> converted(const Tensor& tensor, Convert convert) {
    std::vector<float> values(tensor.data.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, tensor.data.data() + i * sizeof(Stored), sizeof(Stored));
        values[i] = convert(stored);
    }
    return values;
}
template <typename Stored>
std::vector<float> converted(const Tensor& tensor) {
    return converted<Stored>(tensor, [](Stored value) { return static_cast<float>(value); });
}

std::vector<float> numbers(const Tensor& tensor, const std::string& where) {
    const std::string& type = tensor.dtype;
    if (type == "F32") return converted<float>(tensor);
    if (type == "F64") return converted<double>(tensor);
    if (type == "F16") return converted<std::uint16_t>(tensor, halfToFloat);
    if (type == "BF16")
        return converted<std::uint16_t>(tensor,
                                        [](std::uint16_t v) { return std::bit_cast<float>(std::uint32_t{v} << 16); });
    if (type == "I8") return converted<std::int8_t>(tensor);
    if (type == "U8" || type == "BOOL") return converted<std::uint8_t>(tensor);
    if (type == "I16") return converted<std::int16_t>(tensor);
    if (type == "U16") return converted<std::uint16_t>(tensor);
    if (type == "I32") return converted<std::int32_t>(tensor);
    if (type == "U32") return converted<std::uint32_t>(tensor);
    if (type == "I64") return converted<std::int64_t>(tensor);
    if (type == "U64") return converted<std::uint64_t>(tensor);
    throw Error(ErrorKind::BadInput, where, "has the element type " + type + ", which is not read");
}

/// Before PyTorch 1.6, and with _use_new_zipfile_serialization=False, torch.save wrote bare pickles, the first of them
/// a number of its own: behind the protocol's two bytes, from protocol 4 on behind a frame's nine, too.
bool isLegacyTorch(const std::filesystem::path& path) {
    constexpr std::string_view kMagic = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
    constexpr std::size_t kPlain = 2, kFramed = 11;
    std::array<char, kFramed + kMagic.size()> begin{};
    std::ifstream file(path, std::ios::binary);
    file.read(begin.data(), begin.size());
    const std::string_view bytes(begin.data(), begin.size());
    return bytes[0] == '\x80' && (bytes.substr(kPlain).starts_with(kMagic) || bytes.substr(kFramed) == kMagic);
}

/// What is surely neither of the two kinds of file is told as what it is. An ending tells nothing: "model.pth.tar" is
/// what torch.save wrote, mostly.
void refuseOthers(const std::filesystem::path& path) {
    const WhatItIs what = whatIs(path);
    const auto fail = [&](const std::string& more, const std::string& hint) {
        throw Error(ErrorKind::BadInput, path.string(), "is " + what.text + more, hint);
    };
    const std::string save = "torch.save(model.state_dict(), FILE)";
    switch (what.kind) {
        case FileKind::TorchZip:
        case FileKind::Zip:
        case FileKind::Safetensors:
        case FileKind::Absent:
        case FileKind::Unknown: return;  // reading it says what is wrong
        case FileKind::Pickle:
            if (isLegacyTorch(path)) return;
            return fail(", no file of tensors", "Read are what " + save + " writes and .safetensors files");
        case FileKind::Folder: return fail("", "Name the file of tensors");
        case FileKind::WebPage:
        case FileKind::Empty: return fail("", "Download it again");
        case FileKind::LfsPointer: return fail("", "Fetch the file itself: git lfs pull");
        case FileKind::Tar:
        case FileKind::Packed:
            return fail(", no file of tensors", "Unpack it and name the file that " + save + " wrote");
        case FileKind::Network:
            return fail(", from which no tensors are read",
                        "Take the PyTorch network that it was made of: " + save + "; or a .safetensors file");
        default: return fail(", no file of tensors", "Read are what " + save + " writes and .safetensors files");
    }
}

TensorFile readSafetensorsFile(const std::filesystem::path& path) {
    TensorFile file;
    file.where = path.string();
    const std::string bytes = readFile(path, kMostBytes);
    file.tensors = parseSafetensors(std::as_bytes(std::span(bytes)), file.where).tensors;
    file.names.reserve(file.tensors.size());
    for (const auto& [name, tensor] : file.tensors) file.names.push_back(name);
    return file;
}

/// Takes off what a wrapper put before every name.
bool stripPrefix(TensorFile& file, const std::string& prefix) {
    for (const std::string& name : file.names)
        if (!name.starts_with(prefix) || file.tensors.contains(name.substr(prefix.size()))) return false;
    std::map<std::string, Tensor> renamed;
    for (std::string& name : file.names) {
        auto node = file.tensors.extract(name);
        name = name.substr(prefix.size());
        renamed.emplace(name, std::move(node.mapped()));
    }
    file.tensors = std::move(renamed);
    return true;
}

/// DataParallel and DistributedDataParallel write the first, torch.compile the second; they nest. A running average of
/// PyTorch (torch.optim.swa_utils) counts its models beside.
void stripWrappers(TensorFile& file) {
    const Tensor* averaged = file.find("n_averaged");
    if (averaged != nullptr && averaged->shape.empty() &&
        std::ranges::any_of(file.names, [](const std::string& name) { return name.starts_with("module."); })) {
        const float count = toFloats(*averaged, file.where).front();
        file.notes.push_back(fmt::format("The weights are an average (n_averaged is {}).", count));
        file.tensors.erase("n_averaged");
        std::erase(file.names, "n_averaged");
    }
    while (stripPrefix(file, "module.") || stripPrefix(file, "_orig_mod.")) {
    }
}

/// Keeps the tensors under a name: one network of several in a flat file.
void keepUnder(TensorFile& file, const std::string& key) {
    const std::string prefix = key + ".";
    std::erase_if(file.names, [&](const std::string& name) { return !name.starts_with(prefix); });
    std::erase_if(file.tensors, [&](const auto& tensor) { return !tensor.first.starts_with(prefix); });
    if (file.names.empty())
        throw Error(ErrorKind::BadInput, file.where, "holds no tensors under '" + printable(key) + "'",
                    settingName("weights-key") + " is the key of a dict of tensors, or what their names begin with");
    stripPrefix(file, prefix);
}

TensorFile readEither(const std::filesystem::path& path, const std::string& key) {
    StateDict dict;
    if (ZipArchive::detect(path) || isLegacyTorch(path)) dict = readStateDict(path, key);
    else dict.file = readSafetensorsFile(path);
    if (!key.empty() && !dict.ofKey) keepUnder(dict.file, key);
    return std::move(dict.file);
}

}  // namespace

const Tensor* TensorFile::find(const std::string& name) const {
    const auto found = tensors.find(name);
    return found == tensors.end() ? nullptr : &found->second;
}

TensorFile readTensorFile(const std::filesystem::path& path, const std::string& key) {
    refuseOthers(path);
    TensorFile file = readEither(path, key);
    if (file.names.empty()) throw Error(ErrorKind::BadInput, file.where, "holds no tensors");
    stripWrappers(file);
    resolveEffectiveWeights(file);
    return file;
}

std::vector<float> toFloats(const Tensor& tensor, const std::string& where) {
    std::vector<float> values = numbers(tensor, where);
    for (const float value : values)
        if (!std::isfinite(value))
            throw Error(ErrorKind::BadInput, where, "holds NaN, infinity or a number beyond float32");
    return values;
}

}  // namespace bitdesk
