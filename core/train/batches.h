// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <span>
#include <vector>

#include <ATen/ATen.h>

#include "core/base/random.h"
#include "core/data/data_set.h"
#include "core/model/meta_model.h"

namespace bitdesk {

/// Per-channel mean and standard deviation of a data set's pixels, scaled to 0…1.
Normalization measureNormalization(const DataSet& data);

struct Augmentation {
    int shift = 0;      ///< each image moves by −shift … shift pixels, both ways, zeros come in
    bool flip = false;  ///< each image is mirrored with probability ½
};

/// Makes normalized float batches [B, C, H, W] (channels last) of a data set. Pixels that a shift brings in are black
/// (0), as the border of a photograph taken of less is.
class BatchMaker {
public:
    BatchMaker(const DataSet& data, Normalization normalization, at::Device device);

    at::Tensor images(std::span<const std::int64_t> indices, const Augmentation& augmentation, Random& random) const;
    at::Tensor labels(std::span<const std::int64_t> indices) const;

private:
    const DataSet& m_data;
    Normalization m_normalization;
    at::Device m_device;
};

}  // namespace bitdesk
