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

}  // namespace bitdesk
