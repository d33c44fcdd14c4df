// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/evaluate/sweep.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/to_index.h"
#include "core/data/read_ahead.h"

namespace bitdesk {
namespace {

/// One subtree's configurations in the order of the trie, and where each leaves the one before it.
struct Subtree {
    std::vector<std::size_t> indices;
    std::vector<ExecutionPlan> plans;
    std::vector<int> shared;             ///< last step in common with the plan before, −1 for the first
    std::vector<std::vector<int>> keep;  ///< steps whose checkpoints later plans go on from
};

/// Checkpoints that plan `i` must leave: the cuts at which later plans branch off it or off one that goes on from it,
/// as far as they lie beyond its own.
std::vector<int> branchesAfter(const std::vector<int>& shared, std::size_t i) {
    std::vector<int> steps;
    int lowest = 1 << 30;
    for (std::size_t j = i + 1; j < shared.size(); ++j) {
        if (shared[j] >= lowest) continue;
        lowest = shared[j];
        if (lowest <= shared[i]) break;  // held already
        steps.push_back(lowest);
    }
    std::ranges::reverse(steps);
    return steps;
}

Subtree makeSubtree(const MetaModel& model, std::span<const BitConfiguration> configurations,
                    std::span<const std::size_t> order) {
    Subtree tree;
    for (const std::size_t index : order) {
        tree.indices.push_back(index);
        tree.plans.push_back(lower(model, configurations[index]));
        const std::size_t n = tree.plans.size();
        tree.shared.push_back(n == 1 ? -1 : commonPrefix(tree.plans[n - 2], tree.plans[n - 1]));
    }
    for (std::size_t i = 0; i < tree.plans.size(); ++i) tree.keep.push_back(branchesAfter(tree.shared, i));
    return tree;
}

/// Sorted, then cut into pieces: neighbours share their first layers.
std::vector<std::vector<std::size_t>> subtrees(std::span<const BitConfiguration> configurations, std::size_t most) {
    std::vector<std::size_t> order(configurations.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(
        order, [&](std::size_t a, std::size_t b) { return configurations[a].bits < configurations[b].bits; });
    std::vector<std::vector<std::size_t>> pieces;
    for (std::size_t i = 0; i < order.size(); i += most)
        pieces.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(i),
                            order.begin() + static_cast<std::ptrdiff_t>(std::min(i + most, order.size())));
    return pieces;
}

/// All configurations of a subtree on one mini-batch.
void visit(Executor& executor, const DataSet& data, const Subtree& tree, const ReadAhead::Batch& batch,
           const SweepOptions& options, const std::stop_token& stop, std::vector<EvaluationOutcome>& outcomes) {
    const auto indices = batch.indices;
    const auto count = static_cast<int>(indices.size());
    std::vector<float> logits;
    std::vector<PrefixCheckpoint> held;  // ascending steps, all of prefixes of the present plan
    for (std::size_t i = 0; i < tree.plans.size(); ++i) {
        if (stop.stop_requested()) throw Cancelled();
        const ExecutionPlan& plan = tree.plans[i];
        std::erase_if(held, [&](const PrefixCheckpoint& checkpoint) { return checkpoint.step > tree.shared[i]; });
        std::vector<PrefixCheckpoint> keep;
        for (const int step : tree.keep[i]) keep.push_back({step, nullptr});
        logits.resize(indices.size() * toIndex(plan.classes));
        const auto begin = std::chrono::steady_clock::now();
        if (executor.traits().keepsCheckpoints)
            executor.runFrom(plan, batch.images, count, logits, held.empty() ? nullptr : &held.back(), keep);
        else executor.run(plan, batch.images, count, logits);
        appendPredictions(logits, plan.classes, data, indices, outcomes[i]);
        outcomes[i].seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        if (executor.traits().keepsCheckpoints) std::ranges::move(keep, std::back_inserter(held));
        if (options.onBatch) options.onBatch(count);
    }
}

}  // namespace

void sweep(Executor& executor, const MetaModel& model, std::span<const BitConfiguration> configurations,
           const DataSet& data, const SweepOptions& options, std::stop_token stop,
           const std::function<void(FinishedSubtree)>& onSubtree) {
    checkDataFitsModel(data, model);
    auto order = permutation(data.size(), options.evaluation.orderSeed);
    if (options.evaluation.limit > 0 && options.evaluation.limit < data.size())
        order.resize(toIndex(options.evaluation.limit));
    const std::span<const std::int64_t> images(order);
    for (const auto& piece : subtrees(configurations, std::max<std::size_t>(options.subtree, 1))) {
        const Subtree tree = makeSubtree(model, configurations, piece);
        FinishedSubtree finished{.indices = tree.indices,
                                 .outcomes = std::vector<EvaluationOutcome>(tree.plans.size())};
        for (EvaluationOutcome& outcome : finished.outcomes) outcome.total = std::ssize(images);
        ReadAhead batches(data, images, options.evaluation.batch);
        while (const auto batch = batches.next()) visit(executor, data, tree, *batch, options, stop, finished.outcomes);
        onSubtree(std::move(finished));
    }
}

SweepBound sweepBound(const MetaModel& model, std::span<const BitConfiguration> configurations, std::size_t subtree,
                      const std::function<double(const ExecutionPlan&, std::size_t)>& stepTime) {
    SweepBound bound;
    for (const auto& piece : subtrees(configurations, std::max<std::size_t>(subtree, 1))) {
        const Subtree tree = makeSubtree(model, configurations, piece);
        for (std::size_t i = 0; i < tree.plans.size(); ++i)
            for (std::size_t s = 0; s < tree.plans[i].steps.size(); ++s) {
                const double time = stepTime(tree.plans[i], s);
                bound.separate += time;
                if (static_cast<int>(s) > tree.shared[i]) bound.visited += time;
            }
    }
    return bound;
}

}  // namespace bitdesk
