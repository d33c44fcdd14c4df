// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/image_batches.h"

#include <algorithm>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/tensor.h>

#include "core/base/to_index.h"

namespace bitdesk {
namespace {

/// Images a batch: enough for a channel's moments, few enough that some ten of the largest maps stay small.
std::int64_t batchSize(const Network& network, std::int64_t images) {
    constexpr std::int64_t kMost = 64, kFloats = std::int64_t{1} << 26;
    std::int64_t largest = 1;
    for (int n = 0; n < static_cast<int>(network.nodes().size()); ++n)
        largest = std::max(largest, network.shape(n).elements());
    return std::clamp<std::int64_t>(kFloats / largest, 1, std::min(kMost, images));
}

}  // namespace

ImageBatches::ImageBatches(const FloatModel& model, const CalibrationImages& images)
    : m_model(model), m_images(images), m_size(batchSize(model.network, images.count)) {}

int ImageBatches::count() const { return static_cast<int>((m_images.count + m_size - 1) / m_size); }

at::Tensor ImageBatches::operator[](int batch) const {
    const Shape& shape = m_model.network.inputShape();
    const std::int64_t first = batch * m_size, count = std::min(m_size, m_images.count - first);
    std::vector<std::uint8_t> pixels(toIndex(count * shape.elements()));
    m_images.read(first, pixels);
    const auto channel = [&](const std::vector<float>& values) { return at::tensor(values).view({1, -1, 1, 1}); };
    return at::from_blob(pixels.data(), {count, shape.height, shape.width, shape.channels}, at::kByte)
        .permute({0, 3, 1, 2})
        .to(at::kFloat)
        .div(255)
        .sub(channel(m_model.normalization.mean))
        .div(channel(m_model.normalization.std))
        .contiguous();
}

}  // namespace bitdesk
