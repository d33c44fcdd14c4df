// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <optional>
#include <string>

#include "core/results/layer_table.h"

namespace bitdesk {

/// How the store keeps a layer table, its key, environment and date aside.
std::string layerTableToJson(const LayerTable& table);
/// Nothing for a text that is not a whole table: a shape that does not fit, a missing field, a negative or absurd
/// number.
std::optional<LayerTable> layerTableFromJson(const std::string& text);

}  // namespace bitdesk
