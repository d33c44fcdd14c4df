// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include "core/model/float_model.h"
#include "core/posttrain/calibration_images.h"

namespace bitdesk {

/// All images in batches of one size; the last may be smaller.
class ImageBatches {
public:
    /// As many an image at once as a pass over the network's largest maps may take of memory.
    ImageBatches(const FloatModel& model, const CalibrationImages& images);

    int count() const;
    std::int64_t imageCount() const { return m_images.count; }
    /// Normalized, [N, C, H, W].
    at::Tensor operator[](int batch) const;

private:
    const FloatModel& m_model;
    const CalibrationImages& m_images;
    std::int64_t m_size = 1;
};

}  // namespace bitdesk
