// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/data_format.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/data/labelled_arrays.h"
#include "core/data/named_arrays.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;
using Pairs = std::map<SourcePart, ArrayPair>;

/// Two arrays of any names, where their shapes leave no doubt.
std::optional<ArrayPair> pairByShape(const ArrayStore& store) {
    const auto names = store.names();
    if (names.size() != 2 || !store.has(names[0]) || !store.has(names[1])) return std::nullopt;
    const auto first = store.read(names[0]).array.extents, second = store.read(names[1]).array.extents;
    const auto fits = [](const auto& images, const auto& labels) {
        return images.size() >= 3 && (labels.size() == 1 || labels.size() == 2) && images[0] == labels[0];
    };
    if (fits(first, second)) return ArrayPair{names[0], names[1]};
    if (fits(second, first)) return ArrayPair{names[1], names[0]};
    return std::nullopt;
}

Pairs pairsOf(const ArrayStore& store, const fs::path& path) {
    std::vector<std::string> candidates = store.names();
    std::erase_if(candidates, namesClasses);
    Pairs pairs = pairArrays(candidates, path.string(), store.set());
    if (!pairs.empty()) return pairs;
    if (auto pair = pairByShape(store)) return {{SourcePart::Test, *pair}};
    std::string names;
    for (const std::string& name : store.names())
        if (names.size() < 200) names += (names.empty() ? "" : ", ") + printable(validUtf8(name));
    throw Error(ErrorKind::BadInput, path.string(),
                "holds no arrays x_train and y_train, train_images and train_labels, x_test and y_test, …, images and "
                "labels, or x and y; it has: " +
                    (names.empty() ? "nothing" : names),
                "Save np.savez(FILE, x_train=…, y_train=…, x_test=…, y_test=…)");
}

/// A zip archive with arrays; also one that is damaged: reading it says where.
bool detectNpz(const fs::path& path) {
    if (!ZipArchive::detect(path)) return false;
    try {
        const auto names = ZipArchive(path).names();
        const auto isArray = [](const std::string& name) { return name.ends_with(".npy"); };
        return names.empty() || std::ranges::any_of(names, isArray);
    } catch (const std::exception&) {
        return true;
    }
}

std::vector<SourcePart> arrayParts(const fs::path& path) {
    std::vector<SourcePart> found;
    for (const auto& [part, pair] : pairsOf(ArrayStore(path), path)) found.push_back(part);
    return found;
}

/// The labels of the parts that are not read, as far as they can be.
std::vector<ArrayLabels> labelsOfOthers(const ArrayStore& store, const Pairs& pairs, SourcePart read, RawImages& raw) {
    std::vector<ArrayLabels> others;
    for (const auto& [part, pair] : pairs) {
        if (part == read || pair.labels.empty()) continue;
        try {
            others.push_back(readLabels(store, pair.labels));
        } catch (const Error& error) {
            raw.notes.push_back(std::string("the classes of another part are not known: ") + error.what());
        }
    }
    return others;
}

/// One-hot rows of another width mean other classes: which of them one part lacks nobody knows.
void checkColumns(const std::vector<ArrayLabels*>& parts, const fs::path& path) {
    std::set<int> columns;
    for (const ArrayLabels* part : parts)
        if (part->columns > 0) columns.insert(part->columns);
    if (columns.size() > 1)
        throw Error(ErrorKind::BadInput, path.string(),
                    "has one-hot labels of " + std::to_string(*columns.begin()) + " and of " +
                        std::to_string(*columns.rbegin()) + " columns: which class is missing is not said",
                    "Save the labels of all parts with a column for each class, or as numbers [N]");
}

