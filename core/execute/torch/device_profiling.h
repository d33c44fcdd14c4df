// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include <c10/core/Device.h>

#include "core/base/clock.h"

namespace bitdesk {

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
