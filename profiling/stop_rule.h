// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace bitdesk {

/// Why sampling ended.
enum class StopReason {
    Target,   ///< the median's noise fell below what was asked for
    Plateau,  ///< more samples no longer lower it: the machine drifts, or has two speeds
    Time,     ///< the time was over
    Count     ///< the samples asked for are there
};
const char* toText(StopReason reason);

struct StopOptions {
    double noise = 0.005;        ///< wanted: half the 95 % interval of the median over the median; 0: no target
    std::int64_t fewest = 20;    ///< samples before the first look
    std::int64_t most = 20'000;  ///< samples at the last look
    double maxSeconds = 30;
    /// Sampling lasts at least so long, whatever the looks say: a short one may lie wholly inside a disturbance.
    double minSeconds = 0;

    /// As many samples, whatever they say, unless the time is over.
    static StopOptions fixed(std::int64_t samples, double maxSeconds) { return {0, samples, samples, maxSeconds, 0}; }
};

/// Half the 95 % interval of the median, as a share of it; 0 for no samples.
double relativeNoise(std::span<const double> samples);

/// Decides when one stream of times has been sampled enough. It looks at geometrically growing counts alone: looking
/// after every sample would cost time and find a lucky moment.
class StopRule {
public:
    explicit StopRule(const StopOptions& options) : m_options(options) {}

    /// The counts at which it looks: `fewest`, each next half as many more, `most`.
    static std::vector<std::int64_t> looks(const StopOptions& options);
    /// To be called at each look, with all samples so far. Nothing: go on.
    std::optional<StopReason> look(std::span<const double> samples);

private:
    struct Look {
        std::int64_t samples = 0;
        double noise = 0;
    };
    bool plateau(const Look& now) const;

    StopOptions m_options;
    std::vector<Look> m_looks;
};

}  // namespace bitdesk
