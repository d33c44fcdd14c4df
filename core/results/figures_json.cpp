// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/figures_json.h"

#include <nlohmann/json.hpp>

namespace bitdesk {

using OrderedJson = nlohmann::ordered_json;

OrderedJson quartilesJson(const Quartiles& q) { return {{"median", q.median}, {"q1", q.q1}, {"q3", q.q3}, {"n", q.n}}; }

OrderedJson optionalNumber(const std::optional<double>& value) { return value ? OrderedJson(*value) : OrderedJson(); }
OrderedJson optionalInterval(const std::optional<Interval>& interval) {
    return interval ? OrderedJson{interval->low, interval->high} : OrderedJson();
}

OrderedJson accuracyJson(const AccuracyComparison& c) {
    const PairedDifference& d = c.difference;
    const bool known = d.total > 0;
    return {{"delta", known ? OrderedJson(d.delta) : OrderedJson()},
            {"ci95", known ? OrderedJson{d.interval.low, d.interval.high} : OrderedJson()},
            {"n", d.total},
            {"only_a", d.onlyA},
            {"only_b", d.onlyB},
            {"p_value", known ? OrderedJson(c.pValue) : OrderedJson()},
            {"verdict", toText(c.verdict)},
            {"reason", c.reason}};
}

OrderedJson latencyJson(const LatencyComparison& c, bool known) {
    return {{"ratio", known ? OrderedJson(c.ratio) : OrderedJson()},
            {"ci95", optionalInterval(c.ci95)},
            {"n", c.pairs},
            {"noise_floor", optionalNumber(c.noiseFloor)},
            {"below_noise", c.belowNoise},
            {"verdict", toText(c.verdict)},
            {"reason", c.reason}};
}

}  // namespace bitdesk
