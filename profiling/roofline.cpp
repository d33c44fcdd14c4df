// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/roofline.h"

#include <fmt/format.h>
#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "core/base/error.h"
#include "profiling/measure.h"

namespace bitdesk {
namespace {

/// A layer of interest, "probe", between a stem and a tail that give it codes and take its own.
struct Probe {
    int side = 28, inputs = 64, outputs = 64, kernel = 3;
};

Network probeNetwork(const Probe& probe) {
    const auto conv = [](int channels, int kernel, int stride, std::optional<int> fixedBits) {
        Conv2dAttributes a;
        a.outChannels = channels;
        a.kernelHeight = a.kernelWidth = kernel;
        a.strideHeight = a.strideWidth = stride;
        a.pad(kernel / 2, kernel / 2);
        a.fixedBits = fixedBits;
        return a;
    };
    constexpr int kEndBits = 8;
    LinearAttributes classifier;
    classifier.outFeatures = 2;
    classifier.fixedBits = kEndBits;
    AvgPoolAttributes pool;
    pool.global = true;
    return {"probe",
            {{"input", {}, InputAttributes{{probe.side, probe.side, 1}}},
             {"stem.input", {"input"}, QuantizeAttributes{"stem", true}},
             {"stem", {"stem.input"}, conv(probe.inputs, 1, 1, kEndBits)},
             {"stem.norm", {"stem"}, NormAttributes{"", "stem", 1e-5}},
             {"stem.relu", {"stem.norm"}, relu()},
             {"probe.input", {"stem.relu"}, QuantizeAttributes{"probe", false}},
             {"probe", {"probe.input"}, conv(probe.outputs, probe.kernel, 1, std::nullopt)},
             {"probe.norm", {"probe"}, NormAttributes{"stem", "probe", 1e-5}},
             {"probe.relu", {"probe.norm"}, relu()},
             {"tail.input", {"probe.relu"}, QuantizeAttributes{"tail", false}},
             {"tail", {"tail.input"}, conv(4, 1, 2, std::nullopt)},
             {"tail.norm", {"tail"}, NormAttributes{"probe", "tail", 1e-5}},
             {"pool", {"tail.norm"}, pool},
             {"flatten", {"pool"}, FlattenAttributes{}},
             {"classifier.input", {"flatten"}, QuantizeAttributes{"classifier", false}},
             {"classifier", {"classifier.input"}, classifier}}};
}

/// Rate of the probe's step, by width, over some runs: `amount` a second.
std::vector<Quartiles> probeRates(const Probe& probe, double amount, const MakeExecutor& makeExecutor,
                                  std::span<const int> widths, const std::stop_token& stop) {
    constexpr int kWarmups = 3, kRuns = 15;
    const MetaModel model = randomModel(probeNetwork(probe), {widths.begin(), widths.end()}, 1);
    const auto executor = makeExecutor(model);
    const auto images = randomImages(model, 1, 1);
    std::vector<float> logits(static_cast<std::size_t>(model.network.classes()));
    std::vector<Quartiles> rates;
    for (const int width : widths) {
        const ExecutionPlan plan = lower(model, uniformBits(model.network, width));
        executor->prepare(plan, stop);
        const auto step = std::ranges::find(plan.steps, "probe", &Step::name) - plan.steps.begin();
        std::vector<double> samples;
        for (int run = -kWarmups; run < kRuns; ++run) {
            if (stop.stop_requested()) throw Cancelled();
            std::vector<StepSpan> spans;
            executor->runTraced(plan, images, 1, logits, spans);
            const double ms = stepMilliseconds(spans, plan.steps.size()).at(static_cast<std::size_t>(step));
            if (run >= 0 && ms > 0) samples.push_back(amount / (ms * 1e-3));
        }
        rates.push_back(quartiles(samples));
    }
    return rates;
}

/// Reads words again and again, in the order they lie in, until the time is over; returns how often.
std::int64_t readFor(std::span<const std::uint64_t> words, std::int64_t nanoseconds) {
    const std::int64_t end = steadyNow() + nanoseconds;
    std::int64_t times = 0;
    std::uint64_t sums[4] = {};
    do {
        for (std::size_t i = 0; i + 4 <= words.size(); i += 4)
            for (std::size_t j = 0; j < 4; ++j) sums[j] += words[i + j];
        ++times;
    } while (steadyNow() < end);
    static std::atomic<std::uint64_t> kept;  // or the compiler would drop the reads
    kept += sums[0] + sums[1] + sums[2] + sums[3];
    return times;
}

/// Of all threads together, once.
double readBytesPerSecond(std::int64_t bytes, int threads) {
    constexpr std::int64_t kNanoseconds = 6'000'000;
    const auto share = static_cast<std::size_t>(bytes / threads) / sizeof(std::uint64_t) + 4;
    std::atomic<double> sum = 0;
    std::vector<std::jthread> readers;
    readers.reserve(static_cast<std::size_t>(threads));
    for (int t = 0; t < threads; ++t)
        readers.emplace_back([&] {
            const std::vector<std::uint64_t> words(share, 1);
            readFor(words, kNanoseconds / 10);
            const std::int64_t begin = steadyNow(), times = readFor(words, kNanoseconds);
            sum += static_cast<double>(times) * static_cast<double>(share * sizeof(std::uint64_t)) /
                   (static_cast<double>(steadyNow() - begin) * 1e-9);
        });
    readers.clear();  // joins
    return sum;
}

constexpr double kFall = 0.97;  // of time: what counts as a fall
constexpr double kBound = 0.5;  // share of the time that makes a bound

/// A layer between two widths, and what the roofline says of it.
struct Case {
    const LayerTable& table;
    const LayerRow& row;
    std::size_t from = 0, to = 0;  ///< indices of widths
    LayerFinding& finding;

