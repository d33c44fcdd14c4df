// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/soft_rounding.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "core/posttrain/simulated_network.h"
#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

// The stretched sigmoid of AdaRound reaches 0 and 1.
constexpr double kLow = -0.1, kHigh = 1.1;

}  // namespace

SoftRounding::SoftRounding(const at::Tensor& weight, const at::Tensor& scale, int bits) {
    const at::NoGradGuard guard;
    const WeightQuantizer& quantizer = findWeightQuantizer("rounded");
    m_lowest = quantizer.lowest(bits, bits);
    m_highest = quantizer.highest(bits, bits);
    m_scale = perFilter(scale, weight);
    const at::Tensor code = weight / m_scale;
    m_floor = code.floor();
    const at::Tensor share = ((code - m_floor) - kLow) / (kHigh - kLow);
    m_alpha = (share / (1 - share)).log().set_requires_grad(true);
}

at::Tensor SoftRounding::up() const { return (m_alpha.sigmoid() * (kHigh - kLow) + kLow).clamp(0, 1); }

at::Tensor SoftRounding::weight() const { return (m_floor + up()).clamp(m_lowest, m_highest) * m_scale; }

at::Tensor SoftRounding::indecision(double power) const { return (1 - (up() * 2 - 1).abs().pow(power)).sum(); }

at::Tensor SoftRounding::codes() const {
    const at::NoGradGuard guard;
    return (m_floor + (m_alpha >= 0)).clamp_(m_lowest, m_highest);
}

}  // namespace bitdesk
