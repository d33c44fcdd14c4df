// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/execute/packed/kernels/kernel.h"

namespace bitdesk::packed {

enum class Isa { Portable, Avx2, Avx512Vnni };

const char* isaName(Isa isa);
/// Throws Error (Usage) that names `where` it stands and lists the known ones: portable, avx2, avx512.
Isa isaNamed(std::string_view name, const std::string& where);
/// Whether this build and this CPU run it.
bool hasIsa(Isa isa);
/// The best one here; BITDESK_ISA in the environment lowers it (to compare, or to find a fault).
Isa bestIsa();

std::span<const ConvKernel> convKernels(Isa isa);
const ValueKernels& valueKernels(Isa isa);

/// The layer in the kernel's form; nullptr where it does not apply, or its proof fails for these weights.
std::unique_ptr<PackedConv> packFor(const ConvKernel& kernel, const ConvProblem& problem,
                                    std::span<const std::int8_t> codes);

}  // namespace bitdesk::packed
