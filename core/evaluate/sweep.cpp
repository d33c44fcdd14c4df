// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/evaluate/sweep.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "core/base/error.h"
#include "core/base/index.h"
#include "core/base/random.h"
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

class Visit {
public:
    Visit(Executor& executor, const DataSet& data, const Subtree& tree, std::size_t images,
          const std::function<void(std::int64_t)>& onBatch, const std::stop_token& stop)
        : m_executor(executor), m_data(data), m_tree(tree), m_onBatch(onBatch), m_stop(stop) {
        m_result.indices = tree.indices;
        m_result.outcomes.resize(tree.plans.size());
        for (EvaluationOutcome& outcome : m_result.outcomes) outcome.total = static_cast<std::int64_t>(images);
    }

    /// All configurations on one mini-batch.
    void batch(const ReadAhead::Batch& batch) {
        const auto indices = batch.indices;
        std::vector<PrefixCheckpoint> held;  // ascending steps, all of prefixes of the present plan
        for (std::size_t i = 0; i < m_tree.plans.size(); ++i) {
            if (m_stop.stop_requested()) throw Cancelled();
            const ExecutionPlan& plan = m_tree.plans[i];
            std::erase_if(held, [&](const PrefixCheckpoint& checkpoint) { return checkpoint.step > m_tree.shared[i]; });
            std::vector<PrefixCheckpoint> keep;
            for (const int step : m_tree.keep[i]) keep.push_back({step, 0, {}});
            m_logits.resize(indices.size() * at(plan.classes));
            const auto begin = std::chrono::steady_clock::now();
            if (m_executor.keepsCheckpoints())
                m_executor.runFrom(plan, batch.images, static_cast<int>(indices.size()), m_logits,
                                   held.empty() ? nullptr : &held.back(), keep);
            else m_executor.run(plan, batch.images, static_cast<int>(indices.size()), m_logits);
            EvaluationOutcome& outcome = m_result.outcomes[i];
            appendPredictions(m_logits, plan.classes, m_data, indices, outcome);
            outcome.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
            if (m_executor.keepsCheckpoints()) std::ranges::move(keep, std::back_inserter(held));
            if (m_onBatch) m_onBatch(static_cast<std::int64_t>(indices.size()));
        }
    }

    FinishedSubtree result() { return std::move(m_result); }

private:
    Executor& m_executor;
    const DataSet& m_data;
    const Subtree& m_tree;
    const std::function<void(std::int64_t)>& m_onBatch;
    const std::stop_token& m_stop;
    FinishedSubtree m_result;
    std::vector<float> m_logits;
};

}  // namespace

void sweep(Executor& executor, const MetaModel& model, std::span<const BitConfiguration> configurations,
           const DataSet& data, const SweepOptions& options, std::stop_token stop,
           const std::function<void(FinishedSubtree)>& onSubtree) {
    checkDataFitsModel(data, model);
    auto order = permutation(data.size(), options.evaluation.orderSeed);
    if (options.evaluation.limit > 0 && options.evaluation.limit < data.size())
        order.resize(at(options.evaluation.limit));
    const std::span<const std::int64_t> images(order);
    for (const auto& piece : subtrees(configurations, std::max<std::size_t>(options.subtree, 1))) {
        const Subtree tree = makeSubtree(model, configurations, piece);
        Visit visit(executor, data, tree, images.size(), options.onBatch, stop);
        ReadAhead batches(data, images, options.evaluation.batch);
        while (const auto batch = batches.next()) visit.batch(*batch);
        onSubtree(visit.result());
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
