// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/refinement_state.h"

#include <ATen/ops/from_blob.h>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/model/model_file.h"

namespace bitdesk {
namespace {

std::string prefixOf(const std::string& block) { return block + "|"; }

/// Of everything that decides what is learnt: the network as it is before, the first and the last images, the settings.
std::string identityOf(const SimulatedNetwork& network, const ImageBatches& images, const PostTrainSettings& settings) {
    std::string text = serializeModel(network.toModel()) + " " + std::to_string(images.count()) + " " +
                       std::to_string(settings.iterations) + " " + std::to_string(settings.seed);
    for (const int batch : {0, images.count() - 1}) {
        const at::Tensor pixels = images[batch];
        text.append(static_cast<const char*>(pixels.const_data_ptr()), pixels.nbytes());
    }
    return sha256(text);
}

}  // namespace

RefinementState::RefinementState(const SimulatedNetwork& network, const ImageBatches& images,
                                 const PostTrainSettings& settings)
    : m_path(settings.checkpoint) {
    const std::string identity = identityOf(network, images, settings);
    if (!m_path.empty() && std::filesystem::exists(m_path)) {
        try {
            m_checkpoint = readCheckpoint(m_path);
        } catch (const Error&) {
            m_checkpoint = {};  // of something else, or torn: it is written anew
        }
        if (m_checkpoint.texts["refinement"] != identity) m_checkpoint = {};
    }
    m_checkpoint.texts["refinement"] = identity;
}

bool RefinementState::has(const std::string& block) const {
    const auto found = m_checkpoint.tensors.lower_bound(prefixOf(block));
    return found != m_checkpoint.tensors.end() && found->first.starts_with(prefixOf(block));
}

std::map<std::string, at::Tensor> RefinementState::of(const std::string& block) const {
    std::map<std::string, at::Tensor> tensors;
    const std::string prefix = prefixOf(block);
    for (const auto& [name, tensor] : m_checkpoint.tensors)
        if (name.starts_with(prefix)) tensors[name.substr(prefix.size())] = tensor;
    return tensors;
}

void RefinementState::keep(const std::string& block, const std::map<std::string, at::Tensor>& tensors) {
    for (const auto& [name, tensor] : tensors) m_checkpoint.tensors[prefixOf(block) + name] = tensor;
    if (!m_path.empty()) writeCheckpoint(m_checkpoint, m_path);
}

}  // namespace bitdesk
