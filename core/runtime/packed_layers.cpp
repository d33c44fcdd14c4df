// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/runtime/packed_layers.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <functional>
#include <numeric>

#include "core/base/error.h"
#include "core/network/cost.h"
#include "core/runtime/layer_problem.h"
#include "core/runtime/trial_run.h"

namespace bitdesk::runtime {
namespace {

std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

/// Reads as much memory as the rest of a network would. Returns something, so that it is read.
std::uint64_t readBytes(std::size_t count) {
    static std::vector<std::uint64_t> memory;
    memory.resize(std::max(memory.size(), count / sizeof(std::uint64_t)), 1);
    return std::accumulate(memory.begin(), memory.begin() + static_cast<std::ptrdiff_t>(count / sizeof(std::uint64_t)),
                           std::uint64_t{0});
}

/// Shortest time of one image, codes in to codes out, in microseconds: what others on the machine add does not count.
double measure(const PackedConv& packed, std::size_t bytesBetween) {
    constexpr int kRuns = 9;
    constexpr std::chrono::milliseconds kEnough{20};
    TrialRun trial(packed);
    std::vector<double> times;
    const auto begin = std::chrono::steady_clock::now();
    for (int run = -1; run < kRuns; ++run) {  // the first one warms up
        volatile std::uint64_t sum = readBytes(bytesBetween);
        static_cast<void>(sum);
        const auto start = std::chrono::steady_clock::now();
        trial.run();
        const auto end = std::chrono::steady_clock::now();
        if (run >= 0) times.push_back(std::chrono::duration<double, std::micro>(end - start).count());
        if (!times.empty() && end - begin > kEnough) break;
    }
    return *std::ranges::min_element(times);
}

/// A kernel that fits, and how long it takes; packed already where it had to be measured.
struct Candidate {
    const ConvKernel* kernel;
    double microseconds;
    std::unique_ptr<PackedConv> packed;
};

std::vector<Candidate> candidates(const ConvProblem& problem, std::span<const std::int8_t> codes,
                                  const KernelChoice& choice) {
    // More than the largest caches does not drive out more.
    const std::size_t bytesBetween = std::min<std::size_t>(std::bit_floor(choice.bytesBetween), 32 << 20);
    std::vector<Candidate> found;
    for (const ConvKernel& kernel : convKernels(choice.isa)) {
        if (!kernel.applies(problem)) continue;
        Candidate candidate{&kernel, 0, nullptr};
        const auto known =
            choice.times != nullptr ? choice.times->find({problem, choice.isa, bytesBetween}, kernel) : std::nullopt;
        if (known) {
            candidate.microseconds = *known;
        } else {
            candidate.packed = packFor(kernel, problem, codes);
            if (!candidate.packed) continue;
            if (choice.times != nullptr) {
                candidate.microseconds = measure(*candidate.packed, bytesBetween);
                choice.times->set({problem, choice.isa, bytesBetween}, kernel, candidate.microseconds);
            }
        }
        found.push_back(std::move(candidate));
        if (choice.times == nullptr) break;
    }
    return found;
}

}  // namespace

std::unique_ptr<PackedConv> packFastest(const ConvProblem& problem, std::span<const std::int8_t> codes,
                                        const KernelChoice& choice) {
    constexpr double kClearlyFaster = 0.97;
    auto found = candidates(problem, codes, choice);
    for (Candidate& candidate : found)
        if (candidate.kernel == choice.incumbent) candidate.microseconds *= kClearlyFaster;
    std::ranges::stable_sort(found, {}, &Candidate::microseconds);
    for (Candidate& candidate : found) {
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
    for (const LayerParameters& layer : model.layers) m_weights += layer.codes.size();
}

std::unique_ptr<PackedConv> PackedLayers::pack(int layer, int bits) const {
    const ConvProblem problem = layerProblem(m_model, layer, bits);
    const auto codes = layerCodes(m_model, layer, bits);
    checkDepth(problem, codes, m_model.network.layers()[size(layer)].name);
    return packFastest(problem, codes,
                       {.isa = m_isa,
                        .times = m_times.get(),
                        .bytesBetween = 2 * (m_weights - codes.size()),  // packed, a code takes about two bytes
                        .incumbent = kernelAbove(layer, bits)});
}

const ConvKernel* PackedLayers::kernelAbove(int layer, int bits) const {
    const auto& widths = m_packed[size(layer)];
    for (std::size_t above = size(bits) + 1; above < widths.size(); ++above)
        if (widths[above] != nullptr) return widths[above]->kernel;
    return nullptr;
}

const PackedConv& PackedLayers::at(int layer, int bits) {
    auto& entry = m_packed[size(layer)][size(bits)];
    if (entry == nullptr) entry = pack(layer, bits);
    return *entry;
}

void PackedLayers::packAll() {
    auto widestFirst = m_model.bits;
    std::ranges::sort(widestFirst, std::greater());
    for (std::size_t l = 0; l < m_packed.size(); ++l) {
        const Layer& layer = m_model.network.layers()[l];
        if (!layer.quantizable()) at(static_cast<int>(l), layer.fixedBits);
        else
            for (const int bits : widestFirst) at(static_cast<int>(l), bits);
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
