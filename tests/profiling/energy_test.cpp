// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/energy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/core/base/fake_machine.h"
#include "tests/profiling/variable.h"

namespace bitdesk {
namespace {

using test::FakeMachine;
using test::Variable;

const Nvml& noGpu() {
    static const Nvml nvml("/nowhere/libnvidia-ml.so.1");
    return nvml;
}

void writeDomain(const FakeMachine& machine, const std::string& folder, const std::string& name,
                 const std::string& energy, const std::string& range = "262143328850\n") {
    const std::string path = "sys/class/powercap/" + folder;
    machine.write(path + "/name", name + "\n");
    machine.write(path + "/energy_uj", energy);
    if (!range.empty()) machine.write(path + "/max_energy_range_uj", range);
}

TEST(EnergyMeter, AddsThePackagesAndNothingTwice) {
    const FakeMachine machine;
    writeDomain(machine, "intel-rapl:0", "package-0", "1000000\n");
    writeDomain(machine, "intel-rapl:0:0", "core", "7\n");
    writeDomain(machine, "intel-rapl:1", "package-1", "5000000\n");
    writeDomain(machine, "intel-rapl:2", "psys", "7\n");
    writeDomain(machine, "intel-rapl-mmio:0", "package-0", "7\n");
    EnergyMeter meter("cpu", machine.files(), noGpu());
    EXPECT_EQ(meter.whyUnreadable(), "");
    EXPECT_FALSE(meter.stop()) << "it was not started";
    meter.start();
    for (const char* other : {"intel-rapl:0:0", "intel-rapl:2", "intel-rapl-mmio:0"})
        writeDomain(machine, other, other == std::string("intel-rapl:0:0") ? "core" : "psys", "900000000\n");
    writeDomain(machine, "intel-rapl:0", "package-0", "3500000\n");
    writeDomain(machine, "intel-rapl:1", "package-1", "5250000\n");
    const auto energy = meter.stop();
    ASSERT_TRUE(energy) << meter.whyUnreadable();
    EXPECT_DOUBLE_EQ(energy->joules, 2.75);
    EXPECT_EQ(energy->source, "RAPL package-0, package-1");
    EXPECT_FALSE(meter.stop()) << "one start, one stop";
}

TEST(EnergyMeter, TheCounterTurnsOver) {
    const FakeMachine machine;
    writeDomain(machine, "intel-rapl:0", "package-0", "9000000\n", "10000000\n");
    EnergyMeter meter("cpu", machine.files(), noGpu());
    meter.start();
    machine.write("sys/class/powercap/intel-rapl:0/energy_uj", "500000\n");
    const auto energy = meter.stop();
    ASSERT_TRUE(energy);
    EXPECT_DOUBLE_EQ(energy->joules, 1.5);
}

TEST(EnergyMeter, AFallingCounterWithoutARangeIsNoEnergy) {
    for (const char* range : {"", "many\n", "8000000\n"}) {
        const FakeMachine machine;
        writeDomain(machine, "intel-rapl:0", "package-0", "9000000\n", range);
        EnergyMeter meter("cpu", machine.files(), noGpu());
        meter.start();
        machine.write("sys/class/powercap/intel-rapl:0/energy_uj", "500000\n");
        EXPECT_FALSE(meter.stop());
        EXPECT_EQ(meter.whyUnreadable(), "energy: the counter of package-0 went backwards");
    }
}

TEST(EnergyMeter, SaysWhatIsMissing) {
    const FakeMachine machine;
    EnergyMeter meter("cpu", machine.files(), noGpu());
    EXPECT_EQ(meter.whyUnreadable(), "energy: no RAPL under /sys/class/powercap");
    meter.start();
    EXPECT_FALSE(meter.stop());
    EXPECT_EQ(EnergyMeter("cuda:0", machine.files(), noGpu()).whyUnreadable(),
              "energy: no NVIDIA driver: /nowhere/libnvidia-ml.so.1 cannot be loaded");
    EXPECT_EQ(EnergyMeter("tpu", machine.files(), noGpu()).whyUnreadable(),
              "energy: no counter is known for this kind of device");
}

/// Root may read everything; nobody may not.
class WithoutRights {
public:
    WithoutRights() : m_dropped(geteuid() == 0 && seteuid(65534) == 0) {}
    ~WithoutRights() {
        if (m_dropped && seteuid(0) != 0) std::abort();
    }
    WithoutRights(const WithoutRights&) = delete;
    WithoutRights& operator=(const WithoutRights&) = delete;

private:
    bool m_dropped;
};

TEST(EnergyMeter, SaysHowToBePermitted) {
    const FakeMachine machine;
    writeDomain(machine, "intel-rapl:0", "package-0", "1\n");
    const auto path = machine.files().root / "sys/class/powercap/intel-rapl:0/energy_uj";
    std::filesystem::permissions(path, std::filesystem::perms::none);
    std::filesystem::permissions(machine.files().root, std::filesystem::perms::all);
    const WithoutRights dropped;
    if (access(path.c_str(), R_OK) == 0 && geteuid() == getuid()) GTEST_SKIP() << "this user may read everything";
    EXPECT_EQ(EnergyMeter("cpu", machine.files(), noGpu()).whyUnreadable(),
              "energy: not permitted: run as root or give read access to /sys/class/powercap/intel-rapl:0/energy_uj");
}

TEST(EnergyMeter, HostileCountersAreUnreadable) {
    for (const std::string& text : test::hostileTexts()) {
        const FakeMachine machine;
        writeDomain(machine, "intel-rapl:0", "package-0", text, text);
        EnergyMeter meter("cpu", machine.files(), noGpu());
        EXPECT_EQ(meter.whyUnreadable(), "energy: /sys/class/powercap/intel-rapl:0/energy_uj holds no counter");
        meter.start();
        EXPECT_FALSE(meter.stop());
    }
}

TEST(EnergyMeter, ACounterThatGoesAwayGivesNoPart) {
    const FakeMachine machine;
    writeDomain(machine, "intel-rapl:0", "package-0", "1\n");
    writeDomain(machine, "intel-rapl:1", "package-1", "1\n");
    EnergyMeter meter("cpu", machine.files(), noGpu());
    meter.start();
    machine.remove("sys/class/powercap/intel-rapl:1");
    EXPECT_FALSE(meter.stop());
    EXPECT_NE(meter.whyUnreadable(), "");
}

class GpuEnergy : public testing::Test {
protected:
    std::string why(const char* device) const { return EnergyMeter(device, m_machine.files(), m_nvml).whyUnreadable(); }

