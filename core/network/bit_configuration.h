// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/setting_name.h"
#include "core/network/network.h"

namespace bitdesk {

/// A mix: one bit-width per quantizable layer, in graph order.
struct BitConfiguration {
    std::vector<int> bits;

    // clang-tidy 14 misreads a defaulted <=>.
    // NOLINTNEXTLINE(modernize-use-nullptr)
    auto operator<=>(const BitConfiguration&) const = default;
    std::size_t size() const { return bits.size(); }
    int operator[](std::size_t i) const { return bits[i]; }
    /// All layers at one width; false where there is no layer.
    bool isUniform() const;
};

/// The widths of a model where nobody says them.
inline std::vector<int> usualBits() { return {2, 3, 4}; }

BitConfiguration uniformBits(const Network& network, int bits);

/// "4", "4,4,3,2,…" (one per quantizable layer) or "@file.json" (an object layer name → bits, each layer once).
/// Throws Error (BadInput) naming `where`, the unknown or missing layer, the count, or the bit-width that is not in
/// `allowed`.
BitConfiguration parseBits(std::string_view text, const Network& network, std::span<const int> allowed,
                           const std::string& where = settingName("bits"));

/// "4,4,3,2": what parseBits reads.
std::string toText(const BitConfiguration& bits);
/// {"layer": bits, …}, indented: what "@file.json" reads.
std::string toJson(const BitConfiguration& bits, const Network& network);
/// The inverse of toJson. `where` names the file.
BitConfiguration bitsFromJson(std::string_view json, const Network& network, std::span<const int> allowed,
                              const std::string& where);

/// Checks length and values against the model's bit-widths; throws Error (BadInput).
void checkBits(const BitConfiguration& bits, const Network& network, std::span<const int> allowed,
               const std::string& where = settingName("bits"));

}  // namespace bitdesk
