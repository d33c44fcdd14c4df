// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/data/in_memory_data_set.h"
#include "core/data/named_arrays.h"

namespace bitdesk {

/// Reads images [N, H, W], [N, H, W, C] or [N, C, H, W] (C 1 or 3) of unsigned bytes, or of other numbers that are all
/// whole, 0 to 255, and some above 1, which is noted. Throws Error (BadInput) naming the array and the line of Python
/// that makes images of it: what reaches from 0 to 1 or was normalized might have been brought there in several ways.
void readImages(RawImages& raw, const ArrayStore& store, const std::string& name);

/// Labels as people save them, made numbers.
struct ArrayLabels {
    std::vector<int> numbers;
    int classes = 0;  ///< that this array tells of: its highest label and one, or the columns of one-hot rows
    int columns = 0;  ///< of one-hot rows; 0: these are none
    std::vector<std::string> names;  ///< of labels that are texts, sorted by bytes: what `numbers` mean; else empty
};

/// Reads whole numbers of any type ([N] or [N, 1]), true and false, one-hot rows [N, C], and texts. Throws Error
/// (BadInput) naming the array and the line of Python that makes labels of it.
ArrayLabels readLabels(const ArrayStore& store, const std::string& name);

/// Names of the classes, in the order of the labels: texts [C], each another. Throws Error (BadInput).
std::vector<std::string> readClassNames(const ArrayStore& store, const std::string& name);

/// Whether these are texts that are no numbers.
bool hasNames(const ArrayLabels& labels);

/// Brings the labels of several parts to one numbering: all of them get the names of all. Where all texts of all parts
/// are whole numbers, they are numbers. Throws Error (BadInput) naming `where` if some are texts and some numbers.
void uniteNames(const std::vector<ArrayLabels*>& parts, const std::string& where);

}  // namespace bitdesk
