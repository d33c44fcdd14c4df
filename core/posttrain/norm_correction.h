// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/posttrain/image_batches.h"
#include "core/posttrain/post_train_settings.h"
#include "core/posttrain/simulated_network.h"

namespace bitdesk {

/// Fits every norm's entries so that each channel has the mean and the deviation that it has in the float network: what
/// few bits shift and stretch comes right without any training. γ is of a layer's own width, β of each transition. Runs
/// the images through uniform mixes and through mixes drawn layer by layer; each norm is fitted to what the norms
/// before, already fitted, let through. A transition that no draw came across takes the mean of its width.
/// `biases`: the same of layers that no norm reads, whose one bias serves all widths.
void correctNorms(SimulatedNetwork& network, const ImageBatches& images, bool biases, const PostTrainWork& work);

}  // namespace bitdesk
