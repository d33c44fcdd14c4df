// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace bitdesk {

/// Images without labels, read as they are needed.
struct CalibrationImages {
    std::int64_t count = 0;
    /// Fills `pixels`, [n, H, W, C] bytes of the network's input, with images first … first + n − 1.
    std::function<void(std::int64_t first, std::span<std::uint8_t> pixels)> read;
};

}  // namespace bitdesk
