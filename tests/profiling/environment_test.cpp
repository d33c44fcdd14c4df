// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/machine_state.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "core/results/results_json.h"
#include "tests/core/base/fake_machine.h"

namespace bitdesk {
namespace {

TEST(Environment, TellsWhatAFigureWasTakenOn) {
    const Environment found = readEnvironment();
    EXPECT_EQ(found.hostHash.size(), 12u) << "a machine without an id has a name";
    EXPECT_EQ(found.hostHash, readEnvironment().hostHash);
    EXPECT_GE(found.logicalCpus, 1);
    EXPECT_LE(found.logicalCpus, static_cast<int>(std::thread::hardware_concurrency()));
    EXPECT_FALSE(found.compiler.empty());
    EXPECT_FALSE(found.version.empty());
}

TEST(Environment, WhatCannotBeReadIsNull) {
    Environment unknown;
    unknown.frequencyMHz = unknown.load1 = -1;
    const auto json = nlohmann::json::parse(storedText(unknown));
    for (const char* key : {"cpu", "governor", "frequency_mhz", "load_1min", "kernel", "online_cpus"})
        EXPECT_TRUE(json.at(key).is_null()) << key;
}

TEST(Environment, ReadsTheTreeThatItIsGiven) {
    const test::FakeMachine machine({1, 2, 3});
    machine.write("proc/cpuinfo", "processor\t: 0\nmodel name\t: Fake CPU: 9\ncpu MHz\t\t: 2596.5\n");
    machine.write("proc/loadavg", "0.75 0.5 0.25 1/2 3\n");
    machine.write("proc/stat", "cpu  1\ncpu0 1\ncpu1 1\ncpu2 1\ncpu3 1\nintr 5\n");
    machine.write("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
    machine.write("etc/machine-id", "0123456789abcdef\n");
    const Environment found = readEnvironment(machine.files(), Nvml(BITDESK_FAKE_NVML));
    EXPECT_EQ(found.cpuModel, "Fake CPU: 9");
    EXPECT_EQ(found.frequencyMHz, 2596.5);
    EXPECT_EQ(found.load1, 0.75);
    EXPECT_EQ(found.logicalCpus, 3);
    EXPECT_EQ(found.onlineCpus, 4);
    EXPECT_EQ(found.governor, "powersave") << "of the first CPU that may be used";
    EXPECT_EQ(found.hostHash, "9f9f5111f7b2");
    ASSERT_EQ(found.gpus.size(), 2u);
    EXPECT_EQ(found.gpus[0].name, "Fake A100");
    const auto json = nlohmann::json::parse(storedText(found));
    EXPECT_EQ(json.at("gpus").at(1), (nlohmann::json{{"name", "Fake T4"}, {"driver", "550.54.15"}}));
    EXPECT_EQ(json.at("online_cpus"), 4);
    EXPECT_EQ(json.at("frequency_mhz"), 2596.5);
}

TEST(Environment, HostileFilesLeaveJsonWhole) {
    for (const std::string& text : test::hostileTexts()) {
        const test::FakeMachine machine;
        for (const char* path : {"proc/cpuinfo", "proc/loadavg", "proc/stat", "etc/machine-id",
                                 "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"})
            machine.write(path, text);
        const Environment found = readEnvironment(machine.files(), Nvml("/nowhere/libnvidia-ml.so.1"));
        EXPECT_EQ(found.frequencyMHz, -1);
        EXPECT_EQ(found.load1, -1);
        EXPECT_EQ(found.hostHash.size(), 12u);
        EXPECT_TRUE(nlohmann::json::accept(storedText(found))) << text.substr(0, 40);
        EXPECT_LT(storedText(found).size(), 3000u);
    }
}

}  // namespace
}  // namespace bitdesk
