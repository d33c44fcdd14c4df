// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>
#include <vector>

#include "core/exchange/import_mapping.h"
#include "core/exchange/tensor_file.h"

namespace bitdesk {

/// A draft of a mapping, and what it left over.
struct SuggestedMapping {
    ImportMapping mapping;
    std::vector<std::string> unused;  ///< tensors that nothing refers to, in the file's order
};

/// Drafts a mapping from names and shapes. Weights are matched with layers in the order of file and graph, so that
/// as many as possible fit in shape; a tensor that has a layer's own name goes before. Norms go to the layer whose
/// weights have the likest name and stand next to them in the file. Groups of norms or scales whose names differ in
/// their last number alone, by the widths or by 0, 1, 2, …, become one name with "{bits}" or "{index}". Small tensors
/// beside a weight become its scales ("act", "alpha", "clip", "input" in the name: of the activations). What is not
/// found is left out: see missingFrom().
SuggestedMapping suggestMapping(const TensorFile& file, const Network& network, std::vector<int> bits);

}  // namespace bitdesk
