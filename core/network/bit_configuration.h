// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.h"
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

/// Every layer draws one of `widths`, independently and uniformly.
BitConfiguration drawMix(const Network& network, std::span<const int> widths, Random& random);

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

/// Most configurations of one sweep: each is kept with its class per image.
inline constexpr std::int64_t kMostConfigurations = 1'000'000;

/// One or more words that name configurations, in the order given and each once:
///   all        every mix, by ascending bits
///   uniform    all layers at each width in turn, ascending
///   random:N   N distinct mixes, drawn independently and uniformly from `seed`; the first of them are those of a
///              smaller N
///   4,4,3,2,…  one mix; a single number is a uniform one
///   FILE       a text of one mix a line (blank lines and what follows a # are skipped; a column of
///              this program's CSV is such a text, too), or JSON: a list of mixes, each
///              a list of bits, a text "4,4,3,…" or an object layer name → bits; or one such object
/// Relative file names are of `folder`. Throws Error: Usage for a word that is none, or too many; BadInput for a file
/// or a mix that does not fit the network.
std::vector<BitConfiguration> configurationsOf(std::span<const std::string> words, const Network& network,
                                               std::span<const int> allowed, std::uint64_t seed,
                                               const std::filesystem::path& folder = {},
                                               const std::string& where = settingName("configs"));

}  // namespace bitdesk
