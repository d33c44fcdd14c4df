// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/network/bit_configuration.h"
#include "core/network/network.h"

namespace bitdesk {

/// The bits of a layer's weights under a configuration, and those of its input codes (its fixed bits where it has
/// them). A configuration gives both one number.
int weightBits(const Layer& layer, const BitConfiguration& bits);
int inputBits(const Layer& layer, const BitConfiguration& bits);

std::int64_t macs(const Network& network);

/// Σ MACs·b_w·b_a over all layers, ends included at their fixed bits; zero weights are not discounted (the count of
/// HAWQ-V3, Yao et al. 2021, and Bayesian Bits, van Baalen et al. 2020).
std::int64_t bitOps(const Network& network, const BitConfiguration& bits);

/// The same, a layer at a time, in the order of network.layers().
std::vector<std::int64_t> bitOpsPerLayer(const Network& network, const BitConfiguration& bits);

/// Weights of all layers at their bits, in whole bytes (rounded up once, a layer at a time).
std::int64_t weightBytes(const Network& network, const BitConfiguration& bits);

/// Number of bits entries [A, B] that a norm stores: 1 for a fixed or absent side, else `bitWidths`.
struct TransitionCount {
    int from = 1;
    int to = 1;
};
TransitionCount transitionCount(const Network& network, const NormAttributes& norm, int bitWidths);

}  // namespace bitdesk
