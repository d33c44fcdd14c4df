// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/exchange/tensor_file.h"
#include "core/network/network.h"

namespace bitdesk {

/// Which tensors are whose, as far as names and shapes tell.
struct LayerMatches {
    std::map<std::string, std::string> weights;  ///< layer → its weight
    std::map<std::string, std::string> norms;  ///< norm → prefix of its tensors, a pattern where there are some a width
    std::vector<std::string> byFileOrder;      ///< layers that nothing but the order of the file tells apart
    std::vector<std::string> uncertain;        ///< layers and norms, in the order of the graph, that others fit as well
};

/// Layers of one shape get the weights of that shape, in the order of the graph and of the names' numbers; norms, from
/// the innermost module outwards, those of as many channels in the same module as their layers. A layer's or norm's own
/// name goes before. Uncertain are those whose order no number, no file
/// and no module that they share with the layers beside them says, whose readings contradict each other
/// (numbers and the file's order, for norms likeness of names), and those with more candidates than layers. Throws
/// Error (BadInput) where the file has norms of other widths than `bits`.
LayerMatches matchLayers(const TensorFile& file, const Network& network, const std::vector<int>& bits);

}  // namespace bitdesk
