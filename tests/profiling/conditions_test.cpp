// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/conditions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/results/results_json.h"
#include "tests/core/base/fake_machine.h"

namespace bitdesk {
namespace {

using test::FakeMachine;

/// A quiet run of ten seconds on one of four CPUs, and what a row of the table changes about it.
struct Measured {
    Measured() {
        environment.logicalCpus = 4;
        environment.onlineCpus = 4;
        environment.governor = "performance";
        environment.buildType = "Release";
        environment.gpus = {{"Fake: A100", "550"}};
        before.load1 = 0.25;
        before.reportedMHz = before.effectiveMHz = 3600;
        before.handoverNs = 70;
        before.thermalThrottles = 7;
        before.cgroupThrottles = 3;
        before.busySeconds = 1000;
        before.stealSeconds = 20;
        before.ownCpuSeconds = 5;
        before.voluntarySwitches = before.involuntarySwitches = 100;
        before.cpuTemperatureC = 50;
        before.batteryDischarging = false;
        before.runnableOthers = 0;
        before.gpus = {
            {.smClockMHz = 1400, .memoryClockMHz = 1200, .temperatureC = 40, .powerWatts = 60, .throttleReasons = 0}};
        after = before;
        after.busySeconds = 1010;
        after.ownCpuSeconds = 15;
    }
    std::vector<std::string> warnings() const { return disturbances(environment, before, after, seconds, threads); }

