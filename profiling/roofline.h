// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "core/execute/plan/executor.h"
#include "core/results/layer_table.h"

namespace bitdesk {

/// Makes an executor for a probe network, of the same backend, device and threads as the one that is profiled.
using MakeExecutor = std::function<std::unique_ptr<Executor>(const MetaModel&)>;

/// Measures what the runtime reaches at most: two small networks with one layer of interest each, run like any other,
/// and a read of `bytes` by `threads` threads. Some tenths of a second. Throws Cancelled between runs.
Roofline measureRoofline(const MakeExecutor& makeExecutor, std::span<const int> widths, std::int64_t bytes, int threads,
                         const std::stop_token& stop);

/// Bytes that one image's run touches: packed weights at the highest width, and every activation.
std::int64_t bytesTouched(const LayerTable& table);

/// Every layer and pair of neighbouring widths where time falls by less than 3 % as BitOPs fall, with the measured
/// cause, looked for in this order:
///   noise: the intervals would allow a fall of 3 %;  fallback: both widths run the same width's arithmetic;
///   memory-bound, epilogue-bound: its bytes, or its outputs, take at least half its time at the roofline's rate;
///   kernel: none of these; the narrower width's kernel does not reach a higher rate in this layer.
std::vector<LayerFinding> findSlowLayers(const LayerTable& table);

}  // namespace bitdesk
