// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/nvml.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "tests/profiling/variable.h"

namespace bitdesk {
namespace {

using test::Variable;

TEST(Nvml, ReadsWhatTheLibraryTells) {
    const Nvml nvml(BITDESK_FAKE_NVML);
    ASSERT_TRUE(nvml.available()) << nvml.whyUnavailable();
    EXPECT_EQ(nvml.whyUnavailable(), "");
    ASSERT_EQ(nvml.deviceCount(), 2);
    EXPECT_EQ(nvml.identity(0).name, "Fake A100");
    EXPECT_EQ(nvml.identity(1).name, "Fake T4");
    EXPECT_EQ(nvml.identity(1).driver, "550.54.15");
    const GpuState state = nvml.state(1);
    EXPECT_EQ(state.smClockMHz, 1411);
    EXPECT_EQ(state.memoryClockMHz, 1216);
    EXPECT_EQ(state.temperatureC, 42);
    EXPECT_EQ(state.powerWatts, 61.5);
    EXPECT_EQ(state.throttleReasons, 0x44u);
    const auto energy = nvml.energyJoules(0);
    ASSERT_TRUE(energy);
    EXPECT_DOUBLE_EQ(*nvml.energyJoules(0) - *energy, 1.5);
    EXPECT_FALSE(nvml.energyJoules(1)) << "older GPUs do not count it";
}

TEST(Nvml, ADeviceThatIsNotThereHasNoReadings) {
    const Nvml nvml(BITDESK_FAKE_NVML);
    for (const int device : {-1, 2, 1 << 30}) {
        EXPECT_EQ(nvml.identity(device).name, "");
        EXPECT_FALSE(nvml.state(device).smClockMHz);
        EXPECT_FALSE(nvml.energyJoules(device));
    }
}

void expectNothing(const Nvml& nvml) {
    EXPECT_EQ(nvml.deviceCount(), 0);
    EXPECT_EQ(nvml.identity(0).name + nvml.identity(0).driver, "");
    const GpuState state = nvml.state(0);
    EXPECT_FALSE(state.smClockMHz || state.memoryClockMHz || state.temperatureC || state.powerWatts ||
                 state.throttleReasons || nvml.energyJoules(0));
}

TEST(Nvml, IsNotThereWithoutItsLibrary) {
    const Nvml missing("/nowhere/libnvidia-ml.so.1");
    EXPECT_FALSE(missing.available());
    EXPECT_EQ(missing.whyUnavailable(), "no NVIDIA driver: /nowhere/libnvidia-ml.so.1 cannot be loaded");
    expectNothing(missing);
    const Nvml other("libm.so.6");
    EXPECT_FALSE(other.available());
    EXPECT_EQ(other.whyUnavailable(), "libm.so.6 is not NVML, or too old");
}

TEST(Nvml, WhatFailsIsNothing) {
    const Variable mode("BITDESK_FAKE_NVML_MODE", "errors");
    const Nvml nvml(BITDESK_FAKE_NVML);
    EXPECT_TRUE(nvml.available());
    expectNothing(nvml);
    const Variable atStart("BITDESK_FAKE_NVML_MODE", "init");
    const Nvml notStarted(BITDESK_FAKE_NVML);
    EXPECT_FALSE(notStarted.available());
    EXPECT_NE(notStarted.whyUnavailable().find("error 9"), std::string::npos) << notStarted.whyUnavailable();
    expectNothing(notStarted);
}

TEST(Nvml, MissingFunctionsAreMissingReadings) {
    const Nvml nvml(BITDESK_FAKE_NVML_BARE);
    ASSERT_TRUE(nvml.available()) << nvml.whyUnavailable();
    EXPECT_EQ(nvml.deviceCount(), 2);
    EXPECT_EQ(nvml.identity(0).name, "");
    EXPECT_FALSE(nvml.state(0).smClockMHz || nvml.state(0).powerWatts || nvml.state(0).throttleReasons);
    EXPECT_FALSE(nvml.energyJoules(0));
}

TEST(Nvml, ALyingLibraryIsContained) {
    const Variable mode("BITDESK_FAKE_NVML_MODE", "hostile");
    const Nvml nvml(BITDESK_FAKE_NVML);
    EXPECT_EQ(nvml.deviceCount(), 64);
    EXPECT_EQ(nvml.identity(0).name.size(), 127u);
}

TEST(Nvml, TheEnvironmentNamesALibrary) {
    const Variable library("BITDESK_NVML", BITDESK_FAKE_NVML);
    EXPECT_EQ(Nvml().deviceCount(), 2);
    EXPECT_FALSE(Nvml("/nowhere/libnvidia-ml.so.1").available()) << "a path that is given goes first";
}

TEST(Nvml, ShutsDownWhatItStarted) {
    void* library = dlopen(BITDESK_FAKE_NVML, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr);
    const auto started = reinterpret_cast<int (*)()>(dlsym(library, "bitdeskFakeStarted"));
    ASSERT_NE(started, nullptr);
    {
        Nvml nvml(BITDESK_FAKE_NVML);
        EXPECT_EQ(started(), 1);
        const Nvml moved = std::move(nvml);
        EXPECT_EQ(started(), 1);
        EXPECT_EQ(moved.deviceCount(), 2);
    }
    EXPECT_EQ(started(), 0);
    dlclose(library);
}

TEST(Nvml, NamesItsReasons) {
    EXPECT_EQ(gpu_throttle::names(0), std::vector<std::string>{});
    EXPECT_EQ(gpu_throttle::names(0x44), (std::vector<std::string>{"power cap", "thermal slowdown"}));
    EXPECT_EQ(gpu_throttle::names(0x1001), (std::vector<std::string>{"idle", "0x1000"}));
}

}  // namespace
}  // namespace bitdesk
