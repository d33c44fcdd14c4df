// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/compare_job.h"

#include <fmt/format.h>
#include <algorithm>
#include <vector>

#include "core/base/error.h"

namespace bitdesk::jobs {
namespace {

ComparedSide lookUp(Store& store, std::int64_t id) {
    ComparedSide side;
    side.id = id;
    if ((side.evaluation = store.evaluation(id))) {
        side.modelHash = side.evaluation->modelHash;
        side.modelName = side.evaluation->modelName;
        side.bits = side.evaluation->bits;
    } else if ((side.measurement = store.measurement(id))) {
        side.modelHash = side.measurement->modelHash;
        side.modelName = side.measurement->modelName;
        side.bits = side.measurement->bits;
    } else {
        throw Error(ErrorKind::BadInput, store.path().string(),
                    "holds neither an evaluation nor a measurement " + std::to_string(id), "See bitdesk db list");
    }
    return side;
}

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

/// The two that have the most images in common; the newest of several.
void pairEvaluations(Store& store, ComparedSide& a, ComparedSide& b) {
    const auto ofA = evaluationsOf(store, a), ofB = evaluationsOf(store, b);
    std::int64_t most = 0;
    for (const Evaluation& x : ofA)
        for (const Evaluation& y : ofB)
            if (const std::int64_t common = std::min(x.total, y.total); sameImages(x, y) && common > most) {
                most = common;
                a.evaluation = x;
                b.evaluation = y;
            }
    // On other images, but to be shown.
    if (!a.evaluation && !ofA.empty()) a.evaluation = ofA.front();
    if (!b.evaluation && !ofB.empty()) b.evaluation = ofB.front();
}

/// The newest two that were interleaved in one run.
void pairMeasurements(Store& store, ComparedSide& a, ComparedSide& b) {
    const auto ofA = measurementsOf(store, a), ofB = measurementsOf(store, b);
    std::int64_t newest = 0;
    for (const Measurement& x : ofA)
        for (const Measurement& y : ofB)
            if (x.runGroup == y.runGroup && x.runGroup > newest) {
                newest = x.runGroup;
                a.measurement = x;
                b.measurement = y;
            }
    // Not interleaved, but to be shown.
    if (!a.measurement && !ofA.empty()) a.measurement = ofA.front();
    if (!b.measurement && !ofB.empty()) b.measurement = ofB.front();
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
    CompareResult result;
    result.a = lookUp(store, request.a);
    result.b = lookUp(store, request.b);
    pairEvaluations(store, result.a, result.b);
    pairMeasurements(store, result.a, result.b);
    result.accuracy = compareBoth(
        result.a.evaluation, result.b.evaluation, result, "evaluation: run bitdesk eval",
        [&](const Evaluation& a, const Evaluation& b) { return compareAccuracy(a, b, request.accuracyMargin); });
    result.hasAccuracy = result.accuracy.difference.total > 0;
    result.latency = compareBoth(
        result.a.measurement, result.b.measurement, result, "measurement: run bitdesk profile",
        [&](const Measurement& a, const Measurement& b) { return compareLatency(a, b, request.latencyMargin); });
    result.hasLatency = result.a.measurement && result.b.measurement;
    return result;
}

}  // namespace bitdesk::jobs