    Environment environment;
    MachineState before, after;
    double seconds = 10;
    int threads = 1;
};

struct Row {
    const char* expected;  ///< the start of the only warning; "" for none
    std::function<void(Measured&)> change;
};

const std::vector<Row>& rows() {
    static const std::vector<Row> table{
        {"", [](Measured&) {}},
        // 10 % of 40 CPU seconds, and a tick for each CPU.
        {"", [](Measured& r) { r.after.busySeconds = 1014.03; }},
        {"other processes used 10 % of the CPUs: ", [](Measured& r) { r.after.busySeconds = 1014.05; }},
        {"other processes used 25 % of the CPUs: ", [](Measured& r) { r.after.busySeconds = 1020; }},
        {"other processes used 100 % of the CPUs: ", [](Measured& r) { r.after.busySeconds = 9999; }},
        {"", [](Measured& r) { r.after.busySeconds = 900; }},
        {"", [](Measured& r) { r.after.busySeconds.reset(); }},
        {"", [](Measured& r) { r.after.busySeconds = 1020, r.before.ownCpuSeconds.reset(); }},
        {"", [](Measured& r) { r.after.busySeconds = 1020, r.environment.logicalCpus = 0; }},
        {"", [](Measured& r) { r.after.busySeconds = 1020, r.seconds = 0; }},
        {"", [](Measured& r) { r.seconds = 0.01, r.after.busySeconds = 1000.04, r.after.ownCpuSeconds = 5.001; }},
        {"", [](Measured& r) { r.after.stealSeconds = 20.4; }},
        {"the host took away 1.1 % of the CPUs' time: ", [](Measured& r) { r.after.stealSeconds = 20.43; }},
        {"", [](Measured& r) { r.before.stealSeconds.reset(), r.after.stealSeconds = 30; }},
        {"the CPU quota ran out in 1 period: ", [](Measured& r) { r.after.cgroupThrottles = 4; }},
        {"the CPU quota ran out in 9 periods: ", [](Measured& r) { r.after.cgroupThrottles = 12; }},
        {"", [](Measured& r) { r.after.cgroupThrottles = 2; }},
        {"the CPU slowed down for its heat 2 times: ", [](Measured& r) { r.after.thermalThrottles = 9; }},
        {"", [](Measured& r) { r.before.thermalThrottles.reset(), r.after.thermalThrottles = 9; }},
        {"", [](Measured& r) { r.after.effectiveMHz = 3500; }},
        {"the measured CPU clock went from 3600 to 3240 MHz (-10 %): ",
         [](Measured& r) { r.after.effectiveMHz = 3240; }},
        {"the measured CPU clock went from 3600 to 3960 MHz (+10 %): ",
         [](Measured& r) { r.after.effectiveMHz = 3960; }},
        {"", [](Measured& r) { r.after.reportedMHz = 800; }},
        {"the reported CPU clock went from 3600 to 800 MHz (-78 %): ",
         [](Measured& r) { r.after.reportedMHz = 800, r.before.effectiveMHz.reset(); }},
        {"", [](Measured& r) { r.after.reportedMHz.reset(), r.before.effectiveMHz.reset(); }},
        {"", [](Measured& r) { r.after.load1 = 4; }},
        {"the load was 4.5 on 4 CPUs: ", [](Measured& r) { r.after.load1 = 4.5; }},
        {"the load was 5.0 on 4 CPUs: ", [](Measured& r) { r.before.load1 = 5; }},
        {"", [](Measured& r) { r.after.load1 = 4.5, r.environment.onlineCpus = 64; }},
        {"", [](Measured& r) { r.after.load1 = 4.5, r.environment.onlineCpus = r.environment.logicalCpus = 0; }},
        {"", [](Measured& r) { r.threads = 4; }},
        {"", [](Measured& r) { r.after.handoverNs = 350; }},
        {"", [](Measured& r) { r.threads = 2, r.after.handoverNs = 170; }},
        {"", [](Measured& r) { r.threads = 2, r.after.handoverNs.reset(); }},
        {"the hand-over from CPU to CPU went from 70 to 350 ns: ",
         [](Measured& r) { r.threads = 2, r.after.handoverNs = 350; }},
        {"the hand-over from CPU to CPU went from 350 to 70 ns: ",
         [](Measured& r) { r.threads = 2, r.before.handoverNs = 350; }},
        {"5 threads shared 4 CPUs: ", [](Measured& r) { r.threads = 5; }},
        {"a CPU quota gives this container 1.5 of 4 CPUs, and 2 threads ran: ",
         [](Measured& r) { r.environment.cpuQuota = 1.5, r.threads = 2; }},
        {"a CPU quota gives this container 0.25 of 4 CPUs, and 1 thread ran: ",
         [](Measured& r) { r.environment.cpuQuota = 0.25; }},
        {"a CPU quota gives this container 1.5 of 4 CPUs: ", [](Measured& r) { r.environment.cpuQuota = 1.5; }},
        {"", [](Measured& r) { r.environment.cpuQuota = 4, r.threads = 4; }},
        {"", [](Measured& r) { r.after.involuntarySwitches = 2600; }},
        {"the system interrupted this process 260 times a second: ",
         [](Measured& r) { r.after.involuntarySwitches = 2700; }},
        {"", [](Measured& r) { r.after.involuntarySwitches = 104, r.seconds = 0.001, r.after.busySeconds = 1000; }},
        {"the machine ran on its battery: ", [](Measured& r) { r.after.batteryDischarging = true; }},
        {"the machine ran on its battery: ", [](Measured& r) { r.before.batteryDischarging = true; }},
        {"", [](Measured& r) { r.after.batteryDischarging.reset(); }},
        {"the CPU frequency governor is powersave: ", [](Measured& r) { r.environment.governor = "powersave"; }},
        {"the CPU frequency governor is ondemand: ", [](Measured& r) { r.environment.governor = "ondemand"; }},
        {"the CPU frequency governor is schedutil: ", [](Measured& r) { r.environment.governor = "schedutil"; }},
        {"", [](Measured& r) { r.environment.governor = ""; }},
        {"this is a Debug build: ", [](Measured& r) { r.environment.buildType = "Debug"; }},
        {"Fake  A100 (0) lowered its clock (power cap, thermal slowdown): ",
         [](Measured& r) { r.before.gpus[0].throttleReasons = 0x4, r.after.gpus[0].throttleReasons = 0x40; }},
        {"", [](Measured& r) { r.after.gpus[0].throttleReasons = gpu_throttle::kApplicationClocks; }},
        {"the SM clock of Fake  A100 (0) went from 1400 to 900 MHz: ",
         [](Measured& r) { r.after.gpus[0].smClockMHz = 900; }},
        {"the memory clock of Fake  A100 (0) went from 1200 to 800 MHz: ",
         [](Measured& r) { r.after.gpus[0].memoryClockMHz = 800; }},
        {"",
         [](Measured& r) { r.after.gpus[0].smClockMHz = 210, r.after.gpus[0].throttleReasons = gpu_throttle::kIdle; }},
        {"", [](Measured& r) { r.after.gpus[0] = {}; }},
        {"", [](Measured& r) { r.after.gpus.clear(); }},
        {"", [](Measured& r) { r.before = r.after = MachineState{}; }},
    };
    return table;
}

TEST(Conditions, EachDisturbanceComesAloneAndOnlyWhenItShould) {
    for (std::size_t i = 0; i < rows().size(); ++i) {
        Measured run;
        rows()[i].change(run);
        const auto found = run.warnings();
        const std::string expected = rows()[i].expected;
        if (expected.empty()) {
            EXPECT_TRUE(found.empty()) << "row " << i << ": " << found[0];
            continue;
        }
        ASSERT_EQ(found.size(), 1u) << "row " << i << ": " << expected;
        EXPECT_TRUE(found[0].starts_with(expected)) << found[0];
        EXPECT_EQ(found[0].find(": ") + 2, expected.size()) << "its first part has no colon: " << found[0];
        EXPECT_GT(found[0].size(), expected.size() + 20) << "no word on what it means: " << found[0];
    }
}

TEST(Conditions, TheGravestComesFirst) {
    Measured run;
    run.environment.buildType = "Debug";
    run.after.effectiveMHz = 3000;
    run.after.busySeconds = 1030;
    const auto found = run.warnings();
    ASSERT_EQ(found.size(), 3u);
    EXPECT_TRUE(found[0].starts_with("other processes")) << found[0];
    EXPECT_TRUE(found[1].starts_with("the measured CPU clock")) << found[1];
    EXPECT_TRUE(found[2].starts_with("this is a Debug build")) << found[2];
}

Conditions conditionsOf(const Measured& run) {
    return {run.environment, run.before,     run.after,
            run.seconds,     run.warnings(), unreadableFields(run.environment, run.after)};
}

TEST(Conditions, Summary) {
    Measured run;
    run.after.load1 = 0.44;
    EXPECT_EQ(summary(conditionsOf(run)), "3600 MHz · CPU to CPU 70 ns · load 0.4 · quiet");
    run.after.effectiveMHz = 3310;
    run.after.busySeconds = 1023.6;
    EXPECT_EQ(summary(conditionsOf(run)),
              "3600 → 3310 MHz · CPU to CPU 70 ns · disturbed: other processes used 34 % of the CPUs");
    run.before = run.after = MachineState{};
    EXPECT_EQ(summary(conditionsOf(run)), "quiet");
}

TEST(Conditions, UnreadableNamesEveryFieldThatIsMissing) {
    Measured run;
    run.environment.cpuModel = "Fake";
    EXPECT_TRUE(unreadableFields(run.environment, run.after).empty());
    run.after.batteryDischarging.reset();
    EXPECT_TRUE(unreadableFields(run.environment, run.after).empty()) << "a machine without a battery hides nothing";
    run.after.gpus[0].powerWatts.reset();
    run.environment.governor.clear();
    const auto found = unreadableFields(run.environment, run.after);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0], "governor: no cpufreq under /sys/devices/system/cpu");
    EXPECT_TRUE(found[1].starts_with("GPU 0: ")) << found[1];
    EXPECT_EQ(unreadableFields({}, {}).size(), 13u);
}

