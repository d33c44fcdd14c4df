// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/exchange/export_format.h"
#include "core/exchange/onnx_graph.h"

namespace bitdesk {

/// ai.onnx of every graph that is written, and the file format that came with it (ONNX 1.8).
inline constexpr int kOnnxOpset = 13;
inline constexpr int kOnnxIrVersion = 7;

/// The codes of a layer's input: lowest … highest, each worth `scale`.
struct ActivationCodes {
    std::string name;  ///< of the quantize node
    float scale = 1;
    int bits = 8;
    bool isSigned = false;
    int lowest = 0, highest = 0;
};

/// A layer's weights: filter n's are worth  scales[n] · (code + offset / 2).
struct WeightCodes {
    std::string name;                ///< "LAYER.weight"
    std::vector<std::int64_t> dims;  ///< [N, C/groups, KH, KW] or [N, C]
    std::vector<std::int8_t> codes;
    std::vector<double> scales;  ///< [N]
    int offset = 0;
    int bits = 8;

    std::int64_t filterSize() const { return static_cast<std::int64_t>(codes.size()) / dims.front(); }
    /// [N, 1, …]: how a value a filter stands beside the weights.
    std::vector<std::int64_t> filterDims() const;
};

/// What tells one dialect from another: how it writes a quantized tensor.
class QuantizationStyle {
public:
    QuantizationStyle() = default;
    QuantizationStyle(const QuantizationStyle&) = delete;
    QuantizationStyle& operator=(const QuantizationStyle&) = delete;
    virtual ~QuantizationStyle() = default;

    /// The value rounded to codes, as real numbers.
    virtual GraphValue activation(OnnxGraph& graph, const GraphValue& value, const ActivationCodes& codes) const = 0;
    /// The name of the tensor of real weights.
    virtual std::string weight(OnnxGraph& graph, const WeightCodes& weights) const = 0;
    /// A sentence or two each: roundingNotes(), and which programs were tried on such a graph, in which versions, and
    /// how often they gave Bitdesk's class, the figures of docs/export.md. `halfSteps`: weights sit half a step above
    /// their codes.
    virtual std::vector<std::string> notes(bool halfSteps) const = 0;

    std::string domain;       ///< of its own operations, version 1; may be empty
    bool fixedBatch = false;  ///< N is 1: its readers take no open extents
};

/// Where a graph of ONNX's operations cannot say what Bitdesk computes. `operation` rounds activations; `more`, which
/// may be empty, is true of the dialect alone.
std::vector<std::string> roundingNotes(const std::string& operation, const std::string& more);

/// The mix as a graph of that style, checked by the onnx library. Throws Error as ExportFormat::write does.
ExportedMix exportGraph(const ExportInput& input, const QuantizationStyle& style);

}  // namespace bitdesk
