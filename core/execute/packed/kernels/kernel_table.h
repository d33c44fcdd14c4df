// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/execute/packed/kernels/depthwise.h"
#include "core/execute/packed/kernels/direct.h"
#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/packed/kernels/values.h"
#include "core/execute/packed/kernels/winograd.h"

namespace bitdesk::packed {

/// The kernels of one instruction set. `Isa` is a type of the including file's own, so that each instruction set gets
/// functions of its own, invisible outside.
template <typename Isa>
struct KernelTable {
    static constexpr ConvKernel direct(const char* name) {
        using Kernel = Direct<Isa, typename Isa::Bytes>;
        return {name, appliesDirectBytes,       packDirectBytes<Isa::Bytes::kWide>, Kernel::scratchBytes, Kernel::run,
                1,    Isa::Bytes::kWide ? 8 : 0};
    }
    static constexpr ConvKernel directWords(const char* name) {
        using Kernel = Direct<Isa, typename Isa::Words>;
        return {name, appliesDirectWords, packDirectWords, Kernel::scratchBytes, Kernel::run, 1, 16};
    }
    static constexpr ConvKernel depthwise(const char* name) {
        using Kernel = Depthwise<Isa>;
        return {name, appliesDepthwise, packDepthwise, Kernel::scratchBytes, Kernel::run, 1, 32};
    }
    template <int MH, int MW>
    static constexpr ConvKernel winograd(const char* name) {
        using Kernel = WinogradKernel<Isa, MH, MW>;
        return {name, appliesWinograd, packWinograd<MH, MW, typename Isa::Lane>, Kernel::scratchBytes, Kernel::run, MH,
                0};
    }
    static constexpr ValueKernels values() { return {Values<Isa>::floats, Values<Isa>::pixels, Values<Isa>::pool}; }
};

}  // namespace bitdesk::packed
