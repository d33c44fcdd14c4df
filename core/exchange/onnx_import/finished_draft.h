// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <map>
#include <string>

#include "core/exchange/onnx_import/draft.h"

namespace bitdesk {

struct FinishedDraft {
    FloatModel model;  ///< without normalization and class names
    std::map<std::string, ActivationGrid> activationCodes;
};

/// The part of a draft that its output depends on as a network with its weights: names made unique, a quantize node
/// before each layer, signed where its values may be below 0, a norm behind each layer but the last, ends of 8 bits,
/// transitions, the residual branch of a sum first. Throws Error (BadInput) where that is no network.
FinishedDraft finishedDraft(NetworkDraft draft, int output);

}  // namespace bitdesk
