// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/network/activation.h"

namespace bitdesk::packed {

/// Outputs are computed in blocks of this many channels, in every kernel and layout.
inline constexpr int kBlock = 16;
/// Bytes that a kernel may read behind the last byte of an activation buffer.
inline constexpr std::size_t kSlack = 64;

/// One convolution (or linear layer: a 1×1 convolution of a 1×1 map) at one bit-width. Activations are NHWC codes, one
/// byte each; weights are codes c with odd code 2c + weightOffset (WeightQuantizer).
struct ConvProblem {
    int height = 1, width = 1, channels = 1;  ///< input map
    int outHeight = 1, outWidth = 1, outChannels = 1;
    int kernelHeight = 1, kernelWidth = 1;
    int strideHeight = 1, strideWidth = 1;
    int paddingHeight = 0, paddingWidth = 0;  ///< padding is the activation code 0
    int groups = 1;
    int activationLowest = 0, activationHighest = 15;
    int weightOffset = 1;

    int groupInputs() const { return channels / groups; }
    int groupOutputs() const { return outChannels / groups; }
    /// Blocks of outputs; no block spans two groups.
    int blocks() const { return groups * ((groupOutputs() + kBlock - 1) / kBlock); }
    /// Products that one accumulator sums.
    std::int64_t depth() const { return std::int64_t{kernelHeight} * kernelWidth * groupInputs(); }
    std::int64_t macs() const { return depth() * outHeight * outWidth * outChannels; }
    bool operator==(const ConvProblem&) const = default;
};

/// The part of an output that one call computes: `rows` rows of `images` images (all rows where there are several
/// images), and the output channels of blocks [block, block + blocks).
struct Band {
    int image = 0, images = 1;
    int row = 0, rows = 1;
    int block = 0, blocks = 1;
};

/// Where one set of codes goes: quantizeActivation(value, inverseScale, lowest, highest).
struct CodeTarget {
    std::uint8_t* codes = nullptr;
    float inverseScale = 1;
    float lowest = 0, highest = 0;
};

/// An Epilogue (execution_plan.h) bound to memory. Pointers stand at image 0; value [image][y][x][channel].
struct EpilogueTask {
    int channels = 1;
    /// Padded to whole blocks; null: v = raw.
    const float* scale = nullptr;
    const float* offset = nullptr;
    const float* residual = nullptr;
    Activation activation;
    float* values = nullptr;
    const CodeTarget* codes = nullptr;
    int codeTargets = 0;
    /// The raw int32 sums, for tests; null otherwise.
    std::int32_t* accumulators = nullptr;
    /// Set where one set of unsigned codes is all that is written, which the activation changes nothing of, and
    /// fma(raw, codeScale, codeOffset) was proven to round to them (folded_codes.h); padded as `scale`.
    const float* codeScale = nullptr;
    const float* codeOffset = nullptr;
};

}  // namespace bitdesk::packed
