// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/data_set.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

#include "core/base/files.h"
#include "core/base/machine_limits.h"
#include "core/base/random.h"
#include "core/base/setting_name.h"
#include "core/data/data_format.h"
#include "core/data/matched_data_set.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kValidationImages = 5000, kShareCut = 10;
constexpr std::uint64_t kSplitSeed = 20211017;  // fixed for ever: a validation set that moves is none

/// The data set that is known by name.
constexpr const char* kNamedSet = "fashion-mnist";
constexpr std::array kNamedSetClasses{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                      "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

/// Where it may lie, first choice first.
std::vector<fs::path> placesOfNamedSet() {
    std::vector<fs::path> places;
    if (const char* folder = std::getenv("BITDESK_DATA_DIR")) places.push_back(fs::path(folder) / kNamedSet);
    places.push_back(fs::path("/usr/share/datasets") / kNamedSet);
    return places;
}

[[noreturn]] void failNotFound() {
    std::string looked;
    for (const fs::path& place : placesOfNamedSet()) looked += (looked.empty() ? "" : ", ") + place.string();
    throw Error(ErrorKind::BadInput, kNamedSet, "the data set is not found; looked in " + looked,
                "Install Debian's package dataset-fashion-mnist, or set BITDESK_DATA_DIR");
}

/// What DATA stands for.
FoundFormat findSource(const std::string& spec) {
    if (spec.empty()) throw Error(ErrorKind::BadInput, settingName("data"), "names no file or folder");
    const auto found = findDataSet(spec);
    if (!found) failNotFound();
    return isNamedDataSet(spec) ? FoundFormat{*found, &idxFormat()} : findFormat(*found);
}

void checkLabels(const RawImages& raw, const std::string& where) {
    for (const int label : raw.labels)
        if (label < 0 || label >= static_cast<int>(raw.classNames.size()))
            throw Error(ErrorKind::BadInput, where,
                        "has the label " + std::to_string(label) + ", but " + std::to_string(raw.classNames.size()) +
                            " classes");
}

/// A split of a part that has it whole, or cut from the training images: `val` is the tail of one permutation of them,
/// `train` the rest.
std::vector<std::int64_t> wholeIndices(std::int64_t size) {
    std::vector<std::int64_t> all(static_cast<std::size_t>(size));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    return all;
}
std::vector<std::int64_t> cutIndices(Split split, std::int64_t size) {
    const auto order = permutation(size, kSplitSeed);
    const std::int64_t validation = std::min(kValidationImages, size / kShareCut);
    const auto cut = order.end() - validation;
    std::vector<std::int64_t> chosen(split == Split::Val ? cut : order.begin(),
                                     split == Split::Val ? order.end() : cut);
    std::ranges::sort(chosen);
    return chosen;
}

bool has(const std::vector<SourcePart>& parts, SourcePart part) {
    return std::ranges::find(parts, part) != parts.end();
}

std::vector<Split> splitsOfParts(const std::vector<SourcePart>& parts) {
    const bool train = has(parts, SourcePart::Train), val = has(parts, SourcePart::Val);
    std::vector<Split> splits;
    if (train) splits.push_back(Split::Train);
    if (train || val) splits.push_back(Split::Val);
    if (has(parts, SourcePart::Test) || val) splits.push_back(Split::Test);
    return splits;
}

/// Which part a split is of, and which of its images it takes.
SplitPlan planSplit(const DataFormat& format, const fs::path& path, Split split) {
    const auto parts = format.parts(path);
    const bool val = has(parts, SourcePart::Val), test = has(parts, SourcePart::Test);
    SplitPlan plan;
    plan.split = split;
    plan.choose = wholeIndices;
    plan.description.format = format.name;
    plan.description.splits = splitsOfParts(parts);
    if (std::ranges::find(plan.description.splits, split) == plan.description.splits.end()) {
        std::string known;
        for (const Split other : plan.description.splits)
            known += (known.empty() ? "" : ", ") + std::string(splitName(other));
        throw Error(
            ErrorKind::BadInput, path.string(), std::string("has no ") + splitName(split) + " part; it has: " + known,
            test && parts.size() == 1 ? "One part alone is the test split: make a train and a test part of it" : "");
    }
    if (split == Split::Test) {
        plan.part = test ? SourcePart::Test : SourcePart::Val;
        if (!test) plan.description.notes.emplace_back("there is no test part: these are the validation images");
    } else if (split == Split::Val && val) {
        plan.part = SourcePart::Val;
    } else {
        plan.part = SourcePart::Train;
        if (!val) plan.choose = [split](std::int64_t size) { return cutIndices(split, size); };
        if (!val && split == Split::Val) plan.description.notes.emplace_back("cut from the training images");
    }
    return plan;
}

std::shared_ptr<const DataSet> readWhole(const DataFormat& format, const fs::path& path, bool named, SplitPlan plan) {
    RawImages raw = format.read(path, plan.part);
    if (named) {
        raw.classNames.assign(kNamedSetClasses.begin(), kNamedSetClasses.end());
        raw.named = true;
    }
    checkLabels(raw, path.string());
    const auto indices = chosenImages(plan, static_cast<std::int64_t>(raw.labels.size()), path.string());
    return std::make_shared<InMemoryDataSet>(plan.name, plan.split, std::move(raw), indices,
                                             std::move(plan.description));
}

void checkRequest(const DataRequest& request, const DataFormat& format) {
    const DataChoices& choices = request.choices;
    if (format.open == nullptr && (choices.resize != 0 || choices.exif))
        throw Error(ErrorKind::Usage, choices.exif ? settingName("exif") : settingName("resize"),
                    std::string("is for image folders; ") + format.name + " holds pixels, which are taken as they are");
    if (choices.resize == 0) return;
    const int least = request.shape ? std::max(request.shape->height, request.shape->width) : 2;
    if (choices.resize < least)
        throw Error(ErrorKind::Usage, settingName("resize") + " " + std::to_string(choices.resize),
                    "is less than the " + std::to_string(least) + " pixels that are cut out of an image");
}

}  // namespace

