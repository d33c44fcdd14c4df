// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/compare_job.h"

#include <fmt/format.h>
#include <algorithm>
#include <vector>

#include "app/jobs/report_job.h"

namespace bitdesk::jobs {
namespace {

/// All evaluations of a side's model and mix, or the one that was named.
std::vector<Evaluation> evaluationsOf(Store& store, const ComparedSide& side) {
    if (side.evaluation) return {*side.evaluation};
    std::vector<Evaluation> found;
    for (const EvaluationSummary& row : store.evaluations(side.modelHash))
        if (row.bits == side.bits)
            if (auto evaluation = store.evaluation(row.id)) found.push_back(std::move(*evaluation));
    return found;
}

std::vector<Measurement> measurementsOf(Store& store, const ComparedSide& side) {
    if (side.measurement) return {*side.measurement};
    auto found = store.measurements(side.modelHash);
    std::erase_if(found, [&](const Measurement& m) { return !(m.bits == side.bits); });
    return found;
}

/// The two that have the most in `common` (0: nothing), the newest of several; else, to be shown, one of each.
template <typename Result, typename Common>
void pairResults(const std::vector<Result>& ofA, const std::vector<Result>& ofB, std::optional<Result>& a,
                 std::optional<Result>& b, const Common& common) {
    std::int64_t most = 0;
    for (const Result& x : ofA)
        for (const Result& y : ofB)
            if (const std::int64_t found = common(x, y); found > most) {
                most = found;
                a = x;
                b = y;
            }
    if (!a && !ofA.empty()) a = ofA.front();
    if (!b && !ofB.empty()) b = ofB.front();
}

/// Both results of one kind, or why there is nothing to compare.
template <typename Result, typename Compare>
auto compareBoth(const std::optional<Result>& a, const std::optional<Result>& b, const CompareResult& sides,
                 const char* missing, const Compare& compare) {
    if (a && b) return compare(*a, *b);
    const ComparedSide& side = a ? sides.b : sides.a;
    decltype(compare(*a, *b)) unclear;
    unclear.reason = fmt::format("{} at {} has no stored {}", side.modelName, toText(side.bits), missing);
    return unclear;
}

}  // namespace

CompareResult compareStored(Store& store, const CompareRequest& request) {
    CompareResult result{.a = {storedSubject(store, request.a), request.a},
                         .b = {storedSubject(store, request.b), request.b},
                         .accuracy = {},
                         .latency = {}};
    ComparedSide &a = result.a, &b = result.b;
    // Images in common.
    pairResults(
        evaluationsOf(store, a), evaluationsOf(store, b), a.evaluation, b.evaluation,
        [](const Evaluation& x, const Evaluation& y) { return sameImages(x, y) ? std::min(x.total, y.total) : 0; });
    // Interleaved in one run: the newest is the largest number.
    pairResults(measurementsOf(store, a), measurementsOf(store, b), a.measurement, b.measurement,
                [](const Measurement& x, const Measurement& y) { return x.runGroup == y.runGroup ? x.runGroup : 0; });
    result.accuracy = compareBoth(
        a.evaluation, b.evaluation, result, "evaluation: run bitdesk eval",
        [&](const Evaluation& x, const Evaluation& y) { return compareAccuracy(x, y, request.accuracyMargin); });
    result.latency = compareBoth(
        a.measurement, b.measurement, result, "measurement: run bitdesk profile",
        [&](const Measurement& x, const Measurement& y) { return compareLatency(x, y, request.latencyMargin); });
    result.hasLatency = a.measurement && b.measurement;
    return result;
}

}  // namespace bitdesk::jobs
