// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/model/meta_model.h"

namespace bitdesk {

/// The weights of one layer (an index into network.layers()) when it runs at `bits`. However a model stores them, a
/// weight of filter n is worth  scale[n] · (code + offset / 2),  with the weight quantizer's `offset` (0 or 1). These
/// two functions are the only place that knows how codes are stored: executors and exporters ask here.

/// [N, KH, KW, C/groups] or [N, C], in the range of `bits`.
std::vector<std::int8_t> codesAt(const MetaModel& model, int layerIndex, int bits);
/// [N].
std::vector<double> weightScalesAt(const MetaModel& model, int layerIndex, int bits);

}  // namespace bitdesk
