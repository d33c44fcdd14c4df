// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/figures.h"

#include <fmt/format.h>

namespace bitdesk::cli {

Json measurementJson(const Measurement& m) {
    Json json = picked(m, {"id", "latency_ms", "median_ci95_ms"});
    json.update(picked<MeasurementDetails>(m, {"stop_reason", "noise_floor"}));
    json.update(picked(m, {"simulated", "backend", "device", "threads", "batch", "run_group"}));
    json.update(picked<MeasurementDetails>(m, {"warnings"}));
    json["environment"] = toldJson(m.conditions);
    return json;
}

Json known(std::int64_t id) { return id > 0 ? Json(id) : Json(); }

Json evaluationJson(const EvaluationSummary& e, const Picks& picks) {
    Json json = picked(e, picks);
    if (json["id"] == 0) json["id"] = nullptr;
    if (json.contains("preparation") && e.facts.preparation.empty()) json["preparation"] = nullptr;
    return json;
}

std::string latencyText(const Measurement& m) {
    const TimeScale unit = TimeScale::forLongest(m.latencyMs.median);
    return fmt::format("{} {} {} (quartiles {}, n = {}, stopped by {})", unit.number(m.latencyMs.median), unit.name,
                       unit.interval(m.medianCi95), unit.interval({m.latencyMs.q1, m.latencyMs.q3}), m.latencyMs.n,
                       m.stopReason.empty() ? "count" : m.stopReason);
}

}  // namespace bitdesk::cli
