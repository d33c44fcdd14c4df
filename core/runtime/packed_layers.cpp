// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/runtime/packed_layers.h"

#include <algorithm>
#include <chrono>

#include "core/base/error.h"
#include "core/network/cost.h"
#include "core/runtime/layer_problem.h"
#include "core/runtime/trial_run.h"

namespace bitdesk::runtime {
namespace {

std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

/// Shortest time of one image, codes in to codes out, in microseconds: what others on the machine add does not count.
double measure(const PackedConv& packed) {
    constexpr int kRuns = 9;
    constexpr std::chrono::milliseconds kEnough{20};
    TrialRun trial(packed);
    std::vector<double> times;
    const auto begin = std::chrono::steady_clock::now();
    for (int run = -1; run < kRuns; ++run) {  // the first one warms up
        const auto start = std::chrono::steady_clock::now();
        trial.run();
        const auto end = std::chrono::steady_clock::now();
        if (run >= 0) times.push_back(std::chrono::duration<double, std::micro>(end - start).count());
        if (!times.empty() && end - begin > kEnough) break;
    }
    return *std::ranges::min_element(times);
}

}  // namespace

std::unique_ptr<PackedConv> packFastest(const ConvProblem& problem, std::span<const std::int8_t> codes, Isa isa,
                                        KernelTimes* times) {
    struct Candidate {
        const ConvKernel* kernel;
        double microseconds;
        std::unique_ptr<PackedConv> packed;
    };
    std::vector<Candidate> candidates;
    for (const ConvKernel& kernel : convKernels(isa)) {
        if (!kernel.applies(problem)) continue;
        Candidate candidate{&kernel, 0, nullptr};
        if (const auto known = times != nullptr ? times->find(problem, isa, kernel) : std::nullopt) {
            candidate.microseconds = *known;
        } else {
            candidate.packed = packFor(kernel, problem, codes);
            if (!candidate.packed) continue;
            if (times == nullptr) return std::move(candidate.packed);
            candidate.microseconds = measure(*candidate.packed);
            times->set(problem, isa, kernel, candidate.microseconds);
        }
        candidates.push_back(std::move(candidate));
    }
    std::ranges::stable_sort(candidates, {}, &Candidate::microseconds);
    for (Candidate& candidate : candidates) {
        if (!candidate.packed) candidate.packed = packFor(*candidate.kernel, problem, codes);
        if (candidate.packed) return std::move(candidate.packed);
    }
    throw Error(ErrorKind::BadInput, "convolution", "no kernel runs a window of this many taps",
                "Use --backend portable");
}

PackedLayers::PackedLayers(const MetaModel& model, Isa isa, std::shared_ptr<KernelTimes> times)
    : m_model(model), m_isa(isa), m_times(std::move(times)), m_packed(model.network.layers().size()) {
    constexpr int kMaxBits = 8;
    for (auto& widths : m_packed) widths.resize(kMaxBits + 1);
}

std::unique_ptr<PackedConv> PackedLayers::pack(int layer, int bits) const {
    const ConvProblem problem = layerProblem(m_model, layer, bits);
    const auto codes = layerCodes(m_model, layer, bits);
    checkDepth(problem, codes, m_model.network.layers()[size(layer)].name);
    return packFastest(problem, codes, m_isa, m_times.get());
}

const PackedConv& PackedLayers::at(int layer, int bits) {
    auto& entry = m_packed[size(layer)][size(bits)];
    if (entry == nullptr) entry = pack(layer, bits);
    return *entry;
}

void PackedLayers::packAll() {
    for (std::size_t l = 0; l < m_packed.size(); ++l) {
        const Layer& layer = m_model.network.layers()[l];
        if (!layer.quantizable()) at(static_cast<int>(l), layer.fixedBits);
        else
            for (const int bits : m_model.bits) at(static_cast<int>(l), bits);
    }
    if (m_times) m_times->save();
}

std::size_t PackedLayers::bytes() const {
    std::size_t sum = 0;
    for (const auto& widths : m_packed)
        for (const auto& packed : widths) sum += packed != nullptr ? packed->bytes() : 0;
    return sum;
}

}  // namespace bitdesk::runtime
