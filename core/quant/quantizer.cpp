// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/quant/quantizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "core/base/error.h"

namespace bitdesk {

double WeightQuantizer::decode(int code, float scale, int topBits, int bits) const {
    return std::ldexp(0.5 * double{scale} * oddCode(code, topBits, bits), topBits - bits);
}

std::span<const WeightQuantizer> weightQuantizers() {
    static const std::array kCatalogue{floorNestedQuantizer(), roundedQuantizer(), halfStepQuantizer()};
    return kCatalogue;
}

const WeightQuantizer& findWeightQuantizer(std::string_view name) {
    std::string known;
    for (const WeightQuantizer& quantizer : weightQuantizers()) {
        if (name == quantizer.name) return quantizer;
        known += (known.empty() ? "" : ", ") + std::string(quantizer.name);
    }
    throw Error(ErrorKind::BadInput, "quantizer", "'" + std::string(name) + "' is not known", "Known: " + known);
}

int activationLowest(int bits, bool isSigned) { return isSigned ? -((1 << (bits - 1)) - 1) : 0; }

int activationHighest(int bits, bool isSigned) { return isSigned ? (1 << (bits - 1)) - 1 : (1 << bits) - 1; }

float inverseScale(float scale) { return static_cast<float>(1.0 / double{scale}); }

int quantizeActivation(float x, float inverseScale, int lowest, int highest) {
    const float scaled = x * inverseScale;
    // In this order of arguments NaN gives the lowest code; a conversion of NaN would be undefined.
    const float clipped = std::min(std::max(static_cast<float>(lowest), scaled), static_cast<float>(highest));
    return static_cast<int>(std::nearbyint(clipped));
}

}  // namespace bitdesk
