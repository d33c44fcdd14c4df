// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/batches.h"

#include <cmath>
#include <numeric>

#include <ATen/ops/empty.h>

namespace bitdesk {

Normalization measureNormalization(const DataSet& data, const std::function<void(std::int64_t)>& onImage) {
    const auto channels = static_cast<std::size_t>(data.channels());
    std::vector<double> sum(channels), squares(channels);
    std::vector<std::uint8_t> image(static_cast<std::size_t>(data.imageBytes()));
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.copyImages({&i, 1}, image);
        for (std::size_t p = 0; p < image.size(); ++p) {
            const double value = image[p] / 255.0;
            sum[p % channels] += value;
            squares[p % channels] += value * value;
        }
        if (onImage) onImage(i + 1);
    }
    Normalization result;
    const double count =
        static_cast<double>(data.size()) * static_cast<double>(data.imageBytes()) / static_cast<double>(channels);
    for (std::size_t c = 0; c < channels; ++c) {
        const double mean = sum[c] / count;
        result.mean.push_back(static_cast<float>(mean));
        result.std.push_back(static_cast<float>(std::sqrt(std::max(1e-8, squares[c] / count - mean * mean))));
    }
    return result;
}

BatchMaker::BatchMaker(const DataSet& data, Normalization normalization, at::Device device)
    : m_data(data), m_normalization(std::move(normalization)), m_device(device) {}

at::Tensor BatchMaker::images(std::span<const std::int64_t> indices) const {
    return placed(indices, std::vector<Placement>(indices.size()));
}

at::Tensor BatchMaker::images(std::span<const std::int64_t> indices, const Augmentation& augmentation,
                              Random& random) const {
    const auto span = static_cast<std::uint64_t>(2 * augmentation.shift + 1);
    std::vector<Placement> placements(indices.size());
    for (Placement& placement : placements) {
        placement.dy = static_cast<int>(random.below(span)) - augmentation.shift;
        placement.dx = static_cast<int>(random.below(span)) - augmentation.shift;
        placement.mirrored = augmentation.flip && random.below(2) == 1;
    }
    return placed(indices, placements);
}

at::Tensor BatchMaker::placed(std::span<const std::int64_t> indices, std::span<const Placement> placements) const {
    const auto imageBytes = static_cast<std::size_t>(m_data.imageBytes());
    std::vector<std::uint8_t> bytes(indices.size() * imageBytes);
    m_data.copyImages(indices, bytes);
    at::Tensor batch =
        at::empty({static_cast<std::int64_t>(indices.size()), m_data.height(), m_data.width(), m_data.channels()});
    float* out = batch.mutable_data_ptr<float>();
    for (std::size_t i = 0; i < indices.size(); ++i)
        write(bytes.data() + i * imageBytes, placements[i], out + i * imageBytes);
    return batch.permute({0, 3, 1, 2}).to(m_device);
}

void BatchMaker::write(const std::uint8_t* image, const Placement& placement, float* out) const {
    const int height = m_data.height(), width = m_data.width(), channels = m_data.channels();
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) {
                const int row = y + placement.dy, column = (placement.mirrored ? width - 1 - x : x) + placement.dx;
                const bool inside = row >= 0 && row < height && column >= 0 && column < width;
                const float pixel = inside ? static_cast<float>(image[(row * width + column) * channels + c]) : 0.0F;
                const auto channel = static_cast<std::size_t>(c);
                *out++ = (pixel / 255.0F - m_normalization.mean[channel]) / m_normalization.std[channel];
            }
}

at::Tensor BatchMaker::labels(std::span<const std::int64_t> indices) const {
    at::Tensor labels = at::empty({static_cast<std::int64_t>(indices.size())}, at::kLong);
    std::int64_t* out = labels.mutable_data_ptr<std::int64_t>();
    for (const std::int64_t index : indices) *out++ = m_data.label(index);
    return labels.to(m_device);
}

}  // namespace bitdesk
