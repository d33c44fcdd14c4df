// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/torch/device.h"

#include <algorithm>
#include <charconv>
#include <thread>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/cuda.h>

#include "core/base/error.h"
#include "core/base/setting_name.h"

namespace bitdesk {

c10::Device parseDevice(const std::string& text) {
    if (text == "cpu") return c10::Device(c10::kCPU);
    constexpr std::string_view kPrefix = "cuda:";
    int index = 0;
    const bool isCuda = text == "cuda" || text.starts_with(kPrefix);
    if (text.starts_with(kPrefix)) {
        const char* begin = text.data() + kPrefix.size();
        const char* end = text.data() + text.size();
        const auto parsed = std::from_chars(begin, end, index);
        if (parsed.ec != std::errc{} || parsed.ptr != end || index < 0 || index > 255)
            throw Error(ErrorKind::Usage, settingName("device"), "'" + text + "' is no device", "Use cpu or cuda:N");
    }
    if (!isCuda)
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

}  // namespace bitdesk
