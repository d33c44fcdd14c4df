// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/data_set.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/data/data_format.h"
#include "core/data/idx.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kValidationImages = 5000;
constexpr std::uint64_t kSplitSeed = 20211017;  // fixed for ever: a validation set that moves is none

/// A data set that is known by name: where it may lie, and what its classes are called.
struct NamedDataSet {
    const char* name;
    const char* debianPackage;
    std::vector<std::string> classNames;
};

const NamedDataSet& fashionMnist() {
    static const NamedDataSet kSet{
        "fashion-mnist",
        "dataset-fashion-mnist",
        {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}};
    return kSet;
}

/// Where a data set may lie, first choice first.
std::vector<fs::path> placesOf(const NamedDataSet& set) {
    std::vector<fs::path> places;
    if (const char* folder = std::getenv("BITDESK_DATA_DIR")) places.push_back(fs::path(folder) / set.name);
    places.push_back(fs::path("/usr/share/datasets") / set.name);
    return places;
}

[[noreturn]] void failNotFound(const NamedDataSet& set) {
    std::string looked;
    for (const fs::path& place : placesOf(set)) looked += (looked.empty() ? "" : ", ") + place.string();
    throw Error(ErrorKind::BadInput, set.name, "the data set is not found; looked in " + looked,
                std::string("Install Debian's package ") + set.debianPackage + ", or set BITDESK_DATA_DIR");
}

const DataFormat& detectFormat(const fs::path& path) {
    std::error_code code;
    if (!fs::exists(path, code))
        throw Error(ErrorKind::BadInput, path.string(), "there is no such file or folder",
                    "Name a data set's file or folder, or fashion-mnist");
    for (const DataFormat* format : dataFormats())
        if (format->detect(path)) return *format;
    std::string known;
    for (const DataFormat* format : dataFormats()) known += (known.empty() ? "" : ", ") + std::string(format->name);
    throw Error(ErrorKind::BadInput, path.string(), "holds no data set of a known format", "Known: " + known);
}

void checkLabels(const RawImages& raw, const std::string& where) {
    for (const int label : raw.labels)
        if (label < 0 || label >= static_cast<int>(raw.classNames.size()))
            throw Error(ErrorKind::BadInput, where,
                        "has the label " + std::to_string(label) + ", but " + std::to_string(raw.classNames.size()) +
                            " classes");
}

/// The images of a split: `val` is the tail of one permutation of the training images, `train` the rest.
std::vector<std::int64_t> splitIndices(Split split, std::int64_t size) {
    auto order = permutation(size, kSplitSeed);
    if (split == Split::Test) {
        std::ranges::sort(order);
        return order;
    }
    const std::int64_t validation = std::min(kValidationImages, size / 10);
    const auto cut = order.end() - validation;
    std::vector<std::int64_t> chosen(split == Split::Val ? cut : order.begin(),
                                     split == Split::Val ? order.end() : cut);
    std::ranges::sort(chosen);
    return chosen;
}

}  // namespace

const char* splitName(Split split) {
    constexpr std::array kNames{"train", "val", "test"};
    return kNames[static_cast<std::size_t>(split)];
}

Split parseSplit(std::string_view text) {
    for (const Split split : {Split::Train, Split::Val, Split::Test})
        if (text == splitName(split)) return split;
    throw Error(ErrorKind::Usage, "--split", "'" + std::string(text) + "' is no split", "Use train, val or test");
}

std::span<const DataFormat* const> dataFormats() {
    static const std::array kFormats{&idxFormat()};
    return kFormats;
}

std::optional<fs::path> findDataSet(const std::string& spec) {
    if (spec != fashionMnist().name) return fs::path(spec);
    for (const fs::path& place : placesOf(fashionMnist())) {
        std::error_code code;
        if (fs::is_directory(place, code)) return place;
    }
    return std::nullopt;
}

std::shared_ptr<const DataSet> openDataSet(const std::string& spec, Split split) {
    if (spec.empty()) throw Error(ErrorKind::BadInput, "--data", "names no file or folder");
    const bool named = spec == fashionMnist().name;
    const auto found = findDataSet(spec);
    if (!found) failNotFound(fashionMnist());
    const fs::path& path = *found;
    const DataFormat& format = named ? idxFormat() : detectFormat(path);
    RawImages raw = format.read(path, split == Split::Test ? SourcePart::Test : SourcePart::Train);
    if (named) raw.classNames = fashionMnist().classNames;
    checkLabels(raw, path.string());
    if (raw.labels.size() < 2) throw Error(ErrorKind::BadInput, path.string(), "has too few images");
    const auto indices = splitIndices(split, static_cast<std::int64_t>(raw.labels.size()));
    const std::string name = named ? spec : fs::absolute(path).lexically_normal().string();
    return std::make_shared<InMemoryDataSet>(name, split, raw, indices);
}

}  // namespace bitdesk
