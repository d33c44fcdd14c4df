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
    std::vector<std::string> uncertain;  ///< layers and norms whose tensors are a guess, in the network's order
    std::vector<std::string> unused;     ///< tensors that nothing refers to, in the file's order
    std::vector<std::string> notes;      ///< which tensors of quantizers it made nothing of, and why
};

/// Drafts a mapping from names and shapes: layers and norms by matchLayers(), scales by ScaleFinder. Groups of norms or
/// scales whose names differ in their last number alone, by the widths or by 0, 1, 2, …, become one name with "{bits}"
/// or "{index}". What is not found is left out: see missingFrom(). Throws Error (BadInput): more than 20 000 tensors,
/// norms of other widths.
SuggestedMapping suggestMapping(const TensorFile& file, const Network& network, std::vector<int> bits);

/// Throws Error (BadInput) where parts of a draft are a guess: it names them, and `command`, which writes the draft to
/// be corrected.
void checkCertain(const SuggestedMapping& draft, const std::string& command);

}  // namespace bitdesk
