// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/paired_job.h"

#include <algorithm>

namespace bitdesk::jobs {
namespace {

/// Numbers of images at which a verdict is looked for; the last look is at all of them.
std::vector<std::int64_t> lookCounts(std::int64_t images) {
    constexpr std::int64_t kFirst = 200;
    std::vector<std::int64_t> counts;
    for (std::int64_t n = kFirst; n < images; n += n / 2) counts.push_back(n);
    counts.push_back(images);
    return counts;
}

}  // namespace

PairedResult evaluateUntilSettled(const EvaluateRequest& request, const Evaluation& baseline, double margin,
                                  Executor& executor, JobContext& context, const PartialSink& onBatch) {
    const auto looks = lookCounts(keyOf(request).subset);
    const AccuracyLimits limits{.margin = margin, .looks = static_cast<int>(looks.size())};
    if (auto stored = findStored(request, context)) {
        const auto comparison = compareAccuracy(baseline, *stored, margin);
        return {{.evaluation = std::move(*stored), .fromStore = true}, comparison};
    }
    EvaluateRequest early = request;
    early.options.looks = limits.looks;
    std::size_t next = 0;  // look
    early.options.enough = [&](const PartialEvaluation& partial) {
        if (partial.seen < looks[next]) return false;
        while (next + 1 < looks.size() && partial.seen >= looks[next]) ++next;
        return compareAccuracy(baseline.correctMask, partial.correctMask, limits).settled();
    };
    PairedResult found{evaluateMix(early, executor, context, onBatch), {}};
    found.comparison = compareAccuracy(baseline.correctMask, found.result.evaluation.correctMask, limits);
    return found;
}

std::vector<ComparedEvaluation> evaluateMixes(
    const MixesRequest& request, Executor& executor, JobContext& context,
    const std::function<void(const BitConfiguration&, const PartialEvaluation&)>& onBatch) {
    std::vector<ComparedEvaluation> found;
    for (const BitConfiguration& bits : request.mixes) {
        if (!found.empty() && found.back().result.notStored) break;
        EvaluateRequest one = request.common;
        one.bits = bits;
        const auto show = [&](const PartialEvaluation& partial) {
            if (onBatch) onBatch(bits, partial);
        };
        if (found.empty() || !request.untilSettled) {
            found.push_back({evaluateMix(one, executor, context, show), {}});
            if (found.size() > 1)
                found.back().againstFirst =
                    compareAccuracy(found.front().result.evaluation, found.back().result.evaluation, request.margin);
        } else {
            auto paired =
                evaluateUntilSettled(one, found.front().result.evaluation, request.margin, executor, context, show);
            found.push_back({std::move(paired.result), std::move(paired.comparison)});
        }
    }
    return found;
}

}  // namespace bitdesk::jobs
