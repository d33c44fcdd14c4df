// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>

#include "core/report/report.h"

// How a report names things, whatever the format.
namespace bitdesk {

/// "A" … "Z", "AA" …: what plots and tables call a subject.
std::string letterOf(std::size_t subject);
/// "B: my label, 4423…" as a sentence names a subject.
std::string nameOf(const ReportInput& input, std::size_t subject);
/// A subject's model, with its hash where several models of the report have that name.
std::string modelName(const ReportInput& input, std::size_t subject);
/// "−0.31 pp [−0.60, −0.02]"
std::string pointsText(const PairedDifference& difference);
/// The class as the data set calls it, else its number.
std::string className(const ReportInput& input, int label);

}  // namespace bitdesk
