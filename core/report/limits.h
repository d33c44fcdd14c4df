// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/setting_name.h"
#include "core/report/report.h"

namespace bitdesk {

/// What a script may state a limit of. Drop and Slowdown are against the baseline.
enum class LimitOf {
    Drop,      ///< accuracy(baseline) − accuracy, a fraction
    Slowdown,  ///< time over the baseline's, where both were measured in turns
    Accuracy,  ///< a fraction
    Latency,   ///< median of a run, milliseconds
    BitOps,
    Bytes  ///< of weights
};

/// "What must not be": the gate is broken where the figure is above (below) the value.
struct StatedLimit {
    LimitOf of = LimitOf::Drop;
    bool above = true;
    double value = 0;  ///< in the units of LimitOf
    std::string text;  ///< as stated
};

/// "drop>0.5pp", "slowdown>1.05" or "slowdown>5%", "accuracy<91%", "latency>0.2ms" or "latency>200us",
/// "bitops>40M", "bytes>100K". Throws Error (Usage) naming `where` and what may be written.
StatedLimit parseLimit(const std::string& text, const std::string& where = settingName("fail-on"));

/// Each of them.
std::vector<StatedLimit> parseLimits(std::span<const std::string> texts,
                                     const std::string& where = settingName("fail-on"));

/// A limit held against what was found of one subject.
struct HeldLimit {
    std::optional<double> value;  ///< nothing: there is no such figure, which breaks the limit
    bool broken = false;
    std::string reason;  ///< one sentence with the figures; says where an interval holds the limit
};

/// The comparison may be null where the limit is of none. The measured figure decides, not its interval.
HeldLimit holdDrop(const StatedLimit& limit, const AccuracyComparison* accuracy);
HeldLimit holdSlowdown(const StatedLimit& limit, const LatencyComparison* latency);

/// Every limit against every subject but the baseline; where that is the only one, limits that are against no baseline
/// hold for it.
std::vector<ReportLimit> holdLimits(const ReportInput& input, std::span<const StatedLimit> limits);

}  // namespace bitdesk
