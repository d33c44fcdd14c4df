// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/exchange/import_mapping.h"
#include "core/exchange/tensor_file.h"
#include "core/model/float_model.h"

namespace bitdesk {

struct ImportedModel {
    MetaModel model;
    /// Layers (indices into network.layers()) whose activation scales, at all widths, are 1 until data have set them.
    std::vector<int> uncalibrated;
    /// Quantizable layers whose weights were trained as floats: the network never learned to live with few bits.
    int floatLayers = 0;
    /// The network as it was trained, where all of it was trained as floats and nothing differs from width to width.
    std::optional<FloatModel> floats = {};
};

/// Makes a model of a network, a file's tensors and a mapping between them. Weights are reordered from PyTorch's
/// layouts
/// ([N, C, KH, KW], and [N, C·H·W] behind a flatten). All layers share one of this program's weight quantizers, which
/// follows from the mapping's rules; layers that say "float" join the others. Class names are numbers unless the
/// mapping has them. Throws Error (BadInput) naming the file, tensor and layer: a tensor that is missing or has another
/// shape, layers without an entry, entries without a layer, rules that do not go together, scales that are not above 0.
ImportedModel importModel(const TensorFile& file, const ImportMapping& mapping, const Network& network);

}  // namespace bitdesk
