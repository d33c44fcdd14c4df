// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/npz.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/error.h"
#include "core/base/zip_archive.h"
#include "core/data/npy.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostSide = 16384;  // of an image, pixels
constexpr std::int64_t kMostClasses = 65535;

struct Pair {
    SourcePart part;
    const char* images;
    const char* labels;
};
/// Of several for one part the first that is there.
constexpr std::array kPairs{
    Pair{SourcePart::Train, "x_train", "y_train"}, Pair{SourcePart::Train, "train_images", "train_labels"},
    Pair{SourcePart::Val, "x_val", "y_val"},       Pair{SourcePart::Val, "val_images", "val_labels"},
    Pair{SourcePart::Test, "x_test", "y_test"},    Pair{SourcePart::Test, "test_images", "test_labels"},
    Pair{SourcePart::Test, "images", "labels"},    Pair{SourcePart::Test, "x", "y"}};

std::string entryOf(const char* key) { return std::string(key) + ".npy"; }

const Pair* pairOf(const ZipArchive& archive, SourcePart part) {
    for (const Pair& pair : kPairs)
        if (pair.part == part && archive.has(entryOf(pair.images))) return &pair;
    return nullptr;
}

std::vector<SourcePart> parts(const fs::path& path) {
    const ZipArchive archive(path);
    std::vector<SourcePart> found;
    for (const SourcePart part : {SourcePart::Train, SourcePart::Val, SourcePart::Test})
        if (pairOf(archive, part) != nullptr) found.push_back(part);
    if (found.empty()) {
        std::string names;
        for (const std::string& name : archive.names())
            if (names.size() < 200) names += (names.empty() ? "" : ", ") + name;
        throw Error(ErrorKind::BadInput, path.string(),
                    "holds no arrays x_train and y_train, train_images and train_labels, x_test and y_test, …, images "
                    "and labels, or x and y; it has: " +
                        (names.empty() ? "nothing" : names));
    }
    return found;
}

/// Where the channels stand, 0: there is no such dimension.
int channelDimension(const NpyArray& images, const std::string& where) {
    const auto& extents = images.extents;
    const auto isChannels = [](std::int64_t extent) { return extent == 1 || extent == 3; };
    if (images.kind != 'u' || images.itemBytes != 1)
        throw Error(ErrorKind::BadInput, where, "holds images that are no unsigned bytes (uint8)",
                    "Save pixels of 0 to 255 as uint8");
    if (extents.size() == 3) return 0;
    if (extents.size() == 4 && isChannels(extents[3])) return 3;
    if (extents.size() == 4 && isChannels(extents[1])) return 1;
    throw Error(ErrorKind::BadInput, where, "is neither [N, H, W], [N, H, W, C] nor [N, C, H, W] with C 1 or 3");
}

void setImages(RawImages& raw, const NpyArray& images, const std::string& where) {
    const int dimension = channelDimension(images, where);
    const std::size_t spatial = dimension == 1 ? 2 : 1;
    const std::int64_t height = images.extents[spatial], width = images.extents[spatial + 1];
    if (std::max(height, width) > kMostSide)
        throw Error(ErrorKind::BadInput, where, "has images of more than 16384 pixels a side");
    raw.height = static_cast<int>(height);
    raw.width = static_cast<int>(width);
    raw.channels = dimension == 0 ? 1 : static_cast<int>(images.extents[static_cast<std::size_t>(dimension)]);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(images.data.data());
    if (dimension != 1 || raw.channels == 1) {
        raw.pixels.assign(bytes, bytes + images.data.size());
        return;
    }
    raw.pixels.resize(images.data.size());
    const std::int64_t plane = height * width;
    std::uint8_t* out = raw.pixels.data();
    for (std::int64_t i = 0; i < images.extents[0]; ++i, bytes += 3 * plane)
        for (std::int64_t p = 0; p < plane; ++p)
            for (int c = 0; c < 3; ++c) *out++ = bytes[c * plane + p];
}

void setLabels(RawImages& raw, const NpyArray& labels, std::int64_t images, const std::string& where) {
    const bool column = labels.extents.size() == 2 && labels.extents[1] == 1;
    if (labels.extents.size() != 1 && !column)
        throw Error(ErrorKind::BadInput, where, "holds labels that are neither [N] nor [N, 1]");
    if (labels.extents[0] != images)
        throw Error(ErrorKind::BadInput, where,
                    "has " + std::to_string(labels.extents[0]) + " labels for " + std::to_string(images) + " images");
    for (std::int64_t i = 0; i < images; ++i) {
        const std::int64_t label = labels.at(i);
        if (label < 0 || label >= kMostClasses)
            throw Error(ErrorKind::BadInput, where,
                        "has the label " + std::to_string(label) + "; labels are 0 to 65534");
        raw.labels.push_back(static_cast<int>(label));
    }
}

RawImages read(const fs::path& path, SourcePart part) {
    const ZipArchive archive(path);
    const Pair* pair = pairOf(archive, part);
    if (pair == nullptr) throw Error(ErrorKind::BadInput, path.string(), "lacks the part");
    const auto where = [&](const char* key) { return path.string() + ", array " + key; };
    if (!archive.has(entryOf(pair->labels)))
        throw Error(ErrorKind::BadInput, path.string(),
                    std::string("has ") + pair->images + ", but no " + pair->labels);
    RawImages raw;
    {
        const auto bytes = archive.read(entryOf(pair->images));
        setImages(raw, parseNpy(bytes, where(pair->images)), where(pair->images));
    }
    const auto bytes = archive.read(entryOf(pair->labels));
    const auto count = static_cast<std::int64_t>(raw.pixels.size()) / raw.imageBytes();
    setLabels(raw, parseNpy(bytes, where(pair->labels)), count, where(pair->labels));
    raw.numberClasses();
    return raw;
}

}  // namespace

const DataFormat& npzFormat() {
    static const DataFormat kFormat{"npz", ZipArchive::detect, parts, read, nullptr};
    return kFormat;
}

}  // namespace bitdesk
