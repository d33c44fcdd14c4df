// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/model/float_model.h"
#include "core/posttrain/calibration_images.h"
#include "core/posttrain/post_train_settings.h"

namespace bitdesk {

/// A float network quantized after its training, for each width of `bits` (ascending, each 2 … 8) and every mix of
/// them, from images alone: quantizer "rounded", and real weights kept in MetaModel::floats. Without class names in the
/// float model they are numbers. Throws Error (BadInput): tables that do not fit the network, widths, no image. Throws
/// Cancelled.
MetaModel quantized(const FloatModel& model, const std::vector<int>& bits, const CalibrationImages& images,
                    const PostTrainSettings& settings, const ProgressSink& progress, const std::stop_token& stop);

}  // namespace bitdesk
