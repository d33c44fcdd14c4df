// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <onnx/onnx_pb.h>
#include <optional>
#include <string>
#include <vector>

#include "core/model/meta_model.h"

namespace bitdesk {

/// What exporters write beside a graph for people and other programs (metadata_props).
struct OnnxMetadata {
    std::vector<std::string> classNames;  ///< of "names", "classes", "labels" or "class_names"; empty: none of them
    /// Of "mean" and "std", a number a channel; of pixels 0 … 255 where a mean is above 1.
    std::optional<Normalization> normalization;
};

/// Reads them as JSON, or as Python writes lists and dicts: ['cat', 'dog'], {0: 'cat', 1: 'dog'}. What is neither is
/// left out.
OnnxMetadata readMetadata(const onnx::ModelProto& model);

/// The values of such a list, or of a dict in the order of its numbers; nothing where the text is neither.
std::optional<std::vector<std::string>> listedValues(const std::string& text);

}  // namespace bitdesk
