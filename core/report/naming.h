// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/report/report.h"

// How a report names and writes things, whatever the format.
namespace bitdesk {

/// "A" … "Z", "AA" …: what plots and tables call a subject.
std::string letterOf(std::size_t subject);
/// "all 4", "44234…" one digit a layer, or "4,10,…" where one has two digits.
std::string shortBits(const BitConfiguration& bits);
/// "B: my label, 4423…" as a sentence names a subject.
std::string nameOf(const ReportInput& input, std::size_t subject);
/// A subject's model, with its hash where several models of the report have that name.
std::string modelName(const ReportInput& input, std::size_t subject);
/// The class as the data set calls it, else its number.
std::string className(const ReportInput& input, int label);
/// "10 000", with narrow blanks.
std::string grouped(std::int64_t number);
/// "123.4 M"
std::string bitopsText(std::int64_t bitops);
/// Minus signs are true ones: "−0.31", "+0.05".
std::string signedText(double value, int digits);

}  // namespace bitdesk
