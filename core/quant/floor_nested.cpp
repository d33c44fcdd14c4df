// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <cmath>

#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

int highestTop(int topBits) { return (1 << (topBits - 1)) - 1; }

std::int8_t encode(float weight, float scale, int topBits) {
    const float highest = static_cast<float>(highestTop(topBits));
    // In this order of arguments NaN gives a code, too; a conversion of NaN would be undefined.
    return static_cast<std::int8_t>(std::max(-highest, std::min(highest, std::floor(weight / scale))));
}

int narrow(int code, int topBits, int bits) { return code >> (topBits - bits); }

int lowest(int topBits, int bits) { return narrow(-highestTop(topBits), topBits, bits); }

int highest(int topBits, int bits) { return narrow(highestTop(topBits), topBits, bits); }

}  // namespace

WeightQuantizer floorNestedQuantizer() {
    return {.name = "floor-nested",
            .description = "floor codes at the highest width, shifted right for lower ones, decoded half a step up",
            .nests = true,
            .encode = encode,
            .narrow = narrow,
            .offset = 1,
            .lowest = lowest,
            .highest = highest};
}

}  // namespace bitdesk
