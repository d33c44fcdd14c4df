// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/torch/tensor_operations.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/im2col.h>
#include <ATen/ops/matmul.h>

#include "core/base/error.h"

namespace bitdesk {

at::ScalarType exactType(std::int64_t largestAccumulator) {
    if (largestAccumulator <= (std::int64_t{1} << 24)) return at::kFloat;
    if (largestAccumulator < (std::int64_t{1} << 31)) return at::kDouble;
    throw Error(ErrorKind::BadInput, "model", "a layer's accumulator can pass 32 bits");
}

at::Tensor exactConvolution(const at::Tensor& codes, const at::Tensor& weights, const Conv2dAttributes& g) {
    const std::vector<std::int64_t> stride{g.strideHeight, g.strideWidth};
    const std::vector<std::int64_t> padding{g.paddingHeight, g.paddingWidth};
    const std::int64_t batch = codes.size(0);
    const std::int64_t height = (codes.size(2) + 2 * g.paddingHeight - g.kernelHeight) / g.strideHeight + 1;
    const std::int64_t width = (codes.size(3) + 2 * g.paddingWidth - g.kernelWidth) / g.strideWidth + 1;
    // LibTorch 2.11's oneDNN returns wrong sums for one input channel and an output one column wide: such a tensor's
    // strides fit both memory formats, and it takes the wrong one
    // (tests/core/execute/torch/exact_convolution_test.cpp).
    const bool misread = codes.size(1) == 1 && width == 1;
    if (codes.device().is_cpu() && !misread)
        return at::conv2d(codes, weights, {}, stride, at::IntArrayRef(padding), at::IntArrayRef({1, 1}), g.groups);

    const auto windows = at::im2col(codes.contiguous(), {g.kernelHeight, g.kernelWidth}, {1, 1}, padding, stride)
                             .view({batch, g.groups, -1, height * width});
    const auto rows = weights.contiguous().view({1, g.groups, g.outChannels / g.groups, -1});
    return at::matmul(rows, windows).view({batch, g.outChannels, height, width});
}

}  // namespace bitdesk
