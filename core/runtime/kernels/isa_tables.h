// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/kernels/conv_kernel.h"
#include "core/runtime/kernels/value_kernels.h"

namespace bitdesk::runtime {

/// What one instruction set offers, best first. Plain constants: the files that define them must not run on every CPU.
struct IsaTable {
    const ConvKernel* convolutions;
    std::size_t count;
    const ValueKernels* values;
};

extern const IsaTable kPortableTable, kAvx2Table, kAvx512Table;
/// Tables of two-bit products, for AVX2 and all above it.
extern const IsaTable kAvx2LookUps;

}  // namespace bitdesk::runtime
