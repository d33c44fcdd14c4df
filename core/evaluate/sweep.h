// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/evaluate/evaluator.h"

namespace bitdesk {

/// Configurations of one subtree, finished: `outcomes[i]` belongs to `indices[i]` of the sweep's configurations.
struct FinishedSubtree {
    std::vector<std::size_t> indices;
    std::vector<EvaluationOutcome> outcomes;
};

struct SweepOptions {
    EvaluationOptions evaluation{.limit = 0, .batch = 32, .firstBatch = 0, .orderSeed = kOrderSeed};
    /// Configurations whose results are held back together: what a cancelled sweep can lose.
    std::size_t subtree = 128;
    /// Called after each mini-batch of each configuration with its number of images; may be empty. It may wait, for
    /// work that goes before.
    std::function<void(std::int64_t)> onBatch = {};
};

/// Evaluates many configurations of one model, each exactly as evaluate() would. They are visited as a trie: sorted, so
/// that neighbours share the bits of their first layers, each going on from the last step that it shares with the one
/// before it. Within a subtree the mini-batches are the outer loop, so that only one mini-batch's checkpoints are held:
/// at most one a layer. `onSubtree` is called as soon as a subtree is finished. Throws Cancelled
/// between configurations.
void sweep(Executor& executor, const MetaModel& model, std::span<const BitConfiguration> configurations,
           const DataSet& data, const SweepOptions& options, std::stop_token stop,
           const std::function<void(FinishedSubtree)>& onSubtree);

/// What a sweep saves at most: the time of all configurations one by one, and of the trie's nodes, each counted once a
/// subtree. `stepTime(plan, s)` gives the time of a step of a plan, in any unit.
struct SweepBound {
    double separate = 0, visited = 0;
    double ratio() const { return visited > 0 ? separate / visited : 1; }
};
SweepBound sweepBound(const MetaModel& model, std::span<const BitConfiguration> configurations, std::size_t subtree,
                      const std::function<double(const ExecutionPlan&, std::size_t)>& stepTime);

}  // namespace bitdesk
