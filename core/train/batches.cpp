// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/batches.h"

#include <cmath>
#include <numeric>

namespace bitdesk {

Normalization measureNormalization(const DataSet& data) {
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

at::Tensor BatchMaker::images(std::span<const std::int64_t> indices, const Augmentation& augmentation,
                              Random& random) const {
    const int height = m_data.height(), width = m_data.width(), channels = m_data.channels();
    std::vector<std::uint8_t> bytes(indices.size() * static_cast<std::size_t>(m_data.imageBytes()));
    m_data.copyImages(indices, bytes);
    at::Tensor batch = at::empty({static_cast<std::int64_t>(indices.size()), height, width, channels});
    float* out = batch.mutable_data_ptr<float>();
    const auto span = static_cast<std::uint64_t>(2 * augmentation.shift + 1);
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const std::uint8_t* image = bytes.data() + i * static_cast<std::size_t>(m_data.imageBytes());
        const int dy = static_cast<int>(random.below(span)) - augmentation.shift;
        const int dx = static_cast<int>(random.below(span)) - augmentation.shift;
        const bool mirrored = augmentation.flip && random.below(2) == 1;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                for (int c = 0; c < channels; ++c) {
                    const int row = y + dy, column = (mirrored ? width - 1 - x : x) + dx;
                    const bool inside = row >= 0 && row < height && column >= 0 && column < width;
                    const float pixel =
                        inside ? static_cast<float>(image[(row * width + column) * channels + c]) : 0.0F;
                    const auto channel = static_cast<std::size_t>(c);
                    *out++ = (pixel / 255.0F - m_normalization.mean[channel]) / m_normalization.std[channel];
                }
    }
    return batch.permute({0, 3, 1, 2}).to(m_device);
}

at::Tensor BatchMaker::labels(std::span<const std::int64_t> indices) const {
    at::Tensor labels = at::empty({static_cast<std::int64_t>(indices.size())}, at::kLong);
    std::int64_t* out = labels.mutable_data_ptr<std::int64_t>();
    for (const std::int64_t index : indices) *out++ = m_data.label(index);
    return labels.to(m_device);
}

}  // namespace bitdesk
