// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/model/float_model.h"

namespace bitdesk {

struct OnnxOptions {
    /// A node, or one of its outputs: the import ends there, as if that were the graph's output. Empty: the whole
    /// graph.
    std::string until;
    /// Of pixels scaled to 0…1. The file's own preprocessing, if it has any, comes behind it. Unset: the file's.
    std::optional<Normalization> normalization;
    /// Of the images, where the file leaves height or width open, or takes flat vectors.
    std::optional<Shape> input;
};

/// How a file with QuantizeLinear nodes has the input of a layer: scale · (code − zeroPoint), codes from lowest to
/// highest.
struct ActivationGrid {
    float scale = 1;
    int zeroPoint = 0, lowest = 0, highest = 255;
    bool operator==(const ActivationGrid&) const = default;
};

struct OnnxImport {
    FloatModel model;
    std::vector<std::string> notes;  ///< what the user must know, whole sentences
    /// False: neither the options nor the file say how images are normalized; the model's normalization changes
    /// nothing.
    bool normalizationKnown = false;
    std::map<std::string, ActivationGrid> activationCodes;  ///< by layer, of a file that has them
};

/// Nodes of one operation that is not supported, or not in this form.
struct UnsupportedOperation {
    std::string op;      ///< "Einsum", of other domains "com.microsoft.Attention"
    std::string reason;  ///< what of it is not supported; empty: nothing of it is
    int count = 0;
    std::vector<std::string> nodes;  ///< their names
};

/// All that stands in an import's way is told at once.
class UnsupportedGraph : public Error {
public:
    UnsupportedGraph(const std::string& where, std::vector<UnsupportedOperation> operations, bool cut);
    const std::vector<UnsupportedOperation>& operations() const noexcept { return m_operations; }

private:
    std::vector<UnsupportedOperation> m_operations;
};

/// Reads a network with its weights from an ONNX file (opset 9 … 24, weights inside or beside it): docs/import.md. The
/// network computes for one image what the graph does with a batch of one; what cannot be had exactly is refused.
/// Throws UnsupportedGraph, and Error (BadInput) naming file and node.
OnnxImport importOnnx(const std::filesystem::path& path, const OnnxOptions& options);

}  // namespace bitdesk
