// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/torch/device_profiling.h"

#include <cmath>

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/csrc/profiler/stubs/base.h>

namespace bitdesk {
namespace {

/// Through c10's device-independent events: they compile without a CUDA toolkit.
class EventStopwatch final : public Stopwatch {
public:
    explicit EventStopwatch(c10::Device device)
        : m_device(device),
          m_begin(device.type(), c10::EventFlag::BACKEND_DEFAULT),
          m_end(device.type(), c10::EventFlag::BACKEND_DEFAULT) {}

    void start() override { m_begin.record(stream()); }
    std::int64_t stop() override {
        m_end.record(stream());
        m_end.synchronize();
        return std::llround(m_begin.elapsedTime(m_end) * 1e6);
    }
    std::int64_t now() override { return steadyNow(); }

private:
    c10::Stream stream() const { return c10::impl::VirtualGuardImpl(m_device.type()).getStream(m_device); }

    c10::Device m_device;
    c10::Event m_begin, m_end;
};

}  // namespace

std::unique_ptr<Stopwatch> makeStopwatch(c10::Device device) {
    if (!device.is_cuda()) return std::make_unique<SteadyStopwatch>();
    return std::make_unique<EventStopwatch>(device);
}

ProfilerRange::ProfilerRange(c10::Device device, const std::string& name) : m_open(device.is_cuda()) {
    if (m_open) torch::profiler::impl::cudaStubs()->rangePush(name.c_str());
}

ProfilerRange::~ProfilerRange() {
    if (m_open) torch::profiler::impl::cudaStubs()->rangePop();
}

}  // namespace bitdesk
