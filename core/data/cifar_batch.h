// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bitdesk {

inline constexpr int kCifarSide = 32, kCifarPlane = kCifarSide * kCifarSide, kCifarPixels = 3 * kCifarPlane;

/// The images of one file.
struct CifarBatch {
    int classes = 10;                  ///< 10 or 100
    std::vector<std::uint8_t> pixels;  ///< [count, 32, 32, 3]
    std::vector<int> labels;           ///< of CIFAR-100 the fine ones
};

/// Records of one label (CIFAR-10) or two (CIFAR-100) and 3 072 bytes in planes; which of the two follows from the
/// size, and where that fits both from the name. Throws Error (BadInput) naming `where`.
CifarBatch parseCifarRecords(const std::string& bytes, const std::string& name, const std::string& where);

/// A pickle of a dict with "data", an array of bytes in planes, and "labels" or "fine_labels", as Python 2 wrote it or
/// as it was written again by any newer Python and NumPy. Nothing of it is run. Throws Error (BadInput) naming `where`.
CifarBatch parseCifarPickle(const std::string& bytes, const std::string& where);

/// The names of the classes: a text with one a line, or a pickle of a dict with "label_names" or "fine_label_names".
/// Throws Error (BadInput) naming `where` if there are not `classes` of them.
std::vector<std::string> parseCifarNames(const std::string& bytes, int classes, const std::string& where);

/// Whether a file begins as a pickle of a protocol that is read.
bool beginsAsPickle(const std::string& begin);

}  // namespace bitdesk
