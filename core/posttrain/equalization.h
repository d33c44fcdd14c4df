// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/posttrain/image_batches.h"

namespace bitdesk {

/// Values of a network whose channels can be scaled without changing its answers: what norms write and layers read,
/// with nothing between but what a factor passes through (sums, ReLUs without an end, pools).
struct ScalableStream {
    std::vector<int> norms;   ///< nodes
    std::vector<int> layers;  ///< indices into network.layers()
};
std::vector<ScalableStream> scalableStreams(const Network& network);

/// The same network with the channels of each stream scaled so that those of its activations and those of the weights
/// that read them have ranges alike (cross-layer equalization, Nagel et al. 2019): one scale serves all channels of an
/// activation, and all weights of a filter. Activations' ranges are of the first batch.
FloatModel equalized(const FloatModel& model, const ImageBatches& images);

}  // namespace bitdesk
