// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/execute/packed/kernels/conv_problem.h"

namespace bitdesk::packed {

/// Geometry of a pooling window, as in the plan.
struct PoolProblem {
    int height = 1, width = 1, channels = 1, outHeight = 1, outWidth = 1;
    int kernelHeight = 1, kernelWidth = 1, strideHeight = 1, strideWidth = 1, paddingHeight = 0, paddingWidth = 0;
    bool average = false;
};

/// What the steps that multiply nothing run.
struct ValueKernels {
    void (*floats)(const float* input, std::size_t first, std::size_t pixels, const EpilogueTask&);
    void (*pixels)(const std::uint8_t* input, std::size_t first, std::size_t pixels, const EpilogueTask&);
    void (*pool)(const PoolProblem&, const float* input, const Band&, const EpilogueTask&);
};

}  // namespace bitdesk::packed
