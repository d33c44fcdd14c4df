// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Stands in for libnvidia-ml.so.1: two GPUs of known values. BITDESK_FAKE_NVML_MODE makes it fail: "init" where it
// starts, "errors" at every reading, "hostile" answers with texts without an end and with four billion GPUs. Built with
// FEWEST_FUNCTIONS, it has only what every version must have.
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

constexpr int kSuccess = 0, kNotSupported = 3, kNoDriver = 9;
int started = 0;
[[maybe_unused]] unsigned long long millijoules = 5000;

std::string_view mode() {
    const char* value = std::getenv("BITDESK_FAKE_NVML_MODE");
    return value == nullptr ? "" : value;
}
char gpus[2];  // only their addresses matter
[[maybe_unused]] unsigned numberOf(void* device) { return device == &gpus[0] ? 0 : 1; }

template <typename Number>
int give(Number* where, Number value) {
    if (mode() == "errors") return kNotSupported;
    *where = value;
    return kSuccess;
}
[[maybe_unused]] int giveText(char* where, unsigned size, std::string_view text) {
    if (mode() == "errors") return kNotSupported;
    if (mode() == "hostile") {
        std::memset(where, 0xFF, size);
        return kSuccess;
    }
    if (text.size() >= size) return kNotSupported;
    std::memcpy(where, text.data(), text.size());
    where[text.size()] = '\0';
    return kSuccess;
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming): the names are NVML's
extern "C" {

int nvmlInit_v2() {
    if (mode() == "init") return kNoDriver;
    ++started;
    return kSuccess;
}
int nvmlShutdown() {
    --started;
    return kSuccess;
}
/// Not NVML's: how often it was started and not yet shut down.
int bitdeskFakeStarted() { return started; }

int nvmlDeviceGetCount_v2(unsigned* count) { return give(count, mode() == "hostile" ? 4000000000u : 2u); }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
    if (index > 1) return kNotSupported;
    *device = &gpus[index];
    return kSuccess;
}

#ifndef FEWEST_FUNCTIONS
int nvmlSystemGetDriverVersion(char* text, unsigned size) { return giveText(text, size, "550.54.15"); }
int nvmlDeviceGetName(void* device, char* text, unsigned size) {
    return giveText(text, size, numberOf(device) == 0 ? "Fake A100" : "Fake T4");
}
int nvmlDeviceGetClockInfo(void* device, int which, unsigned* value) {
    if (which != 1 && which != 2) return kNotSupported;
    return give(value, (which == 1 ? 1410u : 1215u) + numberOf(device));
}
int nvmlDeviceGetTemperature(void* device, int sensor, unsigned* value) {
    return sensor == 0 ? give(value, 41u + numberOf(device)) : kNotSupported;
}
int nvmlDeviceGetPowerUsage(void*, unsigned* value) { return give(value, 61500u); }
int nvmlDeviceGetTotalEnergyConsumption(void* device, unsigned long long* value) {
    millijoules += 1500;
    return numberOf(device) == 0 ? give(value, millijoules) : kNotSupported;
}
int nvmlDeviceGetCurrentClocksThrottleReasons(void*, unsigned long long* value) { return give(value, 0x44ULL); }
#endif
}
// NOLINTEND(readability-identifier-naming)
