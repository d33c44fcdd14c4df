// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

namespace bitdesk {

/// Weights that may still be rounded down or up (AdaRound, Nagel et al. 2020): s · clip(⌊w/s⌋ + h(α)), where h goes
/// from 0 to 1 and α is learnt.
class SoftRounding {
public:
    /// weight: [N, …] real; scale: [N]; bits: the width's. α begins where the weight is what it was.
    SoftRounding(const at::Tensor& weight, const at::Tensor& scale, int bits);

    const at::Tensor& alpha() const { return m_alpha; }
    /// With gradients for α.
    at::Tensor weight() const;
    /// How far from a decision: Σ 1 − |2h − 1|^power, 0 where every weight is rounded.
    at::Tensor indecision(double power) const;
    /// The decided codes, whole floats.
    at::Tensor codes() const;

private:
    at::Tensor up() const;

    at::Tensor m_floor, m_scale, m_alpha;
    int m_lowest, m_highest;
};

}  // namespace bitdesk
