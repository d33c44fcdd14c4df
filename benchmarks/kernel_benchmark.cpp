// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Every convolution kernel on the shapes that docs/benchmarks.md speaks of: one core, codes in to codes out.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/random.h"
#include "core/base/to_index.h"
#include "core/execute/packed/kernel_times.h"
#include "core/execute/packed/kernels/catalogue.h"
#include "core/execute/packed/kernels/winograd.h"
#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

using namespace packed;

struct Shape2d {
    const char* name;
    int channels, outChannels, side, kernel, stride;
};
constexpr Shape2d kShapes[] = {
    {"64@56", 64, 64, 56, 3, 1},         {"128@28", 128, 128, 28, 3, 1},       {"256@14", 256, 256, 14, 3, 1},
    {"512@7", 512, 512, 7, 3, 1},        {"32@14", 32, 32, 14, 3, 1},          {"64@7", 64, 64, 7, 3, 1},
    {"128@4", 128, 128, 4, 3, 1},        {"1x1:256-64@56", 256, 64, 56, 1, 1}, {"1x1:64-256@56", 64, 256, 56, 1, 1},
    {"s2:64-128@56", 64, 128, 56, 3, 2}, {"s2:256-512@14", 256, 512, 14, 3, 2}};

ConvProblem problemOf(const Shape2d& s, int bits) {
    ConvProblem p;
    p.height = p.width = s.side;
    p.channels = s.channels;
    p.outChannels = s.outChannels;
    p.kernelHeight = p.kernelWidth = s.kernel;
    p.strideHeight = p.strideWidth = s.stride;
    p.paddingHeight = p.paddingWidth = s.kernel / 2;
    p.outHeight = p.outWidth = (s.side + 2 * p.paddingHeight - s.kernel) / s.stride + 1;
    p.activationHighest = activationHighest(bits, false);
    return p;
}

/// Codes as a trained layer has them: bell-shaped at 4 bits, narrowed.
std::vector<std::int8_t> bellCodes(const ConvProblem& p, int bits) {
    Random random(1);
    std::vector<std::int8_t> codes(toIndex(p.outChannels) * toIndex(p.depth()));
    for (auto& code : codes) {
        const int top = std::clamp(static_cast<int>(std::floor(random.normal() * 7.0 / 3.0)), -7, 7);
        code = static_cast<std::int8_t>(top >> (4 - bits));
    }
    return codes;
}

void convolution(benchmark::State& state, const Shape2d& shape, int bits, const ConvKernel& kernel) {
    const ConvProblem p = problemOf(shape, bits);
    const auto packed = packFor(kernel, p, bellCodes(p, bits));
    if (!packed) {
        state.SkipWithError("its proof fails for these weights");
        return;
    }
    TrialRun trial(*packed);
    for (auto _ : state) trial.run();
    state.counters["GMAC/s"] =
        benchmark::Counter(static_cast<double>(p.macs()), benchmark::Counter::kIsIterationInvariantRate,
                           benchmark::Counter::OneK::kIs1000);
    if (const auto* form = dynamic_cast<const WinogradForm*>(packed->form.get()))
        state.counters["groups"] = form->groups;
}

void addAll() {
    for (const Isa isa : {Isa::Avx2, Isa::Avx512Vnni}) {
        if (!hasIsa(isa)) continue;
        for (const Shape2d& shape : kShapes)
            for (const int bits : {4, 3, 2})
                for (const ConvKernel& kernel : convKernels(isa)) {
                    if (!kernel.applies(problemOf(shape, bits))) continue;
                    const std::string name = std::string(shape.name) + "/" + std::to_string(bits) + "/" + kernel.name;
                    benchmark::RegisterBenchmark(name.c_str(), [&shape, bits, &kernel](benchmark::State& state) {
                        convolution(state, shape, bits, kernel);
                    })->Unit(benchmark::kMicrosecond);
                }
    }
}

}  // namespace
}  // namespace bitdesk

int main(int argc, char** argv) {
    bitdesk::addAll();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
