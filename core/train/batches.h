// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <functional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/base/random.h"
#include "core/data/data_set.h"
#include "core/model/meta_model.h"

namespace bitdesk {

/// Per-channel mean and standard deviation of a data set's pixels, scaled to 0…1. `onImage` is told how many are done.
Normalization measureNormalization(const DataSet& data, const std::function<void(std::int64_t)>& onImage = {});

struct Augmentation {
    int shift = 0;      ///< each image moves by −shift … shift pixels, both ways, zeros come in
    bool flip = false;  ///< each image is mirrored with probability ½
};

/// Makes normalized float batches [B, C, H, W] (channels last) of a data set. Pixels that a shift brings in are black
/// (0), as the border of a photograph taken of less is.
class BatchMaker {
public:
    BatchMaker(const DataSet& data, Normalization normalization, at::Device device);

    at::Tensor images(std::span<const std::int64_t> indices) const;
    at::Tensor images(std::span<const std::int64_t> indices, const Augmentation& augmentation, Random& random) const;
    at::Tensor labels(std::span<const std::int64_t> indices) const;

private:
    /// Where an image lies in its place in the batch.
    struct Placement {
        int dy = 0, dx = 0;
        bool mirrored = false;
    };
    at::Tensor placed(std::span<const std::int64_t> indices, std::span<const Placement> placements) const;
    void write(const std::uint8_t* image, const Placement& placement, float* out) const;

    const DataSet& m_data;
    Normalization m_normalization;
    at::Device m_device;
};

}  // namespace bitdesk