const char* splitName(Split split) {
    constexpr std::array kNames{"train", "val", "test"};
    return kNames[static_cast<std::size_t>(split)];
}

Split parseSplit(std::string_view text) {
    for (const Split split : {Split::Train, Split::Val, Split::Test})
        if (text == splitName(split)) return split;
    throw Error(ErrorKind::Usage, settingName("split"), "'" + std::string(text) + "' is no split",
                "Use train, val or test");
}

std::vector<std::int64_t> chosenImages(const SplitPlan& plan, std::int64_t size, const std::string& where) {
    if (size == 0) throw TooFewImages(ErrorKind::BadInput, where, "has no images");
    auto chosen = plan.choose(size);
    if (chosen.empty())
        throw TooFewImages(
            ErrorKind::BadInput, where,
            "has " + std::to_string(size) + " training images, too few for a tenth of them to be the validation part",
            "Give " + std::to_string(kShareCut) + " images or more, or a val part");
    return chosen;
}

bool isNamedDataSet(const std::string& spec) { return spec == kNamedSet; }

std::optional<fs::path> findDataSet(const std::string& spec) {
    if (!isNamedDataSet(spec)) return fs::path(spec);
    for (const fs::path& place : placesOfNamedSet()) {
        std::error_code code;
        if (fs::is_directory(place, code)) return place;
    }
    return std::nullopt;
}

std::string toText(const ImageShape& shape) {
    return std::to_string(shape.height) + "×" + std::to_string(shape.width) + "×" + std::to_string(shape.channels);
}

bool isClassMapFile(const std::string& classes) {
    return !classes.empty() && classes != kByNumber && classes != kFromZero && classes != kFromOne;
}

std::vector<std::int64_t> classCounts(const DataSet& data) {
    std::vector<std::int64_t> counts(data.classNames().size());
    for (std::int64_t i = 0; i < data.size(); ++i) ++counts[static_cast<std::size_t>(data.label(i))];
    return counts;
}

std::int64_t defaultDataMemory() {
    constexpr std::int64_t kMost = 1 << 30;
    return modestMemory(kMost);
}

std::vector<Split> splitsOf(const std::string& spec) {
    const FoundFormat source = findSource(spec);
    return splitsOfParts(source.format->parts(source.path));
}

std::shared_ptr<const DataSet> openDataSet(const std::string& spec, Split split, const DataRequest& request) {
    const FoundFormat source = findSource(spec);
    const DataFormat& format = *source.format;
    const bool named = isNamedDataSet(spec);
    DataRequest bounded = request;
    if (bounded.choices.memory == 0) bounded.choices.memory = defaultDataMemory();
    checkRequest(bounded, format);
    SplitPlan plan = planSplit(format, source.path, split);
    plan.name = named ? spec : fs::absolute(source.path).lexically_normal().string();
    if (format.open == nullptr && request.choices.badFiles)
        (*request.choices.badFiles)({});  // an earlier list is none of this
    auto data = format.open != nullptr ? format.open(source.path, plan, bounded)
                                       : readWhole(format, source.path, named, std::move(plan));
    // Of images that the model cannot read, the shape is what there is to tell: checkDataFitsModel() does.
    const bool otherShape = request.shape && *request.shape != data->shape();
    return request.modelClasses.empty() || otherShape ? data
                                                      : matchedTo(data, request.modelClasses, request.choices.classes);
}

}  // namespace bitdesk
