// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/exchange/export_format.h"

// The formats, one file each; export_format.cpp lists them.
namespace bitdesk {

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
