// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "core/base/random.h"
#include "core/network/network.h"

namespace bitdesk {

/// How the values that a filter's weights multiply go together, over positions drawn from all images. The weights of a
/// filter are cut into runs of at most kLongestRun, so that wide layers need no matrix of all their weights.
class InputCovariance {
public:
    static constexpr std::int64_t kLongestRun = 1152;

    /// images: how many will be added.
    InputCovariance(const Network& network, const Layer& layer, std::int64_t images);

    /// What the layer reads, [N, C, H, W].
    void add(const at::Tensor& input);

    /// [groups · runs, K, K]: E[x·xᵀ] of each run of K weights; `centred`: the covariance, without what the means add.
    at::Tensor matrix(bool centred) const;

    /// [N, C/groups, KH, KW] or [N, C], as [groups · runs, N/groups, K], and back into the shape of `like`.
    at::Tensor toRuns(const at::Tensor& weight) const;
    at::Tensor fromRuns(const at::Tensor& runs, const at::Tensor& like) const;
    /// [N] as [groups · runs, N/groups, 1].
    at::Tensor filtersToRuns(const at::Tensor& filters) const;

private:
    at::Tensor patches(const at::Tensor& input);

    const Layer& m_layer;
    Conv2dAttributes m_window;
    std::int64_t m_runs, m_length;  // of a filter's weights
    std::int64_t m_positions;       // an image
    Random m_random{1};
    at::Tensor m_sum, m_products;
    std::int64_t m_count = 0;
};

}  // namespace bitdesk