    double seconds() const { return finding.to.milliseconds.median * 1e-3; }
    double bytes() const { return static_cast<double>(row.weightBytes[to] + row.inputBytes + row.outputBytes); }
    /// What so much takes at a rate, as a share of the layer's time.
    double share(double amount, const Quartiles& rate) const {
        return rate.median > 0 ? amount / rate.median / seconds() : 0;
    }
    double shareOfBytes() const { return share(bytes(), table.roofline.bytesPerSecond); }
    double shareOfOutputs() const {
        return share(static_cast<double>(row.outputElements), table.roofline.outputsPerSecond);
    }
};

/// A width's cell whatever the next layer's: the mean of medians, the widest of intervals.
LayerCell overNext(const std::vector<LayerCell>& cells) {
    LayerCell found = cells.front();
    for (std::size_t i = 1; i < cells.size(); ++i) {
        const double share = 1.0 / static_cast<double>(i + 1);
        Quartiles& q = found.milliseconds;
        const Quartiles& other = cells[i].milliseconds;
        q.median += (other.median - q.median) * share;
        q.q1 += (other.q1 - q.q1) * share;
        q.q3 += (other.q3 - q.q3) * share;
        q.n += other.n;
        found.ci95 = {std::min(found.ci95.low, cells[i].ci95.low), std::max(found.ci95.high, cells[i].ci95.high)};
    }
    return found;
}

void explain(const Case& c) {
    LayerFinding& f = c.finding;
    const Roofline& roof = c.table.roofline;
    const int executedFrom = c.row.executedBits[c.from], executedTo = c.row.executedBits[c.to];
    if (f.to.ci95.low < kFall * f.from.ci95.high) {
        f.cause = SlowCause::Noise;
        f.explanation = "the intervals are too wide to tell: measure longer, or on a quieter machine";
    } else if (executedFrom == executedTo) {
        f.cause = SlowCause::Fallback;
        f.explanation = fmt::format("{} at {} and {} at {} bits both compute in {}-bit arithmetic",
                                    c.row.kernels[c.from], f.fromBits, c.row.kernels[c.to], f.toBits, executedTo);
    } else if (c.shareOfBytes() >= kBound && c.shareOfBytes() >= c.shareOfOutputs()) {
        f.cause = SlowCause::MemoryBound;
        f.explanation = fmt::format("its {:.0f} KiB take {:.0f} % of the time at the {:.1f} GB/s measured here",
                                    c.bytes() / 1024, 100 * c.shareOfBytes(), roof.bytesPerSecond.median * 1e-9);
    } else if (c.shareOfOutputs() >= kBound) {
        f.cause = SlowCause::EpilogueBound;
        f.explanation =
            fmt::format("writing its {} outputs takes {:.0f} % of the time at the {:.2f} G outputs/s measured here",
                        c.row.outputElements, 100 * c.shareOfOutputs(), roof.outputsPerSecond.median * 1e-9);
    } else {
        f.cause = SlowCause::Kernel;
        const auto rate = [&](const LayerCell& cell) {
            return static_cast<double>(c.row.macs) / (cell.milliseconds.median * 1e-3) * 1e-9;
        };
        const std::string kernels =
            c.row.kernels[c.to] == c.row.kernels[c.from]
                ? fmt::format("{} is the fastest at both and does", c.row.kernels[c.to])
                : fmt::format("{} does {:.0f} and {}", c.row.kernels[c.from], rate(f.from), c.row.kernels[c.to]);
        f.explanation = fmt::format("{} {:.0f} G MACs/s here; a large layer reaches {:.0f} at {} and {:.0f} at {} bits",
                                    kernels, rate(f.to), roof.macsPerSecond[c.from].median * 1e-9, f.fromBits,
                                    roof.macsPerSecond[c.to].median * 1e-9, f.toBits);
    }
}

}  // namespace

Roofline measureRoofline(const MakeExecutor& makeExecutor, std::span<const int> widths, std::int64_t bytes, int threads,
                         const std::stop_token& stop) {
    constexpr std::int64_t kLeast = 64 * 1024, kMost = 256 * 1024 * 1024;
    constexpr int kReads = 7;
    Roofline roofline;
    roofline.bytes = std::clamp(bytes, kLeast, kMost);
    constexpr Probe kSums{.side = 28, .inputs = 64, .outputs = 64, .kernel = 3};
    constexpr double kMacs =
        double{kSums.side} * kSums.side * kSums.inputs * kSums.outputs * kSums.kernel * kSums.kernel;
    roofline.macsPerSecond = probeRates(kSums, kMacs, makeExecutor, widths, stop);
    constexpr Probe kOutputs{.side = 28, .inputs = 4, .outputs = 256, .kernel = 1};
    constexpr double kElements = double{kOutputs.side} * kOutputs.side * kOutputs.outputs;
    roofline.outputsPerSecond = probeRates(kOutputs, kElements, makeExecutor, widths.first(1), stop).front();
    std::vector<double> reads;
    reads.reserve(kReads);
    for (int i = 0; i < kReads; ++i) reads.push_back(readBytesPerSecond(roofline.bytes, std::max(1, threads)));
    roofline.bytesPerSecond = quartiles(reads);
    return roofline;
}

std::int64_t bytesTouched(const LayerTable& table) {
    std::int64_t bytes = 0;
    for (const LayerRow& row : table.rows) bytes += row.weightBytes.back() + row.inputBytes + row.outputBytes;
    return bytes;
}

std::vector<LayerFinding> findSlowLayers(const LayerTable& table) {
    std::vector<LayerFinding> findings;
    for (const LayerRow& row : table.rows) {
        if (row.quantizable < 0) continue;
        for (std::size_t to = table.widths.size() - 1; to-- > 0;) {
            LayerFinding finding;
            finding.layer = row.name;
            finding.fromBits = table.widths[to + 1];
            finding.toBits = table.widths[to];
            const double ratio = static_cast<double>(finding.toBits) / finding.fromBits;
            finding.bitopsRatio = ratio * ratio;
            finding.from = overNext(row.cells[to + 1]);
            finding.to = overNext(row.cells[to]);
            if (finding.to.milliseconds.median < kFall * finding.from.milliseconds.median) continue;
            explain({table, row, to + 1, to, finding});
            findings.push_back(std::move(finding));
        }
    }
    return findings;
}

}  // namespace bitdesk
