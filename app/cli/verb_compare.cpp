// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <charconv>

#include "app/cli/databases.h"
#include "app/cli/figures.h"
#include "app/cli/options.h"
#include "app/cli/setting_options.h"
#include "app/cli/verb.h"
#include "app/jobs/compare_job.h"
#include "core/report/limits.h"

namespace bitdesk::cli {
namespace {

struct CompareOptions {
    jobs::CompareRequest request;
    StoreOptions store;
    OutputOptions output;
    std::string maxSlowdown, maxDrop;
};

/// A limit that the user stated, held against what was found.
struct Limit {
    StatedLimit stated;
    HeldLimit held = {};
};

std::vector<Limit> statedLimits(const CompareOptions& options) {
    std::vector<Limit> limits;
    if (!options.maxSlowdown.empty())
        limits.push_back(
            {{LimitOf::Slowdown, true, parseRatio("--max-slowdown", options.maxSlowdown), "--max-slowdown"}});
    if (!options.maxDrop.empty())
        limits.push_back({{LimitOf::Drop, true, parsePoints("--max-drop", options.maxDrop), "--max-drop"}});
    return limits;
}

Json sideJson(const jobs::ComparedSide& side) {
    Json json{{"id", side.id},          {"model", side.modelName}, {"model_hash", side.modelHash},
              {"bits", side.bits.bits}, {"evaluation", Json()},    {"measurement", Json()}};
    if (side.evaluation)
        json["evaluation"] =
            evaluationJson(*side.evaluation, {"id", "data", "data_hash", "preparation", "skipped", "created_at",
                                              "split", "correct", "total", "accuracy", "ci95", "bitops"});
    if (side.measurement) json["measurement"] = measurementJson(*side.measurement);
    return json;
}

Json resultJson(const jobs::CompareResult& result, const std::vector<Limit>& limits) {
    Json stated = Json::array();
    for (const Limit& limit : limits)
        stated.push_back({{"name", limit.stated.text},
                          {"limit", limit.stated.value},
                          {"value", toldJson(limit.held.value)},
                          {"broken", limit.held.broken},
                          {"reason", limit.held.reason}});
    return {{"a", sideJson(result.a)},
            {"b", sideJson(result.b)},
            {"accuracy", toldJson(result.accuracy)},
            {"latency", latencyJson(result.latency, result.hasLatency)},
            {"limits", std::move(stated)}};
}

std::string sideText(const char* name, const jobs::ComparedSide& side) {
    std::string text = fmt::format("{}  {:>5}  {} {} at {}\n", name, side.id, printable(side.modelName),
                                   shortHash(side.modelHash), toText(side.bits));
    if (side.evaluation) {
        const Evaluation& e = *side.evaluation;
        const Interval interval = e.interval();
        text += fmt::format("          accuracy {:.2f} % [{:.2f}, {:.2f}] on {} images of {} ({}; {})\n",
                            100 * e.accuracy(), 100 * interval.low, 100 * interval.high, e.total, printable(e.dataName),
                            printable(e.split), toText(e.facts, e.dataHash));
    }
    if (side.measurement) {
        const Measurement& m = *side.measurement;
        text += fmt::format("          latency {}, {} on {}, {} thread(s), batch {}\n", latencyText(m),
                            printable(m.backend), printable(m.device), m.threads, m.batch);
    }
    return text;
}

std::string resultText(const jobs::CompareResult& result, const std::vector<Limit>& limits) {
    std::string text = sideText("A", result.a) + sideText("B", result.b);
    text += fmt::format("\naccuracy, B against A: {}\n  {}\n", toText(result.accuracy.verdict), result.accuracy.reason);
    text += fmt::format("latency, B against A: {}\n  {}\n", toText(result.latency.verdict), result.latency.reason);
    const auto &a = result.a.measurement, &b = result.b.measurement;
    std::vector<std::string> warnings = a ? a->warnings : std::vector<std::string>();
    if (b && !(a && a->runGroup == b->runGroup))
        warnings.insert(warnings.end(), b->warnings.begin(), b->warnings.end());
    for (const std::string& warning : warnings) text += fmt::format("  disturbed: {}\n", printable(warning));
    for (const Limit& limit : limits)
        text += fmt::format("{} {}: {}\n", limit.stated.text, limit.held.broken ? "BROKEN" : "kept", limit.held.reason);
    return text;
}

std::string resultCsv(const jobs::CompareResult& result) {
    const AccuracyComparison& a = result.accuracy;
    const LatencyComparison& l = result.latency;
    return "a,b,accuracy_delta,accuracy_ci95_low,accuracy_ci95_high,images,p_value,accuracy_verdict,latency_ratio,"
           "latency_ci95_low,latency_ci95_high,pairs,noise_floor,latency_verdict\n" +
           fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", result.a.id, result.b.id, a.difference.delta,
                       a.difference.interval.low, a.difference.interval.high, a.difference.total, a.pValue,
                       toText(a.verdict), result.hasLatency ? fmt::to_string(l.ratio) : "",
                       l.ci95 ? fmt::to_string(l.ci95->low) : "", l.ci95 ? fmt::to_string(l.ci95->high) : "", l.pairs,
                       l.noiseFloor ? fmt::to_string(*l.noiseFloor) : "", toText(l.verdict));
}

int run(const CompareOptions& options, Terminal& terminal) {
    checkOutputs(options.output, Inputs().add(options.store));
    auto limits = statedLimits(options);  // before the work, so that a wrong one is told at once
    Store store(existingDatabase(options.store), toRead());
    const jobs::CompareResult result = jobs::compareStored(store, options.request);
    for (auto& [stated, held] : limits)
        held = stated.of == LimitOf::Drop ? holdDrop(stated, &result.accuracy) : holdSlowdown(stated, &result.latency);
    emit(options.output, terminal, resultJson(result, limits), resultCsv(result), resultText(result, limits));
    bool broken = false;
    for (const Limit& limit : limits) {
        if (limit.held.broken)
            terminal.err << "bitdesk: " << printable(limit.stated.text) << ": " << printable(limit.held.reason) << '\n';
        broken = broken || limit.held.broken;
    }
    return broken ? 1 : 0;
}

}  // namespace

Run prepareCompare(CLI::App& command) {
    auto options = std::make_shared<CompareOptions>();
    const CLI::Validator id(
        [](const std::string& text) -> std::string {
            std::int64_t value = 0;
            const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
            if (parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() && value > 0) return {};
            return "'" + text + "' is no id: ids are whole numbers from 1, see bitdesk db list";
        },
        "ID");
    command.add_option("A", options->request.a, "id of an evaluation or a measurement: the baseline")
        ->required()
        ->check(id);
    command.add_option("B", options->request.b, "id of the one that is compared with it")->required()->check(id);
    addSettings(command, jobs::kStoreSettings, options->store);
    command.add_option("--max-slowdown", options->maxSlowdown,
                       "exit code 1 where B takes more than so many times A's time: 1.05, or 5%");
    command.add_option("--max-drop", options->maxDrop, "exit code 1 where B loses more accuracy: 0.5pp");
    addMargins(command, options->request.latencyMargin, options->request.accuracyMargin);
    addOutput(command, options->output);
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
