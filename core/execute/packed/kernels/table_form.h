// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/execute/packed/kernels/kernel.h"

namespace bitdesk::packed {

/// What the kernels of table.h read. `blocks` counts super-blocks.
struct TableForm : PackedForm {
    int pairsPerTap = 0;
    int safePairs = 0;  ///< of a group
    int groups = 0;
    AlignedBytes seeds;   ///< [super-block][group][byte]: what a group's byte sums start from
    AlignedBytes starts;  ///< words [super-block][total, high][kSuperBlock / 2]: minus what the seeds will have added

    std::size_t bytes() const override;
};

/// Two-bit unsigned activations, an even number of channels, one group.
bool appliesTable(const ConvProblem& problem);
/// Weight pairs as bytes, and the seeds of byte sums. Null where a code is not one of two bits.
template <int Vectors>
std::unique_ptr<PackedForm> packTable(const ConvProblem& problem, std::span<const std::int8_t> codes);

}  // namespace bitdesk::packed
