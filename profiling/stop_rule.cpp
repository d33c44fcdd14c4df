// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/stop_rule.h"

#include <algorithm>

#include "core/statistics/intervals.h"

namespace bitdesk {

const char* toText(StopReason reason) {
    switch (reason) {
        case StopReason::Target: return "target";
        case StopReason::Plateau: return "plateau";
        case StopReason::Time: return "time";
        case StopReason::Count: break;
    }
    return "count";
}

double relativeNoise(std::span<const double> samples) {
    const double median = quantile(samples, 0.5);
    return median > 0 ? medianInterval(samples).half() / median : 0;
}

std::vector<std::int64_t> StopRule::looks(const StopOptions& options) {
    std::vector<std::int64_t> counts;
    for (std::int64_t n = std::max<std::int64_t>(1, options.fewest); n < options.most;
         n += std::max<std::int64_t>(1, n / 2))
        counts.push_back(n);
    counts.push_back(options.most);
    return counts;
}

std::optional<StopReason> StopRule::look(std::span<const double> samples) {
    const Look now{static_cast<std::int64_t>(samples.size()), relativeNoise(samples)};
    m_looks.push_back(now);
    if (m_options.noise > 0 && now.noise <= m_options.noise) return StopReason::Target;
    if (m_options.noise > 0 && plateau(now)) return StopReason::Plateau;
    if (now.samples >= m_options.most) return StopReason::Count;
    return std::nullopt;
}

/// Of independent samples, four times as many halve the noise. Where a tenth is not even gained, they are not.
bool StopRule::plateau(const Look& now) const {
    constexpr std::int64_t kTimes = 4, kFewest = 60;  // an interval of fewer samples is itself too uncertain
    constexpr double kGain = 0.9;
    const auto before = std::find_if(m_looks.rbegin(), m_looks.rend(),
                                     [&](const Look& look) { return look.samples * kTimes <= now.samples; });
    return before != m_looks.rend() && before->samples >= kFewest && now.noise > kGain * before->noise;
}

}  // namespace bitdesk
