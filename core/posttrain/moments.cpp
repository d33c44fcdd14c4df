// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/moments.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_vector_norm.h>

namespace bitdesk {

at::Tensor channelMean(const at::Tensor& values) { return values.flatten(2).mean(2).mean(0); }

void Moments::add(const at::Tensor& values) {
    // A row's norm needs no tensor of squares.
    const double positions = static_cast<double>(values.size(2) * values.size(3));
    const at::Tensor squares = at::linalg_vector_norm(values.flatten(2), 2, at::IntArrayRef{2}).square_();
    add(channelMean(values), squares.mean(0).div_(positions));
}

void Moments::add(const at::Tensor& mean, const at::Tensor& square) {
    m_first = m_batches > 0 ? m_first + mean : mean;
    m_second = m_batches > 0 ? m_second + square : square;
    ++m_batches;
}

void Moments::add(const Moments& other) { add(other.mean(), other.m_second / other.m_batches); }

at::Tensor Moments::variance() const { return (m_second / m_batches - mean().square()).clamp_min_(0); }

}  // namespace bitdesk
