// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/figures_json.h"

#include <nlohmann/json.hpp>

namespace bitdesk {

using Json = nlohmann::ordered_json;

Json quartilesJson(const Quartiles& q) { return {{"median", q.median}, {"q1", q.q1}, {"q3", q.q3}, {"n", q.n}}; }

Json optionalNumber(const std::optional<double>& value) { return value ? Json(*value) : Json(); }
Json optionalInterval(const std::optional<Interval>& interval) {
    return interval ? Json{interval->low, interval->high} : Json();
}

Json accuracyJson(const AccuracyComparison& c) {
    const PairedDifference& d = c.difference;
    const bool known = d.total > 0;
    return {{"delta", known ? Json(d.delta) : Json()},
            {"ci95", known ? Json{d.interval.low, d.interval.high} : Json()},
            {"n", d.total},
            {"only_a", d.onlyA},
            {"only_b", d.onlyB},
            {"p_value", known ? Json(c.pValue) : Json()},
            {"verdict", toText(c.verdict)},
            {"reason", c.reason}};
}

Json latencyJson(const LatencyComparison& c, bool known) {
    return {{"ratio", known ? Json(c.ratio) : Json()},
            {"ci95", optionalInterval(c.ci95)},
            {"n", c.pairs},
            {"noise_floor", optionalNumber(c.noiseFloor)},
            {"below_noise", c.belowNoise},
            {"verdict", toText(c.verdict)},
            {"reason", c.reason}};
}

}  // namespace bitdesk
