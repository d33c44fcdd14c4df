// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/report/document.h"

// The tables of a document.
namespace bitdesk {

/// A row a subject: what it is, accuracy, differences, cost, latency.
TableBlock subjectTable(const Report& report);
/// The first warnings, as many as asked for.
ListBlock warningList(const Report& report, std::size_t most);
/// A row a layer: bits, executed bits, kernel and time of the first three measured subjects. Nothing without one.
std::optional<TableBlock> layerTable(const Report& report);
/// A row a class, a column a subject. Nothing where no two share their images.
std::optional<TableBlock> flipsTable(const Report& report);
/// Machine, build, data and what was not readable.
std::vector<Block> conditionBlocks(const Report& report);

}  // namespace bitdesk
