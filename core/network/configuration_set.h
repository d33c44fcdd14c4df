// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/setting_name.h"
#include "core/network/bit_configuration.h"

namespace bitdesk {

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
