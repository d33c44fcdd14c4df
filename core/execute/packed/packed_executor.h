// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/execute/packed/kernel_times.h"
#include "core/execute/plan/executor.h"

namespace bitdesk {

struct PackedOptions {
    int threads = 1;
    packed::Isa isa = packed::bestIsa();
    /// Kernels are chosen by time; nullptr: the first that fits is taken, and nothing is measured.
    std::shared_ptr<packed::KernelTimes> times;
};

/// An executor that runs plans in integers of the layers' own widths: plan → pack → run. Several images at a time are
/// divided among the threads; fewer images than threads, and each step is divided. Codes, sums and logits are those of
/// the interpreter, bit for bit (docs/runtime.md). `model` must outlive it. Throws Error (Resource) where the CPU lacks
/// the instruction set.
std::unique_ptr<Executor> makePackedExecutor(const MetaModel& model, const PackedOptions& options);

/// "packed": the fastest kernels of this machine, as it has measured them.
ExecutorEntry packedEntry();

}  // namespace bitdesk
