// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <cmath>

#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

int lowest(int /*topBits*/, int bits) { return -(1 << (bits - 1)); }
int highest(int /*topBits*/, int bits) { return (1 << (bits - 1)) - 1; }

std::int8_t clipped(float code, int bits) {
    // In this order of arguments NaN gives a code, too; a conversion of NaN would be undefined.
    return static_cast<std::int8_t>(
        std::max(static_cast<float>(lowest(bits, bits)), std::min(static_cast<float>(highest(bits, bits)), code)));
}

std::int8_t encodeRounded(float weight, float scale, int bits) { return clipped(std::nearbyint(weight / scale), bits); }
std::int8_t encodeHalfStep(float weight, float scale, int bits) { return clipped(std::floor(weight / scale), bits); }

/// Codes are stored at the width that they are asked for.
int narrow(int code, int /*topBits*/, int /*bits*/) { return code; }

}  // namespace

WeightQuantizer roundedQuantizer() {
    return {.name = "rounded",
            .description = "codes of its own for each width, rounded to the nearest, decoded as they are (LSQ)",
            .nests = false,
            .encode = encodeRounded,
            .narrow = narrow,
            .offset = 0,
            .lowest = lowest,
            .highest = highest};
}

WeightQuantizer halfStepQuantizer() {
    return {.name = "half-step",
            .description = "codes of its own for each width, decoded half a step up (DoReFa)",
            .nests = false,
            .encode = encodeHalfStep,
            .narrow = narrow,
            .offset = 1,
            .lowest = lowest,
            .highest = highest};
}

}  // namespace bitdesk
