// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/execute/packed/kernel_times.h"
#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/plan/execution_plan.h"
#include "core/model/meta_model.h"

namespace bitdesk::packed {

/// The packed form of every layer at every width of its weights and inputs, made when first asked for and kept, so that
/// switching a layer's bits swaps a pointer. The kernel of each is the fastest one on this machine of those that are
/// proven for its weights: measured once per problem and remembered. Not thread-safe.
class PackedLayers {
public:
    /// `times` nullptr: nothing is measured, and the first kernel that fits is taken. `model` must outlive this.
    PackedLayers(const MetaModel& model, Isa isa, std::shared_ptr<KernelTimes> times);

    const PackedConv& at(int layer, int weightBits, int inputBits);
    /// Of a step that is a layer.
    const PackedConv& at(const Step& step) { return at(step.layer, step.weightBits, step.inputBits); }
    /// Packs every layer at every width of the model. Throws Cancelled between layers.
    void packAll(const std::stop_token& stop = {});
    /// Packs the layers of a plan. Throws Cancelled between layers.
    void pack(const ExecutionPlan& plan, const std::stop_token& stop);
    /// Bytes of all packed forms so far.
    std::size_t bytes() const;
    Isa isa() const { return m_isa; }

private:
    std::unique_ptr<PackedConv> packed(int layer, int weightBits, int inputBits);
    /// The kernel at the model's next width above for both; null where there is none.
    const ConvKernel* kernelAbove(int layer, int weightBits, int inputBits);

    const MetaModel& m_model;
    Isa m_isa;
    std::shared_ptr<KernelTimes> m_times;
    std::size_t m_weights = 0;                 // of all layers
    std::vector<bool> m_writesValues;          // by layer
    static constexpr std::size_t kWidths = 9;  // 0 … 8 bits
    using Forms = std::array<std::array<std::unique_ptr<PackedConv>, kWidths>, kWidths>;
    std::vector<Forms> m_packed;  // by layer: [weight bits][input bits]
};

/// How the fastest kernel is found.
struct KernelChoice {
    Isa isa = Isa::Portable;
    KernelTimes* times = nullptr;  ///< null: nothing is measured, the first kernel that fits is taken
    /// Bytes that the rest of a network reads between two runs of the layer: what they drive out of the caches, a
    /// kernel with large packed weights must fetch again.
    std::size_t bytesBetween = 0;
    bool writesValues = false;  ///< TrialRun
    /// Kept unless another one is clearly faster: that of the next higher width, so that time does not rise as bits
    /// fall.
    const ConvKernel* incumbent = nullptr;
};

/// Packs a layer for the kernel that is fastest on random activations (shortest of several runs on one core), among
/// those that fit.
std::unique_ptr<PackedConv> packFastest(const ConvProblem& problem, std::span<const std::int8_t> codes,
                                        const KernelChoice& choice);

}  // namespace bitdesk::packed
