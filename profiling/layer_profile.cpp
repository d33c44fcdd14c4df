// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/layer_profile.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/to_index.h"
#include "core/statistics/intervals.h"
#include "core/statistics/orthogonal_array.h"
#include "profiling/layer_rows.h"
#include "profiling/measure.h"
#include "profiling/random_images.h"

namespace bitdesk {
namespace {

/// Distinct random mixes, as many as there are.
std::vector<BitConfiguration> randomMixes(const MetaModel& model, int count, std::uint64_t seed) {
    const auto layers = model.network.quantizable().size();
    const double all = std::pow(static_cast<double>(model.bits.size()), static_cast<double>(layers));
    Random random(seed);
    std::set<BitConfiguration> found;
    while (static_cast<double>(found.size()) < std::min<double>(count, all)) {
        BitConfiguration mix;
        for (std::size_t i = 0; i < layers; ++i) mix.bits.push_back(model.bits[random.below(model.bits.size())]);
        found.insert(mix);
    }
    return {found.begin(), found.end()};
}

/// Runs mixes of one model on one plan that is edited from mix to mix.
class MixRunner {
public:
    MixRunner(const MetaModel& model, Executor& executor, int batch)
        : m_model(model),
          m_executor(executor),
          m_batch(batch),
          m_plan(lower(model, uniformBits(model.network, model.topBits()))),
          m_images(randomImages(model, batch, 1)),
          m_logits(toIndex(batch) * toIndex(model.network.classes())),
          m_stopwatch(executor.stopwatch()) {}

    std::size_t steps() const { return m_plan.steps.size(); }

    /// Milliseconds of a whole run, which finds the caches as the mix itself leaves them.
    double whole(const BitConfiguration& mix) {
        leadIn(mix);
        m_stopwatch->start();
        m_executor.run(m_plan, m_images, m_batch, m_logits);
        return static_cast<double>(m_stopwatch->stop()) * 1e-6;
    }

    /// Milliseconds of each step inside a run.
    std::vector<double> perStep(const BitConfiguration& mix) {
        leadIn(mix);
        m_spans.clear();
        m_executor.runTraced(m_plan, m_images, m_batch, m_logits, m_spans);
        return stepMilliseconds(m_spans, steps());
    }

private:
    void leadIn(const BitConfiguration& mix) {
        for (std::size_t i = 0; i < mix.size(); ++i)
            if (m_plan.bits[i] != mix[i]) changeBits(m_plan, m_model, static_cast<int>(i), mix[i]);
        m_executor.run(m_plan, m_images, m_batch, m_logits);
    }

    const MetaModel& m_model;
    Executor& m_executor;
    int m_batch;
    ExecutionPlan m_plan;
    std::vector<std::uint8_t> m_images;
    std::vector<float> m_logits;
    std::vector<StepSpan> m_spans;
    std::unique_ptr<Stopwatch> m_stopwatch;
};

/// What the rounds gather: times of every step of every orthogonal mix, and untraced whole runs of some of these and of
/// the checks, in turns.
class LayerGathering {
public:
    LayerGathering(const MetaModel& model, Executor& executor, int batch, const LayerProfileOptions& options)
        : m_runner(model, executor, batch),
          m_mixes(orthogonalMixes(model)),
          m_anchors(every(m_mixes, kAnchorEvery)),
          m_checks(randomMixes(model, options.checks, options.seed)),
          m_random(options.seed),
          m_rows(model, executor),
          m_anchorTimes(m_anchors.size()),
          m_checkTimes(m_checks.size()) {}

    /// Everything once, in random order.
    void round(bool counted, const std::stop_token& stop) {
        const std::size_t mixes = m_mixes.size(), anchors = m_anchors.size();
        for (const std::size_t i : roundOrder(mixes + anchors + m_checks.size(), m_random.next())) {
            if (stop.stop_requested()) throw Cancelled();
            if (i < mixes) {
                const auto steps = m_runner.perStep(m_mixes[i]);
                if (counted) m_rows.add(m_mixes[i], steps);
                continue;
            }
            const bool anchor = i < mixes + anchors;
            const std::size_t index = anchor ? i - mixes : i - mixes - anchors;
            const double whole = m_runner.whole(anchor ? m_anchors[index] : m_checks[index]);
            if (counted) (anchor ? m_anchorTimes : m_checkTimes)[index].push_back(whole);
        }
    }

