// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/base/clock.h"
#include "core/model/meta_model.h"
#include "core/statistics/intervals.h"
#include "core/statistics/verdicts.h"

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

struct MeasureOptions {
    int warmups = 3;           ///< rounds that are not counted, at least
    double warmupSeconds = 0;  ///< that they last, at least
    /// Runs of a configuration right before each counted one, not counted: the counted one finds the caches as the
    /// configuration itself leaves them, as where it runs all the time, and not as another one did.
    int leadIns = 0;
    StopOptions stop;
    std::uint64_t seed = 1;  ///< of the random order within a round
};

/// Times of one configuration, milliseconds: sample i was taken in round i. Nothing is left out.
struct Samples {
    std::vector<double> milliseconds;
    StopReason reason = StopReason::Count;
};

struct Measured {
    std::vector<Samples> samples;  ///< by configuration, as many of each
    double seconds = 0;            ///< that all took
};

/// Whether what was sampled so far answers the question; asked at the stop rule's looks.
using Settled = std::function<bool(std::span<const Samples>)>;

/// Measures several configurations in rounds: every round runs each once, in a fresh random order, so that drift and
/// load of the machine hit all alike. Ends when every configuration's stop rule and `settled` (may be empty) say so, or
/// the time is over, but not before 5 rounds. Throws Cancelled between runs.
Measured measureInterleaved(std::span<const std::function<void()>> configurations, const MeasureOptions& options,
                            Stopwatch& stopwatch, const std::stop_token& stop = {}, const Settled& settled = {});

/// The order of a round: 0 … count − 1, permuted.
std::vector<std::size_t> roundOrder(std::size_t count, std::uint64_t seed);

/// Several configurations, measured fairly.
struct Compared {
    std::vector<Samples> samples;  ///< by configuration
    int looks = 1;
    double seconds = 0;
    /// What a configuration shows against itself (A/A) in these very rounds; nothing: too few of them.
    std::optional<double> noiseFloor;
    std::vector<LatencyComparison> againstFirst;  ///< by configuration; the first one's is against itself
};

/// measureInterleaved() with the first configuration twice in every round: its second run is the A/A control, whose
/// differences from the first are noise by construction. Goes on until every verdict against the first is settled, or
/// the stop rule's last look or time limit. A single configuration is its own control: neighbouring runs are the pairs.
/// Ratios within the margin do not matter.
Compared measureAndCompare(std::span<const std::function<void()>> configurations, const MeasureOptions& options,
                           double margin, Stopwatch& stopwatch, const std::stop_token& stop = {});

/// Pixels [batch, H, W, C] for timing: their values do not change what is computed, only their number does.
std::vector<std::uint8_t> randomImages(const MetaModel& model, int batch, std::uint64_t seed);

}  // namespace bitdesk
