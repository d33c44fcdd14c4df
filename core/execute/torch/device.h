// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include <c10/core/Device.h>
#include <c10/util/Exception.h>

#include "core/base/clock.h"

namespace bitdesk {

/// "cpu" or "cuda:N". Throws Error: Usage for another text, Resource where this build or machine has no such device.
c10::Device parseDevice(const std::string& text);

/// Sets LibTorch's pool (0: leaves it) and switches off whatever would round more than float32 sums of integers do:
/// TF32 on GPUs, NNPACK's Winograd on CPUs.
void prepareTorch(int threads);

/// Throws what LibTorch said as one Error (Resource): memory, most of all.
[[noreturn]] void throwAsError(const c10::Error& error);

/// Runs `work`; LibTorch's own exceptions, with their pages of stack, become one Error.
template <typename Work>
auto reportTorchErrors(const Work& work) {
    try {
        return work();
    } catch (const c10::Error& error) {
        throwAsError(error);
    }
}

/// Waits until the device has done all that was asked of it; at once on a CPU.
void waitFor(c10::Device device);

/// The steady clock on a CPU; on a GPU a pair of events in the stream that the work goes through. The latter has not
/// yet run on a GPU.
std::unique_ptr<Stopwatch> makeStopwatch(c10::Device device);

/// An NVTX range while it lives, so that a trace of NVIDIA's tools shows layers; nothing on a CPU. Not yet run on a
/// GPU.
class ProfilerRange {
public:
    ProfilerRange(c10::Device device, const std::string& name);
    ~ProfilerRange();
    ProfilerRange(const ProfilerRange&) = delete;
    ProfilerRange& operator=(const ProfilerRange&) = delete;

private:
    bool m_open = false;
};

}  // namespace bitdesk
