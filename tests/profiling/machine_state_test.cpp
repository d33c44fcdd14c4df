// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/machine_state.h"

#include <gtest/gtest.h>

#include "tests/core/base/fake_machine.h"

namespace bitdesk {
namespace {

using test::FakeMachine;

const Nvml& noGpu() {
    static const Nvml nvml("/nowhere/libnvidia-ml.so.1");
    return nvml;
}

MachineState read(const FakeMachine& machine) { return readMachineState(machine.files(), noGpu()); }

TEST(MachineState, NothingIsReadFromAnEmptyTree) {
    const MachineState state = read(FakeMachine());
    EXPECT_FALSE(state.load1 || state.runnableOthers || state.reportedMHz || state.thermalThrottles ||
                 state.cgroupThrottles || state.busySeconds || state.stealSeconds || state.cpuTemperatureC ||
                 state.batteryDischarging);
    EXPECT_TRUE(state.gpus.empty());
    EXPECT_TRUE(state.ownCpuSeconds) << "the process knows itself without files";
}

TEST(MachineState, Load) {
    const FakeMachine machine;
    machine.write("proc/loadavg", "1.25 0.50 0.10 3/512 4711\n");
    EXPECT_EQ(read(machine).load1, 1.25);
    machine.write("proc/loadavg", "-1 0 0 0/0 0\n");
    EXPECT_FALSE(read(machine).load1);
}

TEST(MachineState, RunnableTasksAreThoseOfOthers) {
    const FakeMachine machine;
    machine.write("proc/stat", "intr 1 2 3\nprocs_running 5\nprocs_blocked 9\n");
    EXPECT_EQ(read(machine).runnableOthers, 4u) << "one reads this";
    machine.write("proc/self/task/10/stat", "10 (a) R b) R 1 2\n");
    machine.write("proc/self/task/11/stat", "11 (R) S 1 2\n");
    machine.write("proc/self/task/12/stat", "12 (x) R 1 2\n");
    EXPECT_EQ(read(machine).runnableOthers, 3u);
    machine.write("proc/stat", "procs_running 1\n");
    EXPECT_EQ(read(machine).runnableOthers, 0u) << "never below none";
    machine.write("proc/stat", "procs_running many\n");
    EXPECT_FALSE(read(machine).runnableOthers);
}

TEST(MachineState, ReportedClockIsTheMeanOfTheCpusThatMayBeUsed) {
    const FakeMachine machine({1, 3});
    machine.write("proc/cpuinfo",
                  "processor\t: 0\ncpu MHz\t\t: 1000.0\n\nprocessor\t: 1\ncpu MHz\t\t: 2000.5\n\n"
                  "processor\t: 3\ncpu MHz\t\t: 3000.5\n");
    EXPECT_EQ(read(machine).reportedMHz, 2500.5);
    for (const auto& [cpu, kilohertz] : {std::pair("0", "900000\n"), {"1", "3600000\n"}, {"3", "3400000\n"}})
        machine.write(std::string("sys/devices/system/cpu/cpu") + cpu + "/cpufreq/scaling_cur_freq", kilohertz);
    EXPECT_EQ(read(machine).reportedMHz, 3500) << "cpufreq goes first";
    machine.write("sys/devices/system/cpu/cpu3/cpufreq/scaling_cur_freq", "<unknown>\n");
    EXPECT_EQ(read(machine).reportedMHz, 3600);
}

TEST(MachineState, ThermalThrottles) {
    const FakeMachine machine({0, 2});
    machine.write("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3\n");
    machine.write("sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "100\n");
    machine.write("sys/devices/system/cpu/cpu2/thermal_throttle/core_throttle_count", "4\n");
    EXPECT_EQ(read(machine).thermalThrottles, 7u);
}

TEST(MachineState, QuotasOfVersionTwoCountUpwards) {
    const FakeMachine machine;
    machine.write("proc/self/cgroup", "0::/user.slice/run\n");
    machine.write("sys/fs/cgroup/user.slice/run/cpu.stat", "usage_usec 5\nnr_periods 9\nnr_throttled 2\n");
    machine.write("sys/fs/cgroup/user.slice/cpu.stat", "nr_throttled 40\n");
    machine.write("sys/fs/cgroup/cpu.stat", "usage_usec 7\n");
    EXPECT_EQ(read(machine).cgroupThrottles, 42u);
    machine.write("proc/self/cgroup", "0::/docker/of-the-host\n");
    EXPECT_FALSE(read(machine).cgroupThrottles);
    machine.write("sys/fs/cgroup/cpu.stat", "nr_throttled 1\n");
    EXPECT_EQ(read(machine).cgroupThrottles, 1u) << "a container sees its own group as the root";
    machine.write("proc/self/cgroup", "0::/../../user.slice\n");
    EXPECT_FALSE(read(machine).cgroupThrottles);
}

TEST(MachineState, QuotasOfVersionOne) {
    for (const std::string mount : {"sys/fs/cgroup/cpu,cpuacct", "sys/fs/cgroup/cpu"}) {
        const FakeMachine machine;
        machine.write("proc/self/cgroup", "9:name=systemd:/\n4:cpuset:/x\n3:cpu,cpuacct:/jobs\n0::/\n");
        machine.write("sys/fs/cgroup/cpuset/x/cpu.stat", "nr_throttled 1000\n");
        machine.write(mount + "/jobs/cpu.stat", "nr_periods 0\nnr_throttled 6\nthrottled_time 0\n");
        EXPECT_EQ(read(machine).cgroupThrottles, 6u) << mount;
    }
}

TEST(MachineState, CpuTimesOfTheCpusThatMayBeUsed) {
    const FakeMachine machine({0, 2});
    const std::string others = "cpu  9 9 9 9 9 9 9 9 9 9\ncpu1 8 8 8 8 8 8 8 8 8 8\n";
    machine.write("proc/stat", others +
                                   "cpu0 100 20 30 7777 5555 4 6 50 90 0\ncpu2 200 0 0 0 0 0 0 25 0 0\n"
                                   "cpu20 1 1 1 1 1 1 1 1 1 1\n");
    EXPECT_DOUBLE_EQ(read(machine).busySeconds.value_or(-1), 3.6);
    EXPECT_DOUBLE_EQ(read(machine).stealSeconds.value_or(-1), 0.75);
    machine.write("proc/stat", others + "cpu0 100 20 30 7777 5555 4 6 50 90 0\n");
    EXPECT_FALSE(read(machine).busySeconds) << "a sum over fewer CPUs cannot be compared";
    machine.write("proc/stat", others + "cpu0 100 20 30 7777 5555 4 6 50 90 0\ncpu2 200 -5 0 0 0 0 0 25 0 0\n");
    EXPECT_FALSE(read(machine).busySeconds);
    machine.write("proc/stat", "cpu0 1 2 3 4\ncpu2 1 2 3 4\n");
    EXPECT_FALSE(read(machine).stealSeconds);
}

TEST(MachineState, TemperatureOfTheCpuNotOfTheBoard) {
    const FakeMachine machine;
    machine.write("sys/class/hwmon/hwmon0/name", "nvme\n");
    machine.write("sys/class/hwmon/hwmon0/temp1_input", "30000\n");
    EXPECT_FALSE(read(machine).cpuTemperatureC);
    machine.write("sys/class/hwmon/hwmon1/name", "k10temp\n");
    machine.write("sys/class/hwmon/hwmon1/temp1_input", "61500\n");
    EXPECT_EQ(read(machine).cpuTemperatureC, 61.5);
    machine.write("sys/class/thermal/thermal_zone0/type", "acpitz\n");
    machine.write("sys/class/thermal/thermal_zone0/temp", "27800\n");
    machine.write("sys/class/thermal/thermal_zone1/type", "x86_pkg_temp\n");
    machine.write("sys/class/thermal/thermal_zone1/temp", "72000\n");
    EXPECT_EQ(read(machine).cpuTemperatureC, 72);
    machine.write("sys/class/thermal/thermal_zone1/temp", "-274000\n");
    EXPECT_EQ(read(machine).cpuTemperatureC, 61.5) << "colder than can be";
}

TEST(MachineState, BatteryOfTheMachineNotOfItsMouse) {
    const FakeMachine machine;
    machine.write("sys/class/power_supply/AC/type", "Mains\n");
    machine.write("sys/class/power_supply/mouse/type", "Battery\n");
    machine.write("sys/class/power_supply/mouse/scope", "Device\n");
    machine.write("sys/class/power_supply/mouse/status", "Discharging\n");
    EXPECT_FALSE(read(machine).batteryDischarging);
    machine.write("sys/class/power_supply/BAT0/type", "Battery\n");
    machine.write("sys/class/power_supply/BAT0/status", "Charging\n");
    EXPECT_EQ(read(machine).batteryDischarging, false);
    machine.write("sys/class/power_supply/BAT0/status", "Discharging\n");
    EXPECT_EQ(read(machine).batteryDischarging, true);
}

TEST(MachineState, Gpus) {
    const MachineState state = readMachineState(FakeMachine().files(), Nvml(BITDESK_FAKE_NVML));
    ASSERT_EQ(state.gpus.size(), 2u);
    EXPECT_EQ(state.gpus[1].smClockMHz, 1411);
}

TEST(MachineState, HostileFilesAreUnreadable) {
    for (const std::string& text : test::hostileTexts()) {
        const FakeMachine machine;
        for (const char* path :
             {"proc/loadavg", "proc/stat", "proc/cpuinfo", "proc/self/cgroup", "proc/self/task/1/stat",
              "sys/fs/cgroup/cpu.stat", "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq",
              "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count",
              "sys/class/thermal/thermal_zone0/type", "sys/class/thermal/thermal_zone0/temp",
              "sys/class/power_supply/BAT0/type"})
            machine.write(path, text);
        const MachineState state = read(machine);
        EXPECT_FALSE(state.load1 || state.runnableOthers || state.reportedMHz || state.thermalThrottles ||
                     state.cgroupThrottles || state.busySeconds || state.cpuTemperatureC || state.batteryDischarging)
            << text.substr(0, 40);
    }
}

TEST(MachineState, ThisMachineIsPlausible) {
    const MachineState before = readMachineState({}, noGpu());
    const MachineState after = readMachineState({}, noGpu());
    ASSERT_TRUE(before.ownCpuSeconds && after.ownCpuSeconds);
    EXPECT_GE(*after.ownCpuSeconds, *before.ownCpuSeconds);
    EXPECT_GE(after.voluntarySwitches, before.voluntarySwitches);
    EXPECT_TRUE(before.load1 && before.busySeconds && before.runnableOthers) << "every Linux has these";
    EXPECT_GE(after.busySeconds, before.busySeconds);
#if defined(__x86_64__) || defined(__aarch64__)
    ASSERT_TRUE(after.effectiveMHz);
    EXPECT_GT(*after.effectiveMHz, 300);
    EXPECT_LT(*after.effectiveMHz, 10000);
#endif
}

}  // namespace
}  // namespace bitdesk
