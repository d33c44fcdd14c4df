// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bitdesk {

/// An array in NumPy's .npy form (versions 1 to 3), where it lies.
struct NpyArray {
    char kind = 'u';    ///< u: unsigned, i: signed integer, b: boolean, f: float, S: bytes, U: text; others are refused
    int itemBytes = 1;  ///< 1, 2, 4, 8; of S and U as many as the longest takes
    bool bigEndian = false;
    std::vector<std::int64_t> extents;  ///< rows first
    std::span<const std::byte> data;

    std::int64_t count() const;
    bool holdsText() const { return kind == 'S' || kind == 'U'; }
    /// NumPy's name of the type: "uint8", "float32".
    std::string typeName() const;
    /// One element as a number; of integers and booleans. A value beyond 63 bits comes out negative.
    std::int64_t at(std::int64_t index) const;
    /// One element as a number; of anything but text.
    double real(std::int64_t index) const;
    /// One element of S or U, in UTF-8 (with U+FFFD for what cannot be).
    std::string text(std::int64_t index) const;

private:
    std::uint64_t bits(std::int64_t index) const;
};

/// Reads the header, which is parsed as what it is, never evaluated. `where` names the array. Throws Error (BadInput):
/// damaged, of another type, in Fortran's order, or of another size than it says.
NpyArray parseNpy(std::span<const std::byte> bytes, const std::string& where);

/// An array of float32 as NumPy's .npy form, version 1, of these extents.
std::string npyOfFloats(std::span<const float> values, const std::vector<std::int64_t>& extents);

}  // namespace bitdesk
