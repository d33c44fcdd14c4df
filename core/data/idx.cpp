// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/idx.h"

#include <algorithm>
#include <sstream>

#include "core/base/error.h"
#include "core/base/read_file.h"
#include "core/data/idx_file.h"
#include "core/data/idx_names.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMaxSide = 16384;  // of an image, pixels

std::vector<SourcePart> idxParts(const fs::path& path) {
    std::vector<SourcePart> found;
    for (const auto& [part, files] : findIdxFiles(path).parts) found.push_back(part);
    return found;
}

bool detectIdx(const fs::path& path) {
    try {
        return !idxParts(path).empty();
    } catch (const Error&) {
        return true;  // several sets: reading it says so
    } catch (const std::exception&) {
        return false;
    }
}

/// A character of ASCII by its code, printable or as "#7".
std::string character(int code) {
    if (code > 32 && code < 127) return {static_cast<char>(code)};
    return "#" + std::to_string(code);
}

/// Names of a mapping's lines "label code [code]": "7", "A/a".
void readMapping(RawImages& raw, const fs::path& path) {
    constexpr std::uint64_t kMost = 1 << 16;
    constexpr int kMostOfByte = 255;
    std::istringstream lines(readFile(path, kMost));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream numbers(line);
        int label = 0, code = 0;
        if (!(numbers >> label)) continue;
        std::string name;
        while (numbers >> code) name += (name.empty() ? "" : "/") + character(code);
        if (label < 0 || label > kMostOfByte || name.empty() || name.size() > 16)
            throw Error(ErrorKind::BadInput, path.string(), "has a line that is no label with codes of characters");
        raw.numberClasses(label + 1);
        raw.classNames[static_cast<std::size_t>(label)] = name;
        raw.named = true;
    }
}

/// How many classes the labels of the parts that are not read tell of.
int classesOfOthers(const IdxFiles& files, SourcePart read, RawImages& raw) {
    int classes = 0;
    for (const auto& [part, pair] : files.parts) {
        if (part == read || pair.labels.empty()) continue;
        try {
            classes = std::max(classes, std::ranges::max(readIdxLabels(pair.labels)) + 1);
        } catch (const Error& error) {
            raw.notes.push_back(std::string("the classes of the other part are not known: ") + error.what());
        }
    }
    return classes;
}

void setClasses(RawImages& raw, const IdxFiles& files, SourcePart part) {
    if (!files.mapping.empty()) readMapping(raw, files.mapping);
    raw.numberClasses(std::max(std::ranges::max(raw.labels) + 1, classesOfOthers(files, part, raw)));
    if (files.name.starts_with("emnist"))
        raw.notes.emplace_back(
            "EMNIST's images lie transposed in the file (rows are columns), and are taken as they are");
    for (const std::string& other : files.others)
        raw.notes.push_back("the folder holds '" + other + "', too: name one of its files to read it");
}

RawImages readIdxImages(const fs::path& path, SourcePart part) {
    const IdxFiles files = findIdxFiles(path);
    const auto found = files.parts.find(part);
    if (found == files.parts.end()) throw Error(ErrorKind::BadInput, path.string(), "lacks the part");
    const auto& [imagesPath, labelsPath] = found->second;
    if (labelsPath.empty())
        throw Error(ErrorKind::BadInput, imagesPath.string(), "has no file of labels beside it",
                    "Put its …-labels-idx1-ubyte there, plain or .gz");
    IdxArray images = readIdx(imagesPath, 3);
    RawImages raw;
    raw.labels = readIdxLabels(labelsPath);
    if (images.extents[0] != static_cast<std::int64_t>(raw.labels.size()))
        throw Error(ErrorKind::BadInput, labelsPath.string(),
                    "has " + std::to_string(raw.labels.size()) + " labels for the " +
                        std::to_string(images.extents[0]) + " images of " + imagesPath.filename().string());
    if (std::max(images.extents[1], images.extents[2]) > kMaxSide)
        throw Error(ErrorKind::BadInput, imagesPath.string(),
                    "has images of " + std::to_string(images.extents[1]) + "×" + std::to_string(images.extents[2]) +
                        " pixels, at most " + std::to_string(kMaxSide) + " a side are read");
    raw.height = static_cast<int>(images.extents[1]);
    raw.width = static_cast<int>(images.extents[2]);
    raw.channels = 1;
    raw.pixels = std::move(images.bytes);
    setClasses(raw, files, part);
    return raw;
}

}  // namespace

const DataFormat& idxFormat() {
    static const DataFormat kFormat{"IDX", detectIdx, idxParts, readIdxImages, nullptr};
    return kFormat;
}

}  // namespace bitdesk
