// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/execute/plan/executor.h"

namespace bitdesk {

/// The one bound on what an evaluation keeps to go on from: 1 GiB, or an eighth of usableMemory() where that is
/// less.
std::size_t prefixBudget();

/// Where an evaluation may start: values of earlier evaluations of the same images, mini-batch by mini-batch. When a
/// layer moves, the mixes before and after agree up to the layer; what lies there is kept while the hand is on that
/// layer, so that the next move of it computes the rest alone. Two more cuts, halfway and three quarters down the
/// network, help the first move of another one. Beyond the budget the cut that was not used for longest goes first.
/// Belongs to one executor; not thread-safe.
class PrefixCache {
public:
    explicit PrefixCache(std::size_t maxBytes = prefixBudget()) : m_maxBytes(maxBytes) {}

    /// The evaluation that is about to begin. `images` names data set, order and mini-batches: other images, and what
    /// was kept is forgotten.
    void begin(const ExecutionPlan& plan, const std::string& images);

    /// Runs mini-batch number `index`: from the deepest cut that holds it, keeping what is wanted.
    void run(Executor& executor, const ExecutionPlan& plan, std::size_t index, std::span<const std::uint8_t> pixels,
             int batch, std::span<float> logits);

    std::size_t bytes() const { return m_bytes; }
    /// Steps that the last run() did not have to compute.
    int skippedSteps() const { return m_skipped; }

private:
    /// The checkpoint of one mini-batch.
    struct Kept {
        PrefixCheckpoint checkpoint;  // step −1 where there is none
        std::size_t bytes = 0;
    };
    /// Checkpoints after one step of one plan.
    struct Cut {
        std::shared_ptr<const ExecutionPlan> plan;
        int step = -1;
        std::vector<Kept> batches;  // by number
        std::uint64_t lastUse = 0;
        bool usable = false;  // for the present plan
        bool wanted = false;  // filled by the present evaluation
        std::size_t bytes = 0;
    };
    void want(int step);
    bool makeRoom(std::size_t bytes);
    const PrefixCheckpoint* deepest(std::size_t index);

    std::size_t m_maxBytes, m_bytes = 0;
    std::string m_images;
    std::shared_ptr<const ExecutionPlan> m_plan;
    std::vector<std::unique_ptr<Cut>> m_cuts;
    std::uint64_t m_evaluation = 0;
    int m_skipped = 0;
};

/// Share of a plan's multiply-accumulates up to and including each step, 0 … 1.
std::vector<double> cumulativeWork(const ExecutionPlan& plan);

}  // namespace bitdesk
