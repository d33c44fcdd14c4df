// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/model/meta_model.h"
#include "core/runtime/kernel_times.h"

namespace bitdesk::runtime {

/// The packed form of every layer at every width, made when first asked for and kept, so that switching a layer's bits
/// swaps a pointer. The kernel of each is the fastest one on this machine of those that are proven for its weights:
/// measured once per problem and remembered. Not thread-safe.
class PackedLayers {
public:
    /// `times` nullptr: nothing is measured, and the first kernel that fits is taken. `model` must outlive this.
    PackedLayers(const MetaModel& model, Isa isa, std::shared_ptr<KernelTimes> times);

    const PackedConv& at(int layer, int bits);
    /// Packs every layer at every width of the model.
    void packAll();
    /// Bytes of all packed forms so far.
    std::size_t bytes() const;
    Isa isa() const { return m_isa; }

private:
    std::unique_ptr<PackedConv> pack(int layer, int bits) const;

    const MetaModel& m_model;
    Isa m_isa;
    std::shared_ptr<KernelTimes> m_times;
    std::vector<std::vector<std::unique_ptr<PackedConv>>> m_packed;  // [layer][bits]
};

/// Packs a layer for the kernel that is fastest on random activations (shortest of several runs on one core), among
/// those that fit. With `times` nullptr: the first that fits.
std::unique_ptr<PackedConv> packFastest(const ConvProblem& problem, std::span<const std::int8_t> codes, Isa isa,
                                        KernelTimes* times);

}  // namespace bitdesk::runtime
