// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <algorithm>

#include "core/train/train_inputs.h"

namespace bitdesk {

inline constexpr int kTeacherViews = 4;  ///< augmented views that the teacher's logits are averaged over

/// Batches that re-estimate the running statistics of every transition, and the images of one.
inline constexpr std::int64_t kCalibrationSteps = 360;
inline std::int64_t calibrationBatch(const TrainInputs& inputs) {
    return std::min<std::int64_t>(256, static_cast<std::int64_t>(inputs.indices.size()));
}

}  // namespace bitdesk