TEST(Conditions, JsonHoldsTheEnvironmentsKeysAndItsOwn) {
    Measured run;
    run.after.effectiveMHz = 3000;
    run.after.stealSeconds.reset();
    const auto json = nlohmann::json::parse(toJson(conditionsOf(run)));
    const auto plain = nlohmann::json::parse(storedText(run.environment));
    for (const auto& [key, value] : plain.items()) EXPECT_EQ(json.at(key), value) << key;
    EXPECT_EQ(json.size(), plain.size() + 5);
    EXPECT_EQ(json.at("seconds"), 10);
    EXPECT_EQ(json.at("warnings").size(), 1u);
    EXPECT_EQ(json.at("unreadable").at(1), "steal: not in /proc/stat for all CPUs in use");
    EXPECT_EQ(json.at("gpus").at(0).at("driver"), "550");
    EXPECT_EQ(json.at("before").at("effective_mhz"), 3600);
    EXPECT_EQ(json.at("after").at("effective_mhz"), 3000);
    EXPECT_EQ(json.at("before").at("steal_s"), 20);
    EXPECT_TRUE(json.at("after").at("steal_s").is_null());
    EXPECT_EQ(json.at("after").at("gpus").at(0).at("throttle_reasons"), nlohmann::json::array());
}

TEST(Conditions, HandoverComesBackFromJson) {
    Measured run;
    run.after.handoverNs = 345;
    EXPECT_EQ(conditionsFromJson(toJson(conditionsOf(run))).after.handoverNs, 345);
    for (const char* text : {"", "[]", "{}", "{\"after\":7}", "{\"after\":{\"handover_ns\":null}}"})
        EXPECT_FALSE(conditionsFromJson(text).after.handoverNs) << text;
}

