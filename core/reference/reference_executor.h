// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "core/plan/executor.h"

namespace bitdesk {

/// LibTorch executor: integer codes held in float32 (in float64 where an accumulator could pass 2^24), so its time
/// says nothing about low-bit arithmetic. `device` is "cpu" or "cuda:N"; throws Error (Resource) when that is not
/// there. `threads` sets LibTorch's pool. `model` must outlive it.
std::unique_ptr<Executor> makeReferenceExecutor(const MetaModel& model, const std::string& device, int threads);

/// Version of the LibTorch that is linked, e.g. "2.11.0".
std::string linkedTorchVersion();

}  // namespace bitdesk
