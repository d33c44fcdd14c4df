// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/figures.h"

#include <fmt/format.h>

namespace bitdesk::cli {
Json storedJson(const std::string& text) {
    auto json = Json::parse(text, nullptr, false);
    return json.is_discarded() ? Json() : json;
}

Json measurementJson(const Measurement& m) {
    return {{"id", m.id},
            {"latency_ms", quartilesJson(m.latencyMs)},
            {"median_ci95_ms", {m.medianCi95.low, m.medianCi95.high}},
            {"stop_reason", m.stopReason},
            {"noise_floor", optionalNumber(m.noiseFloor)},
            {"simulated", m.simulated},
            {"backend", m.backend},
            {"device", m.device},
            {"threads", m.threads},
            {"batch", m.batch},
            {"run_group", m.runGroup},
            {"warnings", m.warnings},
            {"environment", storedJson(m.environmentJson)}};
}

Json metricJson(const Metric& metric) {
    return {{"tag", metric.tag},
            {"source", metric.source.empty() ? Json() : Json(metric.source)},
            {"unit", metric.unit},
            {"value", metric.value},
            {"ci95", optionalInterval(metric.ci95)},
            {"n", metric.n}};
}

std::string latencyText(const Measurement& m) {
    const TimeScale unit = TimeScale::forLongest(m.latencyMs.median);
    return fmt::format("{} {} {} (quartiles {}, n = {}, stopped by {})", unit.number(m.latencyMs.median), unit.name,
                       unit.interval(m.medianCi95), unit.interval({m.latencyMs.q1, m.latencyMs.q3}), m.latencyMs.n,
                       m.stopReason.empty() ? "count" : m.stopReason);
}

}  // namespace bitdesk::cli
