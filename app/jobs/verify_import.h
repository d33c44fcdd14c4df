// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/model/float_model.h"

namespace bitdesk::jobs {

/// Images and what another program answers to them, from an .npz: `x`, uint8 [N, H, W, C] or floats [N, C, H, W] that
/// are normalized already, and `logits`, [N, classes].
struct Reference {
    std::string where;
    std::int64_t count = 0;
    std::vector<float> images = {};         ///< normalized, [N, C, H, W]
    std::vector<std::uint8_t> pixels = {};  ///< [N, H, W, C]; empty where `x` has floats
    std::vector<float> logits = {};
};
/// Throws Error (BadInput) naming file and array.
Reference readReference(const std::filesystem::path& file, const FloatModel& model);

/// How an imported network agrees with a reference.
struct Verification {
    std::int64_t images = 0;
    double largestDifference = 0;      ///< between the float network's logits and the reference's
    double tolerance = 0;              ///< a thousandth of the largest logit: what sums in another order may differ by
    std::int64_t sameClass = 0;        ///< of the float network's answers
    std::int64_t sameClassAtTop = -1;  ///< of the model's at its highest width; −1: not compared

    bool agrees() const { return largestDifference <= tolerance; }
    std::string text() const;
};

/// The float network against the reference.
Verification verifyFloats(const FloatModel& model, const Reference& reference);
/// Adds the model's classes at its highest width where the reference has pixels.
void verifyTopWidth(const MetaModel& model, const Reference& reference, int threads, Verification& verification);

}  // namespace bitdesk::jobs