    FakeMachine m_machine;
    Nvml m_nvml{BITDESK_FAKE_NVML};
    Variable m_visible{"CUDA_VISIBLE_DEVICES", nullptr};
    Variable m_order{"CUDA_DEVICE_ORDER", "PCI_BUS_ID"};
};

TEST_F(GpuEnergy, IsTheDifferenceOfTwoReadings) {
    for (const char* device : {"cuda", "cuda:0"}) {
        EnergyMeter meter(device, m_machine.files(), m_nvml);
        EXPECT_EQ(meter.whyUnreadable(), "");
        meter.start();
        const auto energy = meter.stop();
        ASSERT_TRUE(energy);
        EXPECT_DOUBLE_EQ(energy->joules, 1.5);
        EXPECT_EQ(energy->source, "NVML, Fake A100");
    }
}

TEST_F(GpuEnergy, SaysWhatIsMissing) {
    EXPECT_EQ(why("cuda:1"), "energy: Fake T4 does not count its energy");
    EXPECT_EQ(why("cuda:2"), "energy: NVML knows no GPU for cuda:2");
    EXPECT_EQ(why("cuda:-1"), "energy: no counter is known for this kind of device");
}

TEST_F(GpuEnergy, FollowsTheVisibleDevices) {
    const Variable visible("CUDA_VISIBLE_DEVICES", "1,0");
    EXPECT_EQ(why("cuda:0"), "energy: Fake T4 does not count its energy");
    EXPECT_EQ(why("cuda:1"), "");
    const Variable byName("CUDA_VISIBLE_DEVICES", "GPU-8932f937");
    EXPECT_EQ(why("cuda:0"), "energy: NVML knows no GPU for cuda:0");
}

TEST_F(GpuEnergy, DifferentGpusNeedOneOrder) {
    const Variable order("CUDA_DEVICE_ORDER", nullptr);
    EXPECT_NE(why("cuda:0").find("CUDA_DEVICE_ORDER=PCI_BUS_ID"), std::string::npos) << why("cuda:0");
}

}  // namespace
}  // namespace bitdesk
