// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "core/posttrain/image_batches.h"
#include "core/posttrain/post_train_settings.h"
#include "core/posttrain/simulated_network.h"
#include "core/train/checkpoint.h"

namespace bitdesk {

/// What block reconstruction has done so far, kept in the settings' checkpoint after each block: a run that was ended,
/// even by kill -9, goes on behind the last one. A checkpoint of another network, other images or settings is not
/// looked at, and replaced.
class RefinementState {
public:
    RefinementState(const SimulatedNetwork& network, const ImageBatches& images, const PostTrainSettings& settings);

    bool has(const std::string& block) const;
    /// The tensors of a block, by name.
    std::map<std::string, at::Tensor> of(const std::string& block) const;
    void keep(const std::string& block, const std::map<std::string, at::Tensor>& tensors);

private:
    std::filesystem::path m_path;
    Checkpoint m_checkpoint;
};

}  // namespace bitdesk
