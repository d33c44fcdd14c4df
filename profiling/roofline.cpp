// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/roofline.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "core/base/error.h"
#include "profiling/random_images.h"

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
        a.paddingHeight = a.paddingWidth = kernel / 2;
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

}  // namespace bitdesk
