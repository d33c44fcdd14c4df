// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/packed_layers.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/base/to_index.h"
#include "core/execute/packed/kernel_times.h"
#include "core/model/meta_model.h"
#include "core/network/cost.h"

namespace bitdesk::packed {
namespace {

/// The convolution that a layer is for input codes of a bit-width.
ConvProblem layerProblem(const MetaModel& model, int layerIndex, int inputBits) {
    const Layer& layer = model.network.layers()[toIndex(layerIndex)];
    const Node& node = model.network.nodes()[toIndex(layer.node)];
    const Conv2dAttributes conv =
        layer.isLinear ? node.as<LinearAttributes>()->convolution() : *node.as<Conv2dAttributes>();
    ConvProblem p;
    p.activationLowest = activationLowest(inputBits, layer.signedInput);
    p.activationHighest = activationHighest(inputBits, layer.signedInput);
    p.weightOffset = model.weightQuantizer().offset;
    p.height = layer.input.height;
    p.width = layer.input.width;
    p.channels = layer.input.channels;
    p.outHeight = layer.output.height;
    p.outWidth = layer.output.width;
    p.outChannels = layer.output.channels;
    p.kernelHeight = conv.kernelHeight;
    p.kernelWidth = conv.kernelWidth;
    p.strideHeight = conv.strideHeight;
    p.strideWidth = conv.strideWidth;
    p.paddingHeight = conv.paddingTop;
    p.paddingWidth = conv.paddingLeft;
    p.dilationHeight = conv.dilationHeight;
    p.dilationWidth = conv.dilationWidth;
    p.groups = conv.groups;
    return p;
}

/// Throws Error (BadInput) naming `layer` where an int32 sum could overflow for some input: Σ|odd code| · a_max ≥ 2³¹.
void checkDepth(const ConvProblem& p, const std::vector<std::int8_t>& codes, const std::string& layer) {
    const std::int64_t largest = std::max(-p.activationLowest, p.activationHighest);
    const auto depth = toIndex(p.depth());
    for (std::size_t first = 0; first < codes.size(); first += depth) {
        std::int64_t sum = 0;
        for (std::size_t i = first; i < first + depth; ++i) sum += std::abs(2 * codes[i] + p.weightOffset);
        if (sum * largest > std::numeric_limits<std::int32_t>::max())
            throw Error(ErrorKind::BadInput, "layer '" + layer + "'",
                        "its sums of " + std::to_string(depth) + " products can leave 32 bits",
                        "Run it at fewer bits, or split it");
    }
}

/// A kernel that fits, and how long it takes; packed already where that has to be measured.
struct Candidate {
    const ConvKernel* kernel;
    std::unique_ptr<PackedConv> packed;
    double microseconds = std::numeric_limits<double>::infinity();
};

/// Shortest time of one image on one core, in microseconds: what others on the machine add does not count. Kernels take
/// turns, so that what lasts longer hits them all.
void measure(std::span<Candidate* const> candidates, const TimedProblem& timed) {
    constexpr int kRounds = 9, kLeast = 2;
    constexpr std::chrono::milliseconds kEnough{20};  // for each
    std::vector<std::unique_ptr<TrialRun>> trials;
    for (const Candidate* candidate : candidates)
        trials.push_back(std::make_unique<TrialRun>(*candidate->packed, timed.writesValues));
    const std::vector<std::uint64_t> between(timed.bytesBetween / sizeof(std::uint64_t), 1);
    const auto begin = std::chrono::steady_clock::now();
    for (int round = -1; round < kRounds; ++round) {  // the first one warms up
        for (std::size_t i = 0; i < trials.size(); ++i) {
            volatile std::uint64_t sum = std::accumulate(between.begin(), between.end(), std::uint64_t{0});
            static_cast<void>(sum);
            const auto start = std::chrono::steady_clock::now();
            trials[i]->run();
            const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
            if (round >= 0) candidates[i]->microseconds = std::min(candidates[i]->microseconds, time.count());
        }
        if (round + 1 >= kLeast && std::chrono::steady_clock::now() - begin > kEnough * trials.size()) break;
    }
}

std::vector<Candidate> candidatesFor(const ConvProblem& problem, std::span<const std::int8_t> codes,
                                     const KernelChoice& choice) {
    // More than the largest caches does not drive out more.
    const TimedProblem timed{problem, choice.isa, std::min<std::size_t>(std::bit_floor(choice.bytesBetween), 32 << 20),
                             choice.writesValues};
    std::vector<Candidate> found;
    for (const ConvKernel& kernel : convKernels(choice.isa)) {
        if (!kernel.applies(problem)) continue;
        Candidate candidate{&kernel, nullptr};
        if (const auto known = choice.times != nullptr ? choice.times->find(timed, kernel) : std::nullopt)
            candidate.microseconds = *known;
        else candidate.packed = packFor(kernel, problem, codes);
        if (!candidate.packed && std::isinf(candidate.microseconds)) continue;  // its proof failed
        found.push_back(std::move(candidate));
        if (choice.times == nullptr) return found;
    }
    std::vector<Candidate*> unknown;
    for (Candidate& candidate : found)
        if (std::isinf(candidate.microseconds)) unknown.push_back(&candidate);
    if (!unknown.empty()) measure(unknown, timed);
    for (const Candidate* candidate : unknown) choice.times->set(timed, *candidate->kernel, candidate->microseconds);
    return found;
}

}  // namespace

std::unique_ptr<PackedConv> packFastest(const ConvProblem& problem, std::span<const std::int8_t> codes,
                                        const KernelChoice& choice) {
    constexpr double kClearlyFaster = 0.94;
    auto found = candidatesFor(problem, codes, choice);
    for (Candidate& candidate : found)
        if (candidate.kernel == choice.incumbent) candidate.microseconds *= kClearlyFaster;
    std::ranges::stable_sort(found, {}, &Candidate::microseconds);
    for (Candidate& candidate : found) {
        if (!candidate.packed) candidate.packed = packFor(*candidate.kernel, problem, codes);
        if (candidate.packed) return std::move(candidate.packed);
    }
    throw Error(ErrorKind::BadInput, "convolution", "no kernel runs a window of this many taps",
                "Use " + settingName("backend") + " portable");
}

PackedLayers::PackedLayers(const MetaModel& model, Isa isa, std::shared_ptr<KernelTimes> times)
    : m_model(model),
      m_isa(isa),
      m_times(std::move(times)),
      m_writesValues(model.network.layers().size()),
      m_packed(model.network.layers().size()) {
    for (const Layer& layer : model.network.layers()) m_weights += toIndex(layer.weightCount);
    for (const Step& step : lower(model, uniformBits(model.network, model.bits.front())).steps)
        if (step.layer >= 0)
            m_writesValues[toIndex(step.layer)] = step.epilogue.residual >= 0 || step.epilogue.floatOutput >= 0;
}

std::unique_ptr<PackedConv> PackedLayers::packed(int layer, int weightBits, int inputBits) {
    const ConvProblem problem = layerProblem(m_model, layer, inputBits);
    const auto codes = codesAt(m_model, layer, weightBits);
    checkDepth(problem, codes, m_model.network.layers()[toIndex(layer)].name);
    KernelChoice choice{.isa = m_isa, .times = m_times.get()};
    if (m_times) {
        choice.bytesBetween = 2 * (m_weights - codes.size());  // packed, a code takes about two bytes
        choice.writesValues = m_writesValues[toIndex(layer)];
        choice.incumbent = kernelAbove(layer, weightBits, inputBits);
    }
    return packFastest(problem, codes, choice);
}

const ConvKernel* PackedLayers::kernelAbove(int layer, int weightBits, int inputBits) {
    if (!m_model.network.layers()[toIndex(layer)].quantizable()) return nullptr;
    // Packed for it where need be: the kernel must not depend on what was asked for before.
    const auto weights = std::ranges::upper_bound(m_model.bits, weightBits);
    const auto inputs = std::ranges::upper_bound(m_model.bits, inputBits);
    if (weights == m_model.bits.end() || inputs == m_model.bits.end()) return nullptr;
    return at(layer, *weights, *inputs).kernel;
}

const PackedConv& PackedLayers::at(int layer, int weightBits, int inputBits) {
    auto& entry = m_packed[toIndex(layer)].at(toIndex(weightBits)).at(toIndex(inputBits));
    if (entry == nullptr) entry = packed(layer, weightBits, inputBits);
    return *entry;
}

void PackedLayers::packAll(const std::stop_token& stop) {
    for (const int bits : m_model.bits) pack(lower(m_model, uniformBits(m_model.network, bits)), stop);
}

void PackedLayers::pack(const ExecutionPlan& plan, const std::stop_token& stop) {
    for (const Step& step : plan.steps) {
        if (stop.stop_requested()) throw Cancelled();
        if (step.layer >= 0) at(step);
    }
    if (m_times) m_times->save();
}

std::size_t PackedLayers::bytes() const {
    std::size_t sum = 0;
    for (const Forms& forms : m_packed)
        for (const auto& inputs : forms)
            for (const auto& entry : inputs) sum += entry != nullptr ? entry->bytes() : 0;
    return sum;
}

}  // namespace bitdesk::packed