/// How many classes the labels of all parts tell of.
int setLabels(RawImages& raw, ArrayLabels own, std::vector<ArrayLabels> others, const fs::path& path) {
    // Numbers stand for themselves; what the names of another part mean for them nobody knows.
    const bool apart = own.names.empty() && std::erase_if(others, hasNames) > 0;
    if (apart)
        raw.notes.emplace_back("the labels of another part are texts, these are numbers: classes are of these alone");
    std::vector<ArrayLabels*> all{&own};
    for (ArrayLabels& other : others) all.push_back(&other);
    checkColumns(all, path);
    uniteNames(all, path.string());
    raw.labels = std::move(own.numbers);
    raw.named = !own.names.empty();
    raw.numbered = !raw.named;
    for (const std::string& name : own.names) raw.classNames.push_back(printable(name));
    int classes = 0;
    for (const ArrayLabels* labels : all) classes = std::max(classes, labels->classes);
    return classes;
}

/// Names of the classes beside labels that are numbers.
void takeClassNames(RawImages& raw, const ArrayStore& store, const std::string& name, int classes) {
    try {
        auto names = readClassNames(store, name);
        if (static_cast<int>(names.size()) < classes)
            throw Error(
                ErrorKind::BadInput, store.where(name),
                "has " + std::to_string(names.size()) + " names for labels up to " + std::to_string(classes - 1));
        raw.classNames = std::move(names);
        raw.named = true;
    } catch (const Error& error) {
        raw.notes.push_back(std::string("class names are not taken: ") + error.what());
    }
}

/// Names of the classes are taken; what else lies there is told.
void readOthers(RawImages& raw, const ArrayStore& store, const Pairs& pairs, int classes) {
    std::set<std::string> used;
    for (const auto& [part, pair] : pairs) used.insert({pair.images, pair.labels});
    std::string unread;
    int count = 0;
    for (const std::string& name : store.names()) {
        const bool ofAnotherSet = store.set() && namesArray(name) && arraySet(name) != *store.set();
        if (used.contains(name) || ofAnotherSet) continue;
        if (namesClasses(name) && !raw.named) takeClassNames(raw, store, name, classes);
        else if (++count <= 5) unread += (unread.empty() ? "" : ", ") + printable(validUtf8(name));
    }
    if (count > 5) unread += ", …";
    if (count == 1) raw.notes.push_back("the array " + unread + " is not read");
    if (count > 1) raw.notes.push_back("arrays are not read: " + unread);
}

RawImages readArrays(const fs::path& path, SourcePart part) {
    const ArrayStore store(path);
    const Pairs pairs = pairsOf(store, path);
    const auto pair = pairs.find(part);
    if (pair == pairs.end()) throw Error(ErrorKind::BadInput, path.string(), "lacks the part");
    const auto& [images, labels] = pair->second;
    if (labels.empty())
        throw Error(ErrorKind::BadInput, path.string(),
                    "has " + printable(validUtf8(images)) + ", but no " + printable(validUtf8(labelsNameFor(images))));
    RawImages raw;
    readImages(raw, store, images);
    ArrayLabels own = readLabels(store, labels);
    const auto count = static_cast<std::int64_t>(raw.pixels.size()) / raw.imageBytes();
    const auto given = static_cast<std::int64_t>(own.numbers.size());
    if (given != count)
        throw Error(ErrorKind::BadInput, store.where(labels),
                    "has " + std::to_string(given) + " labels for " + std::to_string(count) + " images",
                    given == raw.width && raw.channels == 1 ? "If the images stand last ([H, W, N]), save " +
                                                                  store.saveLine(images, "np.moveaxis({}, -1, 0)")
                                                            : "");
    const int classes = setLabels(raw, std::move(own), labelsOfOthers(store, pairs, part, raw), path);
    readOthers(raw, store, pairs, classes);
    raw.numberClasses(classes);
    return raw;
}

}  // namespace

const DataFormat& npzFormat() {
    static const DataFormat kFormat{"npz", detectNpz, arrayParts, readArrays, nullptr};
    return kFormat;
}

const DataFormat& npyFormat() {
    static const DataFormat kFormat{"npy", isArrayFolder, arrayParts, readArrays, nullptr};
    return kFormat;
}

}  // namespace bitdesk
