// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>
#include <vector>

#include "core/results/results.h"

namespace bitdesk {

/// How the store keeps a measurement's layers: a JSON list. Reading is lenient: what is missing stays at its default.
std::string layerTimesToJson(const std::vector<LayerTime>& layers);
std::vector<LayerTime> layerTimesFromJson(const std::string& text);

/// How it keeps what else a measurement tells: a JSON object of stop reason, looks, prediction, noise floor, metrics,
/// warnings and what was not readable. Reading leaves what is missing, or of another type, at its default.
std::string detailsToJson(const Measurement& measurement);
void readDetails(const std::string& text, Measurement& measurement);

}  // namespace bitdesk
