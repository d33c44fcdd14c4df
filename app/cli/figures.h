// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>

#include "app/cli/options.h"
#include "core/present/time_scale.h"
#include "core/results/figures_json.h"
#include "core/results/layer_table.h"
#include "core/results/results.h"
#include "core/statistics/accuracy_verdict.h"
#include "core/statistics/latency_verdict.h"

// How sampled figures look in text and JSON: never without spread, count and unit.
namespace bitdesk::cli {

/// A stored JSON text as a value; null where it is none.
Json storedJson(const std::string& text);
/// Of a measurement in a comparison: latency, spread, count and what it was taken under, without samples and layers.
Json measurementJson(const Measurement& measurement);
/// {tag, source, unit, value, ci95, n}
Json metricJson(const Metric& metric);

/// "412.30 µs [410.10, 414.00] (quartiles [409.00, 418.00], n = 120, stopped by target)"
std::string latencyText(const Measurement& measurement);

}  // namespace bitdesk::cli
