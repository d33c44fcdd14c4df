// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/trace.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/results/results_json.h"

namespace bitdesk {
namespace {

using Json = nlohmann::json;
constexpr int kProcess = 1;

Json named(const char* what, int thread, const std::string& name) {
    return {{"ph", "M"}, {"pid", kProcess}, {"tid", thread}, {"name", what}, {"args", {{"name", name}}}};
}

/// A complete event. `origin` is where the trace begins.
Json complete(const std::string& name, const char* category, int thread, std::int64_t origin, std::int64_t begin,
              std::int64_t end, Json arguments) {
    constexpr double kMicro = 1e-3;
    return {{"ph", "X"},
            {"pid", kProcess},
            {"tid", thread},
            {"name", name},
            {"cat", category},
            {"ts", static_cast<double>(begin - origin) * kMicro},
            {"dur", static_cast<double>(end - begin) * kMicro},
            {"args", std::move(arguments)}};
}

Json stepEvent(const TracedRun& run, const StepSpan& span, std::int64_t origin) {
    const LayerTime& step = run.steps.at(static_cast<std::size_t>(span.step));
    const bool whole = span.thread == StepSpan::kWholeStep;
    Json arguments{{"kernel", step.kernel}, {"executed_bits", step.executedBits}};
    if (step.requestedBits > 0) arguments["requested_bits"] = step.requestedBits;
    const std::string name =
        step.requestedBits > 0 ? step.name + " · " + std::to_string(step.requestedBits) : step.name;
    return complete(name, whole ? "step" : "work", whole ? 0 : span.thread, origin, span.begin, span.end,
                    std::move(arguments));
}

}  // namespace

std::string traceJson(const std::string& process, const std::vector<TracedRun>& runs, const Conditions& conditions) {
    Json events = Json::array({named("process_name", 0, process)});
    std::set<int> threads{0};
    const std::int64_t origin = runs.empty() ? 0 : runs.front().begin;
    for (const TracedRun& run : runs) {
        const std::string bits = toText(run.bits);
        events.push_back(complete("run", "run", 0, origin, run.begin, run.end, {{"bits", bits}}));
        for (const StepSpan& span : run.spans) {
            if (span.thread != StepSpan::kWholeStep) threads.insert(span.thread);
            events.push_back(stepEvent(run, span, origin));
        }
    }
    for (const int thread : threads)
        events.push_back(named("thread_name", thread, thread == 0 ? "caller" : "thread " + std::to_string(thread)));
    const nlohmann::json environment = storedJson(conditions);
    const Json trace{{"displayTimeUnit", "ns"},
                     {"otherData", environment.is_object() ? environment : Json::object()},
                     {"traceEvents", std::move(events)}};
    return trace.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace bitdesk
