// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/exchange/import_mapping.h"
#include "core/exchange/tensor_file.h"
#include "core/network/network.h"

namespace bitdesk {

/// Looks beside a layer's weight for the scales of its quantizers, as their names tell them:
///   step, scale, w_…            steps of the weights (LSQ)
///   act, input, a_…             steps of the input (LSQ); alpha, clip: its upper end (PACT)
///   alpha with an init_state    a step: of the weights, in the layer's own module; of the input, in a module "act"
/// What is a quantizer's and can not be expressed is left alone: see tellIgnored().
class ScaleFinder {
public:
    ScaleFinder(const TensorFile& file, const std::vector<int>& bits) : m_file(file), m_bits(bits) {}

    /// Fills scales and rules of a layer whose weight is known; adds what it took to `used`.
    void find(const Layer& layer, LayerMapping& mapping, std::set<std::string>& used) const;

private:
    struct Place;  // a module in which scales are looked for
    bool isSmall(const Layer& layer, const std::string& name) const;
    bool isAloneIn(const Layer& layer, const std::string& module, const std::string& weight) const;
    bool isOfNorm(const std::string& name) const;
    bool hasZeroPoints(const std::vector<std::string>& names) const;
    std::vector<std::string> within(const std::string& module) const;
    void findIn(const Place& place, LayerMapping& mapping, std::set<std::string>& used) const;
    void take(const Place& place, const std::string& pattern, LayerMapping& mapping, std::set<std::string>& used) const;

    const TensorFile& m_file;
    const std::vector<int>& m_bits;
};

/// Marks a pattern's tensors, of all widths and a fixed layer's, as used.
void usePattern(const std::string& pattern, const std::vector<int>& bits, int fixedBits, std::set<std::string>& used);

/// Takes from `unused` the tensors of quantizers that a model of this program can not express, and tells of each kind
/// why. Flags of quantizers, which say nothing, go without a word.
std::vector<std::string> tellIgnored(std::vector<std::string>& unused);

}  // namespace bitdesk
