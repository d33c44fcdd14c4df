// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/model/meta_model.h"

namespace bitdesk {

/// Pixels [batch, H, W, C] for timing: their values do not change what is computed, only their number does.
std::vector<std::uint8_t> randomImages(const MetaModel& model, int batch, std::uint64_t seed);

}  // namespace bitdesk
