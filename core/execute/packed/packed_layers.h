// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "core/execute/packed/kernel_times.h"
#include "core/execute/plan/execution_plan.h"

namespace bitdesk::runtime {

/// The packed form of every layer at every width, made when first asked for and kept, so that switching a layer's bits
/// swaps a pointer. The kernel of each is the fastest one on this machine of those that are proven for its weights:
/// measured once per problem and remembered. Not thread-safe.
class PackedLayers {
public:
    /// `times` nullptr: nothing is measured, and the first kernel that fits is taken. `model` must outlive this.
    PackedLayers(const MetaModel& model, Isa isa, std::shared_ptr<KernelTimes> times);

    const PackedConv& of(int layer, int bits);
    /// Packs every layer at every width of the model. Throws Cancelled between layers.
    void packAll(const std::stop_token& stop = {});
    /// Packs the layers of a plan. Throws Cancelled between layers.
    void pack(const ExecutionPlan& plan, const std::stop_token& stop);
    /// Bytes of all packed forms so far.
    std::size_t bytes() const;
    Isa isa() const { return m_isa; }

private:
    std::unique_ptr<PackedConv> packed(int layer, int bits);
    /// The kernel of the model's next width above `bits`; null where `bits` is its widest.
    const ConvKernel* kernelAbove(int layer, int bits);

    const MetaModel& m_model;
    Isa m_isa;
    std::shared_ptr<KernelTimes> m_times;
    std::size_t m_weights = 0;                                       // of all layers
    std::vector<bool> m_writesValues;                                // by layer
    std::vector<std::vector<std::unique_ptr<PackedConv>>> m_packed;  // [layer][bits]
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

}  // namespace bitdesk::runtime
