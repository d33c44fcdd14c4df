// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/moments.h"

#include <ATen/TensorOperators.h>

namespace bitdesk {

at::Tensor channelMean(const at::Tensor& values) { return values.mean({0, 2, 3}); }

void Moments::add(const at::Tensor& values) { add(channelMean(values), channelMean(values.square())); }

void Moments::add(const at::Tensor& mean, const at::Tensor& square) {
    m_first = m_batches > 0 ? m_first + mean : mean;
    m_second = m_batches > 0 ? m_second + square : square;
    ++m_batches;
}

void Moments::add(const Moments& other) { add(other.mean(), other.m_second / other.m_batches); }

at::Tensor Moments::variance() const { return (m_second / m_batches - mean().square()).clamp_min_(0); }

}  // namespace bitdesk
