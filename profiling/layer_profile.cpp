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
#include "profiling/measure.h"

namespace bitdesk {
namespace {

using CellSamples = std::vector<std::vector<std::vector<double>>>;  // [width][next width]

std::int64_t bytesOf(const ExecutionPlan& plan, int buffer) {
    if (buffer < 0) return 0;
    const Buffer& b = plan.buffers[toIndex(buffer)];
    return b.shape.elements() * (b.type == ElementType::F32 ? 4 : 1);
}

/// The quantizable layer whose bits decide how a step's output is written: that of the first layer that reads it.
int nextLayer(const MetaModel& model, const Step& step) {
    for (const CodeOutput& output : step.epilogue.codeOutputs)
        if (const Layer& reader = model.network.layers()[toIndex(output.layer)]; reader.quantizable())
            return reader.quantizableIndex;
    return -1;
}

/// What does not change with the mix.
LayerRow describe(const MetaModel& model, const ExecutionPlan& plan, const Step& step) {
    LayerRow row;
    row.name = step.name;
    row.next = nextLayer(model, step);
    row.outputElements = step.outputShape.elements();
    row.inputBytes = bytesOf(plan, step.epilogue.residual);
    for (const int input : step.inputs) row.inputBytes += bytesOf(plan, input);
    if (step.inputs.empty()) row.inputBytes += step.inputShape.elements();  // the image
    row.outputBytes = bytesOf(plan, step.epilogue.floatOutput);
    for (const CodeOutput& output : step.epilogue.codeOutputs) row.outputBytes += bytesOf(plan, output.buffer);
    if (step.layer < 0) return row;
    const Layer& layer = model.network.layers()[toIndex(step.layer)];
    row.quantizable = layer.quantizableIndex;
    row.macs = layer.macs;
    return row;
}

LayerCell summarize(std::span<const double> samples, double confidence = 0.95) {
    return {quartiles(samples), medianInterval(samples, confidence)};
}

std::vector<double> joined(const std::vector<std::vector<double>>& parts) {
    std::vector<double> all;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

bool differ(const LayerCell& a, const LayerCell& b) {
    constexpr double kMatters = 0.03;
    const double small = std::min(a.milliseconds.median, b.milliseconds.median);
    const double large = std::max(a.milliseconds.median, b.milliseconds.median);
    const bool apart = a.ci95.high < b.ci95.low || b.ci95.high < a.ci95.low;
    return apart && large > (1 + kMatters) * small;
}

/// Whether the next layer's width shows in a row's times.
bool nextMatters(const CellSamples& samples) {
    // Intervals so wide that, over all pairs of a table, hardly one is told apart by chance.
    constexpr double kConfidence = 0.9999;
    for (const auto& line : samples) {
        std::vector<LayerCell> cells;
        for (const auto& times : line)
            if (!times.empty()) cells.push_back(summarize(times, kConfidence));
        for (const LayerCell& a : cells)
            for (const LayerCell& b : cells)
                if (differ(a, b)) return true;
    }
    return false;
}

/// Gathers step times of whole runs and fits a layer table's rows from them.
class LayerRows {
public:
    LayerRows(const MetaModel& model, Executor& executor) : m_widths(model.bits) {
        for (const int width : m_widths) {
            const ExecutionPlan plan = lower(model, uniformBits(model.network, width));
            if (m_rows.empty())
                for (const Step& step : plan.steps) m_rows.push_back(describe(model, plan, step));
            for (std::size_t s = 0; s < plan.steps.size(); ++s) {
                LayerRow& row = m_rows[s];
                if (row.quantizable < 0 && !row.kernels.empty()) continue;
                row.kernels.push_back(executor.kernel(plan.steps[s]));
                row.executedBits.push_back(executor.executedBits(plan.steps[s]));
                row.weightBytes.push_back(executor.weightBytes(plan.steps[s]));
            }
        }
        for (const LayerRow& row : m_rows)
            m_samples.emplace_back(row.quantizable >= 0 ? m_widths.size() : 1,
                                   std::vector<std::vector<double>>(row.next >= 0 ? m_widths.size() : 1));
    }

    /// Times of a run's steps under a mix, milliseconds, in plan order.
    void add(const BitConfiguration& mix, std::span<const double> stepMilliseconds) {
        for (std::size_t s = 0; s < m_rows.size(); ++s)
            m_samples[s][widthIndex(mix, m_rows[s].quantizable)][widthIndex(mix, m_rows[s].next)].push_back(
                stepMilliseconds[s]);
    }

    /// The rows as far as known: medians with their intervals. A row depends on the next layer's width only where
    /// that shows: some cells of one width have 99.99 % intervals that do not meet, and medians more than 3 % apart.
    std::vector<LayerRow> fit() const {
        std::vector<LayerRow> rows = m_rows;
        for (std::size_t s = 0; s < rows.size(); ++s) {
            LayerRow& row = rows[s];
            for (const auto& line : m_samples[s]) {
                row.cells.emplace_back();
                for (const auto& samples : line) row.cells.back().push_back(summarize(samples));
            }
            if (row.next < 0 || nextMatters(m_samples[s])) continue;
            row.next = -1;
            for (std::size_t w = 0; w < row.cells.size(); ++w) row.cells[w] = {summarize(joined(m_samples[s][w]))};
        }
        return rows;
    }

    const std::vector<int>& widths() const { return m_widths; }

private:
    std::size_t widthIndex(const BitConfiguration& mix, int quantizable) const {
        if (quantizable < 0) return 0;
        return toIndex(std::ranges::find(m_widths, mix[toIndex(quantizable)]) - m_widths.begin());
    }

    std::vector<int> m_widths;                                             // ascending
    std::vector<LayerRow> m_rows;                                          // without cells
    std::vector<std::vector<std::vector<std::vector<double>>>> m_samples;  // [row][width][next width]
};

/// Distinct random mixes, as many as there are.
std::vector<BitConfiguration> randomMixes(const MetaModel& model, int count, std::uint64_t seed) {
    const auto layers = model.network.quantizable().size();
    const double all = std::pow(static_cast<double>(model.bits.size()), static_cast<double>(layers));
    Random random(seed);
    std::set<BitConfiguration> found;
    while (static_cast<double>(found.size()) < std::min<double>(count, all))
        found.insert(drawMix(model.network, model.bits, random));
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
