// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/model/float_model.h"
#include "core/posttrain/calibration_images.h"

namespace bitdesk {

/// Whether a float network that was read can be believed, by what it makes of a few images.
struct ImportCheck {
    /// How far the channels that reach a norm are from the statistics that it was trained with: medians over channels.
    struct NormDeviation {
        std::string norm;
        double shift = 0;    ///< |mean − running mean| / running deviation
        double stretch = 1;  ///< variance over running variance, or its inverse where that is above 1
    };

    std::int64_t images = 0;
    bool finite = true;        ///< all outputs are
    int classesSeen = 0;       ///< among the images' best answers
    int classes = 0;           ///< of the network
    NormDeviation worst = {};  ///< without a name: the network has no norms with statistics

    bool oneClassForAll() const { return images > 1 && classes > 1 && classesSeen == 1; }
    /// Norms of a network that was read rightly see what they were trained with, give or take another choice of images.
    bool deviates() const;
    /// Whole sentences for people: what was found, and what to look after.
    std::vector<std::string> notes() const;
};

/// Runs the first images, 64 at most, through the float network.
ImportCheck checkImport(const FloatModel& model, const CalibrationImages& images);

/// [count, classes] logits of the float network for normalized images, [count, C, H, W].
std::vector<float> floatLogits(const FloatModel& model, std::span<const float> images, std::int64_t count);

}  // namespace bitdesk
