// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

namespace bitdesk {

/// [C], of [N, C, H, W].
at::Tensor channelMean(const at::Tensor& values);

/// First and second moments a channel, [C], over batches that count alike.
class Moments {
public:
    /// [N, C, H, W].
    void add(const at::Tensor& values);
    void add(const at::Tensor& mean, const at::Tensor& square);
    /// The other's, as one batch.
    void add(const Moments& other);

    int batches() const { return m_batches; }
    at::Tensor mean() const { return m_first.div(m_batches); }
    at::Tensor variance() const;

private:
    at::Tensor m_first, m_second;
    int m_batches = 0;
};

}  // namespace bitdesk
