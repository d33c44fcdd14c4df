// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/torch/tensor_operations.h"

#include <algorithm>
#include <vector>

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/im2col.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include "core/base/error.h"

namespace bitdesk {

namespace {

/// The `tap`-th position of each window along a side, and which windows have one.
struct Taps {
    at::Tensor positions;  ///< where there is none, the window's last
    at::Tensor present;    ///< bool
};
Taps tapsOf(const std::vector<PoolSpan>& spans, int tap, const at::Tensor& like) {
    std::vector<std::int64_t> positions, present;
    for (const PoolSpan& span : spans) {
        positions.push_back(std::min(span.begin + tap, span.end - 1));
        present.push_back(span.begin + tap < span.end ? 1 : 0);
    }
    const auto device = like.device();
    return {at::tensor(positions).to(device), at::tensor(present).to(device, at::kBool)};
}

int mostTaps(const std::vector<PoolSpan>& spans) {
    int most = 0;
    for (const PoolSpan& span : spans) most = std::max(most, span.end - span.begin);
    return most;
}

at::Tensor factorsOf(const PoolWindows& pool, const at::Tensor& like) {
    std::vector<float> factors;
    for (const PoolSpan& row : pool.rows)
        for (const PoolSpan& column : pool.columns)
            factors.push_back(static_cast<float>(1.0 / (double{1} * row.counted * column.counted)));
    return at::tensor(factors)
        .to(like.device())
        .view({static_cast<std::int64_t>(pool.rows.size()), static_cast<std::int64_t>(pool.columns.size())});
}

/// The sum over channels that a layer norm's contract fixes, [N, 1, H, W].
at::Tensor laneSum(const at::Tensor& values) {
    const std::int64_t channels = values.size(1);
    auto lanes = at::zeros({values.size(0), kLayerNormLanes, values.size(2), values.size(3)}, values.options());
    for (std::int64_t c = 0; c < channels; c += kLayerNormLanes) {
        const std::int64_t count = std::min<std::int64_t>(kLayerNormLanes, channels - c);
        lanes.narrow(1, 0, count).add_(values.narrow(1, c, count));
    }
    for (std::int64_t half = kLayerNormLanes / 2; half > 0; half /= 2)
        lanes = lanes.narrow(1, 0, half).add(lanes.narrow(1, half, half));
    return lanes;
}

}  // namespace

at::Tensor padded(const at::Tensor& map, const WindowAttributes& w, double value) {
    return at::constant_pad_nd(map, {w.paddingLeft, w.paddingRight, w.paddingTop, w.paddingBottom}, value);
}

at::Tensor exactPool(const at::Tensor& input, const PoolWindows& pool) {
    std::vector<Taps> allColumns;
    for (int kx = 0; kx < mostTaps(pool.columns); ++kx) allColumns.push_back(tapsOf(pool.columns, kx, input));
    at::Tensor value;
    for (int ky = 0; ky < mostTaps(pool.rows); ++ky) {
        const Taps rows = tapsOf(pool.rows, ky, input);
        const auto row = input.index_select(2, rows.positions);
        for (const Taps& columns : allColumns) {
            const auto tap = row.index_select(3, columns.positions);
            if (!value.defined()) {
                value = tap;
                continue;
            }
            const auto next = pool.average ? value.add(tap) : at::maximum(value, tap);
            const auto present = rows.present.view({-1, 1}).logical_and(columns.present);
            value = at::where(present, next, value);
        }
    }
    return pool.average ? value.mul(factorsOf(pool, input)) : value;
}

at::Tensor exactLayerNorm(const at::Tensor& input, double epsilon) {
    const auto each = static_cast<float>(1.0 / static_cast<double>(input.size(1)));
    const auto distance = input.sub(laneSum(input).mul(each));
    const auto variance = laneSum(distance.mul(distance)).mul(each);
    return distance.mul(variance.add(static_cast<float>(epsilon)).sqrt().reciprocal());
}

at::ScalarType exactType(std::int64_t largestAccumulator) {
    if (largestAccumulator <= (std::int64_t{1} << 24)) return at::kFloat;
    if (largestAccumulator < (std::int64_t{1} << 31)) return at::kDouble;
    throw Error(ErrorKind::BadInput, "model", "a layer's accumulator can pass 32 bits");
}

at::Tensor exactConvolution(const at::Tensor& given, const at::Tensor& weights, const Conv2dAttributes& g) {
    const std::vector<std::int64_t> stride{g.strideHeight, g.strideWidth};
    const std::vector<std::int64_t> dilation{g.dilationHeight, g.dilationWidth};
    std::vector<std::int64_t> padding{g.paddingTop, g.paddingLeft};
    const std::int64_t batch = given.size(0);
    const std::int64_t height = (given.size(2) + g.paddingTop + g.paddingBottom - g.spanHeight()) / g.strideHeight + 1;
    const std::int64_t width = (given.size(3) + g.paddingLeft + g.paddingRight - g.spanWidth()) / g.strideWidth + 1;
    at::Tensor codes = given;
    if (!g.isPaddedAlike()) {
        codes = padded(given, g, 0);
        padding = {0, 0};
    }
    // LibTorch 2.11's oneDNN returns wrong sums for one input channel and an output one column wide: such a tensor's
    // strides fit both memory formats, and it takes the wrong one
    // (tests/core/execute/torch/exact_convolution_test.cpp).
    const bool misread = codes.size(1) == 1 && width == 1;
    if (codes.device().is_cpu() && !misread)
        return at::conv2d(codes, weights, {}, stride, at::IntArrayRef(padding), dilation, g.groups);

    const auto windows = at::im2col(codes.contiguous(), {g.kernelHeight, g.kernelWidth}, dilation, padding, stride)
                             .view({batch, g.groups, -1, height * width});
    const auto rows = weights.contiguous().view({1, g.groups, g.outChannels / g.groups, -1});
    return at::matmul(rows, windows).view({batch, g.outChannels, height, width});
}

}  // namespace bitdesk
