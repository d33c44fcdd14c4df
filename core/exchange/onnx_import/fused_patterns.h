// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/exchange/onnx_import/source_graph.h"

namespace bitdesk {

/// Exporters write some functions as several nodes. Where these together are one operation, the last of them becomes
/// it: Gelu and GeluTanh from erf and tanh, Silu from x·Sigmoid(x), HardSigmoid and HardSwish from clips,
/// LayerNormalization from means. What the others make is no longer needed, unless something else reads it.
void fusePatterns(SourceGraph& graph);

}  // namespace bitdesk