    LayerTable table(int rounds) const {
        LayerTable table;
        table.widths = m_rows.widths();
        table.mixes = static_cast<int>(m_mixes.size());
        table.rounds = rounds;
        table.rows = m_rows.fit();
        std::vector<double> outside;
        for (std::size_t a = 0; a < m_anchors.size(); ++a) {
            const double steps = table.predict(m_anchors[a]);  // nothing is outside yet
            for (const double whole : m_anchorTimes[a]) outside.push_back(whole - steps);
        }
        table.outsideMs = quartiles(outside);
        for (std::size_t c = 0; c < m_checks.size(); ++c)
            table.checks.push_back({m_checks[c], table.predict(m_checks[c]), quantile(m_checkTimes[c], 0.5),
                                    medianInterval(m_checkTimes[c])});
        return table;
    }

private:
    static constexpr std::size_t kAnchorEvery = 3;  // of the mixes: for what a whole run costs outside its steps
    static std::vector<BitConfiguration> every(const std::vector<BitConfiguration>& all, std::size_t nth) {
        std::vector<BitConfiguration> some;
        for (std::size_t i = 0; i < all.size(); i += nth) some.push_back(all[i]);
        return some;
    }

    MixRunner m_runner;
    std::vector<BitConfiguration> m_mixes, m_anchors, m_checks;
    Random m_random;
    LayerRows m_rows;
    std::vector<std::vector<double>> m_anchorTimes, m_checkTimes;  // milliseconds of whole runs
};

/// Noise of a predicted whole run, as a share of it: the cells' half intervals, taken as independent.
double predictionNoise(const LayerTable& table) {
    double squares = 0, sum = table.outsideMs.median;
    for (const LayerRow& row : table.rows) {
        double widest = 0;
        for (const auto& line : row.cells)
            for (const LayerCell& cell : line) widest = std::max(widest, cell.ci95.half());
        squares += widest * widest;
        sum += row.cells.back().back().milliseconds.median;
    }
    return sum > 0 ? std::sqrt(squares) / sum : 0;
}

}  // namespace

std::vector<BitConfiguration> orthogonalMixes(const MetaModel& model) {
    const auto& widths = model.bits;
    const auto layers = static_cast<int>(model.network.quantizable().size());
    if (layers == 0) return {BitConfiguration{}};
    std::vector<BitConfiguration> mixes;
    for (const auto& levels : orthogonalArray(static_cast<int>(widths.size()), layers)) {
        BitConfiguration mix;
        for (const int level : levels) mix.bits.push_back(widths[toIndex(level)]);
        mixes.push_back(std::move(mix));
    }
    return mixes;
}

LayerTable measureLayers(const MetaModel& model, Executor& executor, int batch, const LayerProfileOptions& options,
                         const std::stop_token& stop, const ProgressSink& progress) {
    constexpr int kFewestInTime = 3;
    executor.prepareAll(stop);
    LayerGathering gathering(model, executor, batch, options);
    gathering.round(false, stop);
    const std::int64_t begin = steadyNow();
    for (int rounds = 1;; ++rounds) {
        gathering.round(true, stop);
        const double seconds = static_cast<double>(steadyNow() - begin) * 1e-9;
        const bool timeIsOver = rounds >= kFewestInTime && seconds > options.maxSeconds;
        if (progress)
            progress({.activity = "measuring layers",
                      .fraction = std::min(1.0, std::max(static_cast<double>(rounds) / options.mostRounds,
                                                         seconds / options.maxSeconds)),
                      .remainingSeconds = -1});
        const bool tooFew =
            rounds < options.fewestRounds || (seconds < options.minSeconds && rounds < options.mostRounds);
        if (!timeIsOver && tooFew) continue;
        LayerTable table = gathering.table(rounds);
        if (timeIsOver || rounds >= options.mostRounds || predictionNoise(table) <= options.noise) return table;
    }
}

}  // namespace bitdesk
