// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "core/statistics/accuracy_verdict.h"
#include "core/statistics/latency_verdict.h"

// How sampled figures look in every JSON of the program: never without spread and count.
namespace bitdesk {

/// {median, q1, q3, n}
nlohmann::ordered_json quartilesJson(const Quartiles& quartiles);
/// null where there is no number
nlohmann::ordered_json optionalNumber(const std::optional<double>& value);
/// [low, high]; null where there is none
nlohmann::ordered_json optionalInterval(const std::optional<Interval>& interval);
/// {delta, ci95, n, only_a, only_b, p_value, verdict, reason}
nlohmann::ordered_json accuracyJson(const AccuracyComparison& comparison);
/// {ratio, ci95, n, noise_floor, below_noise, verdict, reason}; `known` false: there is no ratio.
nlohmann::ordered_json latencyJson(const LatencyComparison& comparison, bool known = true);

}  // namespace bitdesk