TEST(Conditions, JsonOfNothingIsNull) {
    const auto json = nlohmann::json::parse(toJson(Conditions{}));
    for (const auto& [key, value] : json.at("before").items()) EXPECT_TRUE(value.is_null() || key == "gpus") << key;
    EXPECT_EQ(json.at("before").size(), 15u);
}

TEST(ConditionsWatch, TellsWhatRoseMeanwhile) {
    const FakeMachine machine;
    const auto stat = [&](int ticks) {
        for (const int cpu : {0, 1})
            machine.write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/thermal_throttle/core_throttle_count",
                          std::to_string(ticks) + "\n");
    };
    stat(1);
    const Nvml nvml("/nowhere/libnvidia-ml.so.1");
    const ConditionsWatch watch(1, machine.files(), nvml);
    stat(4);
    const Conditions found = watch.finish();
    EXPECT_GT(found.seconds, 0);
    EXPECT_EQ(found.before.thermalThrottles, 2u);
    EXPECT_EQ(found.after.thermalThrottles, 8u);
    EXPECT_EQ(found.environment.logicalCpus, 2);
    const auto told = [&](const std::string& start) {
        return std::any_of(found.warnings.begin(), found.warnings.end(),
                           [&](const std::string& warning) { return warning.starts_with(start); });
    };
    EXPECT_TRUE(told("the CPU slowed down for its heat 6 times"));
    EXPECT_FALSE(told("2 threads"));
    EXPECT_TRUE(std::any_of(found.unreadable.begin(), found.unreadable.end(),
                            [](const std::string& line) { return line.starts_with("GPUs: no NVIDIA driver"); }));
    stat(5);
    EXPECT_EQ(watch.finish().after.thermalThrottles, 10u) << "it can be asked again";
}

TEST(ConditionsWatch, HostileFilesNeitherThrowNorBreakJson) {
    for (const std::string& text : test::hostileTexts()) {
        const FakeMachine machine;
        for (const char* path : {"proc/cpuinfo", "proc/stat", "proc/loadavg", "etc/machine-id", "proc/self/cgroup",
                                 "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"})
            machine.write(path, text);
        const Conditions found = ConditionsWatch(1, machine.files(), Nvml(BITDESK_FAKE_NVML)).finish();
        EXPECT_TRUE(nlohmann::json::accept(toJson(found)));
        EXPECT_FALSE(summary(found).empty());
    }
}

}  // namespace
}  // namespace bitdesk
