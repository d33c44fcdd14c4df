// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>
#include <vector>

namespace bitdesk {

/// Where a graph of ONNX's operations cannot say what Bitdesk computes, a sentence or two each. `qonnx`: of Quant nodes
/// instead of QuantizeLinear and DequantizeLinear.
std::vector<std::string> roundingNotes(bool qonnx);

/// Which programs were tried on such a graph, in which versions, and how often they gave Bitdesk's class: the figures
/// of docs/export.md. `halfSteps`: weights sit half a step above their codes.
std::vector<std::string> readerNotes(bool qonnx, bool halfSteps);

}  // namespace bitdesk
