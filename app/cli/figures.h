// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>

#include "app/cli/options.h"
#include "core/present/words.h"
#include "core/results/results_json.h"
#include "core/statistics/verdicts.h"

// How sampled figures look in text and JSON: never without spread, count and unit.
namespace bitdesk::cli {

/// Of a measurement in a comparison: latency, spread, count and what it was taken under, without samples and layers.
Json measurementJson(const Measurement& measurement);
/// The id of a row; null: of none.
Json known(std::int64_t id);
/// These fields of an evaluation, "id" among them: null where it is not stored, nor its preparation known.
Json evaluationJson(const EvaluationSummary& evaluation, const Picks& picks);

/// "412.30 µs [410.10, 414.00] (quartiles [409.00, 418.00], n = 120, stopped by target)"
std::string latencyText(const Measurement& measurement);

}  // namespace bitdesk::cli
