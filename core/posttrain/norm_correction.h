// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/posttrain/image_batches.h"
#include "core/posttrain/post_train_settings.h"
#include "core/posttrain/simulated_network.h"

namespace bitdesk {

/// Fits every norm's entries so that each channel has the mean and the deviation that it has in the float network: what
/// few bits shift and stretch comes right without any training. Runs the images through the network at each width; each
/// norm is fitted to what the norms before, already fitted, let through. γ is that of the layer's own width; β is of
/// each transition, as the layer at another width behind the network at the one before shows it.
/// `biases`: the same of layers that no norm reads, whose one bias serves all widths.
void correctNorms(SimulatedNetwork& network, const ImageBatches& images, bool biases, const PostTrainWork& work);

}  // namespace bitdesk
