// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/cifar.h"

#include <algorithm>
#include <sstream>
#include <string>

#include "core/base/error.h"
#include "core/base/read_file.h"
#include "core/base/utf8.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr int kSide = 32, kPlane = kSide * kSide, kPixels = 3 * kPlane;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 31;

/// One of the two. The label that counts is a record's last.
struct Kind {
    int labels;
    int classes;
    const char* names;

    std::uint64_t recordBytes() const { return static_cast<std::uint64_t>(labels) + kPixels; }
};
constexpr Kind kCifar10{1, 10, "batches.meta.txt"};
constexpr Kind kCifar100{2, 100, "fine_label_names.txt"};

fs::path folderOf(const fs::path& path) {
    std::error_code code;
    if (fs::is_directory(path, code)) return path;
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

std::vector<fs::path> filesOf(const fs::path& folder, SourcePart part) {
    std::vector<std::string> names{"test_batch.bin", "test.bin"};
    if (part == SourcePart::Train) {
        names = {"train.bin"};
        for (char number = '1'; number <= '5'; ++number) names.push_back(std::string("data_batch_") + number + ".bin");
    }
    std::vector<fs::path> found;
    std::error_code code;
    for (const std::string& name : names)
        if (fs::is_regular_file(folder / name, code)) found.push_back(folder / name);
    return found;
}

/// Null where the file's size fits neither; where it fits both, its name decides.
const Kind* kindOf(const fs::path& file) {
    std::error_code code;
    const auto size = fs::file_size(file, code);
    if (code || size == 0) return nullptr;
    const bool ten = size % kCifar10.recordBytes() == 0, hundred = size % kCifar100.recordBytes() == 0;
    if (ten && hundred) return file.filename().string().find("batch") != std::string::npos ? &kCifar10 : &kCifar100;
    return ten ? &kCifar10 : hundred ? &kCifar100 : nullptr;
}

std::vector<SourcePart> parts(const fs::path& path) {
    std::vector<SourcePart> found;
    for (const SourcePart part : {SourcePart::Train, SourcePart::Test})
        if (!filesOf(folderOf(path), part).empty()) found.push_back(part);
    return found;
}

bool detect(const fs::path& path) {
    std::error_code code;
    if (!fs::is_directory(path, code)) {
        bool ours = false;
        for (const SourcePart part : {SourcePart::Train, SourcePart::Test})
            for (const fs::path& file : filesOf(folderOf(path), part))
                ours = ours || file.filename() == path.filename();
        if (!ours) return false;
    }
    return !parts(path).empty();
}

void setClassNames(RawImages& raw, const fs::path& folder, const Kind& kind) {
    constexpr std::uint64_t kMost = 1 << 16;
    std::vector<std::string>& names = raw.classNames;
    std::error_code code;
    raw.named = fs::exists(folder / kind.names, code);
    if (!raw.named) {
        for (int c = 0; c < kind.classes; ++c) names.push_back("class " + std::to_string(c));
        return;
    }
    std::istringstream lines(readFile(folder / kind.names, kMost));
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (!line.empty()) names.push_back(printable(validUtf8(line)));
    }
    if (static_cast<int>(names.size()) != kind.classes)
        throw Error(
            ErrorKind::BadInput, (folder / kind.names).string(),
            "names " + std::to_string(names.size()) + " classes, " + std::to_string(kind.classes) + " are needed");
}

void addRecords(RawImages& raw, const fs::path& file, const Kind& kind) {
    const std::string bytes = readFile(file, kMostBytes);
    if (raw.pixels.size() + bytes.size() > kMostBytes)
        throw Error(ErrorKind::BadInput, file.string(), "goes beyond 2 GiB of images");
    for (std::size_t offset = 0; offset + kind.recordBytes() <= bytes.size(); offset += kind.recordBytes()) {
        const auto* record = reinterpret_cast<const std::uint8_t*>(bytes.data() + offset);
        const int label = record[kind.labels - 1];
        if (label >= kind.classes)
            throw Error(ErrorKind::BadInput, file.string(),
                        "has the label " + std::to_string(label) + " in record " +
                            std::to_string(offset / kind.recordBytes()) + ", there are " +
                            std::to_string(kind.classes) + " classes");
        raw.labels.push_back(label);
        const std::uint8_t* planes = record + kind.labels;
        for (int p = 0; p < kPlane; ++p)
            for (int c = 0; c < 3; ++c) raw.pixels.push_back(planes[c * kPlane + p]);
    }
}

RawImages read(const fs::path& path, SourcePart part) {
    const fs::path folder = folderOf(path);
    const auto files = filesOf(folder, part);
    RawImages raw{
        .height = kSide, .width = kSide, .channels = 3, .pixels = {}, .labels = {}, .classNames = {}, .named = false};
    const Kind* kind = files.empty() ? nullptr : kindOf(files.front());
    for (const fs::path& file : files) {
        const Kind* own = kindOf(file);
        if (own == nullptr)
            throw Error(ErrorKind::BadInput, file.string(),
                        "is no CIFAR file, or cut short: its size is no multiple of 3073 or 3074 bytes");
        if (own != kind)
            throw Error(ErrorKind::BadInput, file.string(), "is of the other CIFAR than " + files.front().string());
        addRecords(raw, file, *kind);
    }
    if (kind != nullptr) setClassNames(raw, folder, *kind);
    return raw;
}

}  // namespace

const DataFormat& cifarFormat() {
    static const DataFormat kFormat{"CIFAR", detect, parts, read, nullptr};
    return kFormat;
}

}  // namespace bitdesk
