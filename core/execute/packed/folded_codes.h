// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/plan/execution_plan.h"

namespace bitdesk::packed {

/// An epilogue that writes unsigned codes alone, as one operation: the code is fma(sum, scale[c], offset[c]) rounded to
/// even and clipped. docs/runtime.md derives why that can be proven to give the plan's codes.
struct FoldedCodes {
    std::vector<float> scale, offset;  ///< by channel, a block and more of zeros behind; empty: not proven

    const float* scaleData() const { return scale.empty() ? nullptr : scale.data(); }
    const float* offsetData() const { return offset.empty() ? nullptr : offset.data(); }
};

/// The largest magnitude of its sums that weights of these bits can give: depth · a_max · 2^bits.
std::int64_t largestSum(const ConvProblem& problem, int weightBits);

/// The bits of its activations.
int activationBits(const ConvProblem& problem);

/// Folds scale, offset and the code's inverse scale where every sum of −bound … bound gets the code that
/// quantizeActivation(float(sum) · scale[c] + offset[c]) gives, each operation rounded; else empty.
FoldedCodes foldCodes(std::span<const float> scale, std::span<const float> offset, const CodeOutput& codes,
                      std::int64_t bound);

/// The folds of a model's steps, found again by their constants: a step has as many as there are widths around it.
class FoldCache {
public:
    const FoldedCodes& at(std::size_t step, const Epilogue& epilogue, std::int64_t bound);

private:
    struct Entry {
        std::vector<float> scale, offset;
        float inverseScale;
        int highest;
        std::int64_t bound;
        FoldedCodes folded;
    };
    std::vector<std::vector<Entry>> m_steps;
};

}  // namespace bitdesk::packed
