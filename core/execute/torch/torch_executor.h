// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

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

/// The numbers (of all images, in no order that matters) that are about to become codes for a layer, an index into
/// network.layers().
using CodeObserver = std::function<void(int layerIndex, std::span<const float> values)>;

/// run() of a reference executor on the CPU that shows each value before it is quantized. The observer may change
/// scales of the model and, by refreshLayer(), of the plan: what it sets is what the value is quantized with.
void observeCodes(Executor& referenceExecutor, ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch,
                  std::span<float> logits, const CodeObserver& observer);

}  // namespace bitdesk
