// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace bitdesk {

/// A weight quantizer. Where it nests, lower widths are read off the codes of the highest one, and a model keeps one
/// set of codes: a weight at b bits is worth  scale · 2^(topBits−b) · oddCode / 2,  where oddCode = 2·narrow(code) +
/// offset is the integer that executors multiply with: exact in every arithmetic that holds it. Where it does not, a
/// model keeps codes and scales for each width, and topBits is that width itself.
struct WeightQuantizer {
    const char* name;
    const char* description;
    bool nests;
    /// Code of a weight at the top width. `scale` > 0, topBits in 2…8.
    std::int8_t (*encode)(float weight, float scale, int topBits);
    /// The code at `bits` ≤ topBits.
    int (*narrow)(int code, int topBits, int bits);
    /// 1 where the decoded value sits half a step above the code (floor codes), 0 where it is the code itself.
    int offset;
    /// Range of codes at `bits`, both ends included, when the top width is `topBits`.
    int (*lowest)(int topBits, int bits);
    int (*highest)(int topBits, int bits);

    /// 2·narrow(code) + offset.
    int oddCode(int code, int topBits, int bits) const { return 2 * narrow(code, topBits, bits) + offset; }
    /// The weight that a code at the top width stands for when the layer runs at `bits`.
    double decode(int code, float scale, int topBits, int bits) const;
};

/// "floor-nested" (default): c_top = clip(⌊w/s⌋, −(2^(top−1)−1), 2^(top−1)−1), c_b = c_top >> (top−b), value
/// s·2^(top−b)·(c_b + ½). Bit-Mixer (Bulat & Tzimiropoulos 2021) drops the lowest level too; the ½ removes floor's
/// bias.
/// For networks that others trained, with codes and scales for each width b, −2^(b−1) … 2^(b−1)−1:
/// "rounded": c = clip(round-half-to-even(w/s)), value s·c (LSQ, Esser et al. 2020).
/// "half-step": c = clip(⌊w/s⌋), value s·(c + ½); with s = 2/(2^b−1) the levels of DoReFa (Zhou et al. 2016).
std::span<const WeightQuantizer> weightQuantizers();
/// Throws Error (BadInput) that lists the known names.
const WeightQuantizer& findWeightQuantizer(std::string_view name);

/// Activation codes (LSQ, Esser et al. 2020): unsigned 0 … 2^b−1, signed −(2^(b−1)−1) … 2^(b−1)−1.
int activationLowest(int bits, bool isSigned);
int activationHighest(int bits, bool isSigned);

/// The factor that quantizeActivation multiplies with: the float nearest to 1/scale.
float inverseScale(float scale);
/// code = round-half-to-even(clip(x · inverseScale, lowest, highest)); the product is rounded to float first. NaN
/// gives `lowest`.
int quantizeActivation(float x, float inverseScale, int lowest, int highest);

// The entries of weightQuantizers(), which tells what they are; each in the file of its name.
WeightQuantizer floorNestedQuantizer();
WeightQuantizer roundedQuantizer();   // per_width.cpp
WeightQuantizer halfStepQuantizer();  // per_width.cpp

}  // namespace bitdesk
