// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/execute/plan/executor.h"

namespace bitdesk {

/// LibTorch executor: integer codes held in float32 (in float64 where an accumulator could pass 2^24), so its time
/// says nothing about low-bit arithmetic. `device` is "cpu" or "cuda:N"; throws Error (Resource) when that is not
/// there. `threads` sets LibTorch's pool. `model` must outlive it.
std::unique_ptr<Executor> makeReferenceExecutor(const MetaModel& model, const std::string& device, int threads);

/// Throws what makeReferenceExecutor() throws of a device: Error, Usage for what is none, Resource for one that is not
/// there.
void checkReferenceDevice(const std::string& device);

/// "reference", on the CPU and on GPUs.
ExecutorEntry referenceEntry();

/// Version of the LibTorch that is linked, e.g. "2.11.0".
std::string linkedTorchVersion();

/// The step of a uniform quantizer of 0 … 2^b−1 (or ± (2^(b−1)−1)) with the smallest squared error on `values`: found
/// on a histogram of their magnitudes; values below 0 do not count for an unsigned one. 1 where there is nothing to go
/// by.
float bestActivationScale(std::span<const float> values, int bits, bool isSigned);

/// Sets the activation scales of some layers (indices into network.layers()) at every width, from the values that
/// `images` ([count, H, W, C] bytes) give there while the whole network runs at that width; layers before are quantized
/// already, so each is fitted to what it will meet. A fixed layer, which has one scale for all, is fitted at the
/// highest width. Throws Cancelled between widths.
void calibrateActivations(MetaModel& model, const std::vector<int>& layers, std::span<const std::uint8_t> images,
                          int count, int threads, const ProgressSink& progress, const std::stop_token& stop);

}  // namespace bitdesk
