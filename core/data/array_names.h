// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/data/data_format.h"

namespace bitdesk {

/// The arrays of one part; `labels` is empty where none is found.
struct ArrayPair {
    std::string images, labels;
};

/// Which arrays are images and labels of which part, by their names alone: x_train and y_train, trainX, train_images
/// and train_labels, images and labels, data and target, kmnist-test-imgs, …, in capitals or not; a pair that names no
/// part is the test part where no other is. Throws Error (BadInput) naming `where` if several fit equally well.
/// `set`: of several sets ("kmnist", or "" for names that say no more) the one that is meant.
std::map<SourcePart, ArrayPair> pairArrays(const std::vector<std::string>& names, const std::string& where,
                                           const std::optional<std::string>& set = {});

/// What stands in an array's name besides part and kind ("kmnist"); empty also where it names neither.
std::string arraySet(const std::string& name);
/// Whether a name says that this is an array of images or of labels.
bool namesArray(const std::string& name);

/// Whether a name says that this is a list of the classes' names: class_names, label_names, targetNames, …
bool namesClasses(const std::string& name);

/// A name for the labels of an array of images: "y_train" for "x_train".
std::string labelsNameFor(const std::string& images);

}  // namespace bitdesk
