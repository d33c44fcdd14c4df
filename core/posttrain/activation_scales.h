// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/posttrain/image_batches.h"
#include "core/posttrain/input_covariance.h"
#include "core/posttrain/post_train_settings.h"
#include "core/posttrain/simulated_network.h"

namespace bitdesk {

/// Sets the activation scales of all layers at all widths: the smallest squared error on the values that all images
/// give in the float network. Returns how the inputs of each layer go together.
std::vector<InputCovariance> setActivationScales(SimulatedNetwork& network, const ImageBatches& images,
                                                 const PostTrainWork& work);

}  // namespace bitdesk
