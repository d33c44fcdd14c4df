// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <optional>
#include <vector>

#include "core/exchange/onnx_import/draft.h"

namespace bitdesk {

/// What a node of a draft is among those that the output depends on.
struct DraftUse {
    std::vector<bool> needed;               ///< by node
    std::vector<std::vector<int>> readers;  ///< of each node: those that are needed
};
DraftUse useOf(const NetworkDraft& draft, int output);

/// Whether a node is the one thing that another one's only reader is: a norm behind a layer, say.
int onlyReader(const DraftUse& use, int node);

/// Layers that nothing of the kind stands before, or behind. By node.
std::vector<bool> firstLayers(const NetworkDraft& draft, const DraftUse& use);
std::vector<bool> lastLayers(const NetworkDraft& draft, int output);

/// A norm that alone reads another one becomes one with it.
void mergeNorms(NetworkDraft& draft, int output);

/// gamma · x + beta, per channel.
struct Preprocessing {
    std::vector<float> gamma, beta;
    bool ofNumbers = true;  ///< false: a norm with statistics, which tell nothing of what pixels are
};
/// What the graph does to its images before all else, where that is to scale and shift channels by numbers, gamma above
/// 0. takePreprocessing() leaves it out.
std::optional<Preprocessing> preprocessing(const NetworkDraft& draft, int output);
void takePreprocessing(NetworkDraft& draft, int& output);

/// Numbers that are added to, or multiplied with, what a last layer gives become part of its weights and bias; the
/// biases of all others go into the norms behind them, where they have one.
void foldConstants(NetworkDraft& draft, int& output);

}  // namespace bitdesk
