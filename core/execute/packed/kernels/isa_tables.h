// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/execute/packed/kernels/conv_kernel.h"
#include "core/execute/packed/kernels/value_kernels.h"

namespace bitdesk::packed {

/// What one instruction set offers, best first. Plain constants: the files that define them must not run on every CPU.
struct IsaTable {
    const ConvKernel* convolutions;
    std::size_t count;
    const ValueKernels* values;
};

extern const IsaTable kPortableTable, kAvx2Table, kAvx512Table;
/// Those for AVX2 that may win above it, too: tables of two-bit products, and few channels or short sums.
extern const IsaTable kAvx2Shared;

}  // namespace bitdesk::packed
