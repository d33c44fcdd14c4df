// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "core/execute/packed/kernels/conv_kernel.h"

namespace bitdesk::runtime {

/// Bytes times bytes: unsigned activations of at most 7 bits, odd codes within a signed byte.
bool appliesDirectBytes(const ConvProblem& problem);
/// Odd codes as [block][tap][step][16][4] bytes. `Wide`: the kernel sums in 32 bits; else in 16, and safeSteps says how
/// long: each step adds two products to a lane.
template <bool Wide>
bool packDirectBytes(const ConvProblem& problem, std::span<const std::int8_t> codes, PackedConv& packed);

/// Words times words: every width up to 8 bits, signed activations too.
bool appliesDirectWords(const ConvProblem& problem);
/// Odd codes as [block][tap][step][16][2] words.
bool packDirectWords(const ConvProblem& problem, std::span<const std::int8_t> codes, PackedConv& packed);

/// One input channel an output channel.
bool appliesDepthwise(const ConvProblem& problem);
/// Odd codes as [tap][channel] int32.
bool packDepthwise(const ConvProblem& problem, std::span<const std::int8_t> codes, PackedConv& packed);

/// Two-bit unsigned activations, an even number of channels, one group.
bool appliesTable(const ConvProblem& problem);
/// Weight pairs as bytes, and the seeds of byte sums (table.h). False where a code is not one of two bits.
template <int Vectors>
bool packTable(const ConvProblem& problem, std::span<const std::int8_t> codes, PackedConv& packed);

/// 3×3, stride 1, one group, unsigned activations.
bool appliesWinograd(const ConvProblem& problem);
/// Transformed codes as [block][group][position][step][16][4] bytes; docs/runtime.md derives what is proven. False
/// where a transformed code leaves a signed byte, a pair of products a signed word (16-bit lanes), a transformed
/// activation an unsigned byte, or the results of four channels a lane.
template <int MH, int MW, typename Lane>
bool packWinograd(const ConvProblem& problem, std::span<const std::int8_t> codes, PackedConv& packed);

}  // namespace bitdesk::runtime
