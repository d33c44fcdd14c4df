// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/meta_model.h"
#include "core/results/results.h"

namespace bitdesk {

/// One mix of a model. `measurement`, where there is one, is of this model and mix.
struct ExportInput {
    const MetaModel& model;
    const BitConfiguration& bits;
    const Measurement* measurement = nullptr;
    std::string metric = {};  ///< of nodeDataMetrics(); empty: the first
};

/// What goes into or comes out of an exported graph.
struct ExportedTensor {
    std::string name;
    std::vector<std::string> shape;  ///< "N" is the batch
    std::string values;              ///< what they are, for a reader
};

struct ExportedMix {
    std::string bytes;                    ///< of the file
    int opset = 0;                        ///< of ai.onnx; 0: no graph
    std::vector<ExportedTensor> inputs;   ///< of a graph: one
    std::vector<ExportedTensor> outputs;  ///< of a graph: one
    std::vector<std::string> notes;       ///< where the file says less than the mix, or says it otherwise
};

enum class NeedOfMeasurement { None, Welcome, Required };

/// A format that a mix can be written in.
struct ExportFormat {
    const char* name;         ///< what --format takes
    const char* ending;       ///< ".onnx"; several formats may share one
    std::string description;  ///< for a file dialog
    NeedOfMeasurement measurement;
    /// Throws Error: BadInput for a configuration that does not fit the model; Resource for a graph of more than 2 GiB,
    /// the most that one ONNX file holds.
    ExportedMix (*write)(const ExportInput& input);
};

/// What node data may show of each layer: "bits", "macs", "bitops", "weight-bytes", "time" (needs a measurement).
const std::vector<std::string>& nodeDataMetrics();

/// onnx, qonnx, node-data, nvbench, mix.
const std::vector<ExportFormat>& exportFormats();

/// By name, or, where `name` is empty, by the file's ending. Throws Error (Usage): an unknown name, an ending that is
/// of no format or of several.
const ExportFormat& exportFormatOf(const std::string& file, const std::string& name);

// The formats, one file each; export_format.cpp lists them.

/// ai.onnx, opset 13: QuantizeLinear and DequantizeLinear around every convolution and linear layer, weights per
/// channel.
ExportedMix toOnnx(const ExportInput& input);
/// QONNX (Pappalardo et al. 2022): Quant nodes that state the bit-width of every tensor.
ExportedMix toQonnx(const ExportInput& input);
/// Custom node data of Google's Model Explorer, to be laid over the graph that toOnnx() writes.
ExportedMix toNodeData(const ExportInput& input);
/// Latency as NVIDIA's nvbench writes it with --json.
ExportedMix toNvbench(const ExportInput& input);
/// Layer → bits, what --bits @file.json reads.
ExportedMix toMix(const ExportInput& input);

}  // namespace bitdesk
