// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/posttrain/image_batches.h"
#include "core/posttrain/post_train_settings.h"
#include "core/posttrain/simulated_network.h"

namespace bitdesk {

/// Rounds weights up or down so that each block's output, at each width below 8, comes close to the float network's
/// (AdaRound, Nagel et al. 2020; blocks as in BRECQ, Li et al. 2021); activation scales and norm entries learn along. A
/// block's input is what the blocks before, already done, give at that width. Norm entries of one width's own
/// transition are what is learnt: correctNorms() has to set all others afterwards. Writes and reads the settings'
/// checkpoint.
void reconstructBlocks(SimulatedNetwork& network, const ImageBatches& images, const PostTrainWork& work);

}  // namespace bitdesk
