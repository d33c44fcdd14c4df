// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/evaluate/prefix_cache.h"

#include <algorithm>

#include "core/base/machine_limits.h"
#include "core/base/to_index.h"

namespace bitdesk {
namespace {

/// A cut before this share of the work saves less than keeping it costs.
constexpr double kEarliest = 0.15;

/// The last step with at most `share` of the work behind it whose checkpoint is one value: between two blocks.
int anchor(const ExecutionPlan& plan, const std::vector<double>& work, double share) {
    for (int s = static_cast<int>(plan.steps.size()) - 2; s >= 0; --s)
        if (work[toIndex(s)] <= share && work[toIndex(s)] >= kEarliest && liveValues(plan, s).size() == 1) return s;
    return -1;
}

}  // namespace

std::size_t prefixBudget() { return toIndex(modestMemory(std::int64_t{1} << 30)); }

std::vector<double> cumulativeWork(const ExecutionPlan& plan) {
    std::vector<double> work;
    double sum = 0;
    for (const Step& step : plan.steps) {
        const double outputs = static_cast<double>(step.outputShape.elements());
        if (const auto* conv = step.as<Conv2dAttributes>())
            sum += outputs * conv->kernelHeight * conv->kernelWidth * step.inputShape.channels / conv->groups;
        if (step.as<LinearAttributes>()) sum += outputs * static_cast<double>(step.inputShape.elements());
        work.push_back(sum);
    }
    for (double& share : work) share /= std::max(sum, 1.0);
    return work;
}

void PrefixCache::begin(const ExecutionPlan& plan, const std::string& images) {
    ++m_evaluation;
    if (images != m_images) {
        m_cuts.clear();
        m_bytes = 0;
        m_plan = nullptr;
        m_images = images;
    }
    // Of evaluations that ended before they filled them.
    std::erase_if(m_cuts, [](const auto& cut) { return cut->bytes == 0; });
    const auto previous = m_plan;
    m_plan = std::make_shared<const ExecutionPlan>(plan);
    for (const auto& cut : m_cuts) {
        cut->usable = commonPrefix(*cut->plan, plan) >= cut->step;
        cut->wanted = false;
    }
    const auto work = cumulativeWork(plan);
    std::vector<int> steps{anchor(plan, work, 0.5), anchor(plan, work, 0.75)};
    if (previous != nullptr) {
        // Between a mix and itself nothing lies.
        const int shared = commonPrefix(*previous, plan);
        if (shared >= 0 && shared + 1 < static_cast<int>(plan.steps.size()) && work[toIndex(shared)] >= kEarliest)
            steps.push_back(shared);
    }
    std::ranges::sort(steps);
    steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
    for (const int step : steps)
        if (step >= 0) want(step);
}

void PrefixCache::want(int step) {
    for (const auto& cut : m_cuts)
        if (cut->usable && cut->step == step) {
            cut->wanted = true;
            cut->lastUse = m_evaluation;
            return;
        }
    auto cut = std::make_unique<Cut>();
    cut->plan = m_plan;
    cut->step = step;
    cut->lastUse = m_evaluation;
    cut->usable = cut->wanted = true;
    m_cuts.push_back(std::move(cut));
}

const PrefixCheckpoint* PrefixCache::deepest(std::size_t index) {
    Cut* best = nullptr;
    for (const auto& cut : m_cuts)
        if (cut->usable && index < cut->batches.size() && cut->batches[index].checkpoint.step >= 0 &&
            (best == nullptr || cut->step > best->step))
            best = cut.get();
    if (best == nullptr) return nullptr;
    best->lastUse = m_evaluation;
    return &best->batches[index].checkpoint;
}

bool PrefixCache::makeRoom(std::size_t bytes) {
    while (m_bytes + bytes > m_maxBytes) {
        Cut* oldest = nullptr;
        for (const auto& cut : m_cuts)
            if (cut->lastUse != m_evaluation && cut->bytes > 0 && (oldest == nullptr || cut->lastUse < oldest->lastUse))
                oldest = cut.get();
        if (oldest == nullptr) return false;
        // One mini-batch at a time: its memory serves the next one.
        const std::size_t last = oldest->batches.back().bytes;
        oldest->batches.pop_back();
        oldest->bytes -= last;
        m_bytes -= last;
        if (oldest->bytes == 0) std::erase_if(m_cuts, [&](const auto& cut) { return cut.get() == oldest; });
    }
    return true;
}

void PrefixCache::run(Executor& executor, const ExecutionPlan& plan, std::size_t index,
                      std::span<const std::uint8_t> pixels, int batch, std::span<float> logits) {
    // Held by value: makeRoom() may drop the cut that it stands in.
    const PrefixCheckpoint* found = deepest(index);
    const PrefixCheckpoint from = found != nullptr ? *found : PrefixCheckpoint{};
    m_skipped = from.step + 1;
    std::vector<PrefixCheckpoint> keep;
    std::vector<Cut*> cuts;
    for (const auto& cut : m_cuts) {
        if (!cut->wanted || cut->step <= from.step) continue;
        if (index < cut->batches.size() && cut->batches[index].checkpoint.step >= 0) continue;
        cuts.push_back(cut.get());
    }
    std::ranges::sort(cuts, {}, &Cut::step);
    const auto bytesOf = [&](const Cut* cut) { return executor.checkpointBytes(*cut->plan, cut->step, batch); };
    std::size_t reserved = 0;
    std::erase_if(cuts, [&](const Cut* cut) {
        if (!makeRoom(reserved + bytesOf(cut))) return true;
        reserved += bytesOf(cut);
        return false;
    });
    keep.reserve(cuts.size());
    for (const Cut* cut : cuts) keep.push_back({cut->step, nullptr});
    executor.runFrom(plan, pixels, batch, logits, from.step >= 0 ? &from : nullptr, keep);
    for (std::size_t k = 0; k < cuts.size(); ++k) {
        if (cuts[k]->batches.size() <= index) cuts[k]->batches.resize(index + 1);
        const std::size_t bytes = bytesOf(cuts[k]);
        cuts[k]->batches[index] = {std::move(keep[k]), bytes};
        // Counted only now: a run that throws has kept nothing.
        cuts[k]->bytes += bytes;
        m_bytes += bytes;
    }
}

}  // namespace bitdesk
