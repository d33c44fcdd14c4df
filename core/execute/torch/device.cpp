// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/torch/device.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <thread>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/csrc/profiler/stubs/base.h>
#include <torch/cuda.h>

#include "core/base/error.h"
#include "core/base/setting_name.h"

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

/// Tensors come and go with every node of a network. Handed back to the system each time, their pages are cleared anew,
/// which took half of the time of a pass.
void keepFreedMemory() {
#ifdef __GLIBC__
    constexpr int kLargest = 1 << 30;
    mallopt(M_MMAP_THRESHOLD, kLargest);
    mallopt(M_TRIM_THRESHOLD, kLargest);
#endif
}

}  // namespace

c10::Device parseDevice(const std::string& text) {
    if (text == "cpu") return c10::Device(c10::kCPU);
    constexpr std::string_view kPrefix = "cuda:";
    int index = text == "cuda" ? 0 : -1;
    if (text.starts_with(kPrefix)) {
        const char* const end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data() + kPrefix.size(), end, index);
        if (parsed.ec != std::errc{} || parsed.ptr != end) index = -1;
    }
    if (index < 0 || index > 255)
        throw Error(ErrorKind::Usage, settingName("device"), "'" + text + "' is no device", "Use cpu or cuda:N");
    if (!torch::cuda::is_available())
        throw Error(ErrorKind::Resource, settingName("device") + " " + text,
                    "no CUDA device can be used: this build has no CUDA, or no driver or GPU is there",
                    "Use " + settingName("device") + " cpu");
    if (index >= static_cast<int>(torch::cuda::device_count()))
        throw Error(ErrorKind::Resource, settingName("device") + " " + text,
                    "this machine has " + std::to_string(torch::cuda::device_count()) + " CUDA device(s)",
                    "Count from cuda:0");
    return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

void prepareTorch(int threads) {
    keepFreedMemory();
    // More threads than cores gain nothing, and where they cannot be started LibTorch waits for ever.
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    if (threads > 0) at::set_num_threads(std::min(threads, cores));
    at::globalContext().setAllowTF32CuBLAS(false);
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setUserEnabledNNPACK(false);
}

void throwAsError(const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    throw Error(ErrorKind::Resource, "LibTorch", text.substr(0, text.find('\n')),
                "Try a smaller " + settingName("batch"));
}

void waitFor(c10::Device device) {
    if (device.is_cuda()) torch::cuda::synchronize(device.index());
}

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
