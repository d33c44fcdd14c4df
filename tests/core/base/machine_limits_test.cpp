// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include "core/base/machine_limits.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/fake_machine.h"

namespace bitdesk {
namespace {

using test::FakeMachine;

constexpr std::int64_t kMebibyte = 1 << 20;

/// As Docker with version 2 shows it: a namespace of its own, so that the container's group is the root.
TEST(MachineLimits, OfAContainerWithVersion2) {
    const FakeMachine machine;
    machine.write("proc/self/cgroup", "0::/\n");
    machine.write("proc/self/mountinfo",
                  "1500 1498 0:28 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate\n");
    EXPECT_FALSE(cpuQuota(machine.files()));
    EXPECT_FALSE(memoryLimit(machine.files()));
    machine.write("sys/fs/cgroup/cpu.max", "150000 100000\n");
    machine.write("sys/fs/cgroup/memory.max", "734003200\n");
    machine.write("sys/fs/cgroup/memory.high", "max\n");
    EXPECT_DOUBLE_EQ(cpuQuota(machine.files()).value(), 1.5);
    EXPECT_EQ(memoryLimit(machine.files()), 700 * kMebibyte);
    machine.write("sys/fs/cgroup/memory.high", "524288000\n");
    EXPECT_EQ(memoryLimit(machine.files()), 500 * kMebibyte) << "beyond it the process is held up";
    machine.write("sys/fs/cgroup/cpu.max", "max 100000\n");
    machine.write("sys/fs/cgroup/memory.max", "max\n");
    machine.write("sys/fs/cgroup/memory.high", "max\n");
    EXPECT_FALSE(cpuQuota(machine.files()));
    EXPECT_FALSE(memoryLimit(machine.files()));
}

/// A service of systemd: limits of all slices above hold as well, and the least counts.
TEST(MachineLimits, AreTheLeastOfAllGroupsAbove) {
    const FakeMachine machine;
    machine.write("proc/self/cgroup", "0::/user.slice/user-1000.slice/night.service\n");
    machine.write("proc/self/mountinfo", "31 23 0:26 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw\n");
    const std::string slice = "sys/fs/cgroup/user.slice/", user = slice + "user-1000.slice/";
    machine.write(user + "night.service/cpu.max", "400000 100000\n");
    machine.write(user + "night.service/memory.max", "4294967296\n");
    machine.write(user + "cpu.max", "max 100000\n");
    machine.write(user + "memory.max", "1073741824\n");
    machine.write(slice + "cpu.max", "50000 200000\n");
    machine.write(slice + "memory.max", "max\n");
    EXPECT_DOUBLE_EQ(cpuQuota(machine.files()).value(), 0.25);
    EXPECT_EQ(memoryLimit(machine.files()), 1024 * kMebibyte);
}

/// As recorded on Debian with version 1, where every controller is a hierarchy of its own.
TEST(MachineLimits, OfVersion1) {
    const FakeMachine machine;
    machine.write("proc/self/cgroup",
                  "9:name=systemd:/\n4:memory:/jobs/17\n3:cpuset:/\n2:cpuacct:/x\n1:cpu:/jobs\n0::/\n");
    machine.write("proc/self/mountinfo",
                  "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
                  "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
                  "33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct\n"
                  "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
                  "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n");
    machine.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    machine.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    machine.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    machine.write("sys/fs/cgroup/memory/jobs/17/memory.limit_in_bytes", "9223372036854771712\n");
    EXPECT_FALSE(cpuQuota(machine.files()));
    EXPECT_FALSE(memoryLimit(machine.files())) << "no limit is a number, too";
    machine.write("sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us", "120000\n");
    machine.write("sys/fs/cgroup/cpu/jobs/cpu.cfs_period_us", "50000\n");
    machine.write("sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", "734003200\n");
    EXPECT_DOUBLE_EQ(cpuQuota(machine.files()).value(), 2.4);
    EXPECT_EQ(memoryLimit(machine.files()), 700 * kMebibyte);
}

/// A container without a namespace of groups: the path is the host's, and the mount begins in the midst of it. The
/// limits above it cannot be seen, but version 1 tells their least.
TEST(MachineLimits, OfAContainerThatSeesTheHostsPath) {
    const FakeMachine machine;
    machine.write("proc/self/cgroup", "5:memory:/docker/abc/run\n3:cpu,cpuacct:/docker/abc\n");
    machine.write("proc/self/mountinfo",
                  "70 60 0:29 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro,relatime - cgroup cgroup rw,cpu,cpuacct\n"
                  "71 60 0:30 /docker/abc /sys/fs/cgroup/mem\\040ory ro,relatime - cgroup cgroup rw,memory\n");
    machine.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "200000\n");
    machine.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    machine.write("sys/fs/cgroup/mem ory/memory.limit_in_bytes", "9223372036854771712\n");
    machine.write("sys/fs/cgroup/mem ory/run/memory.limit_in_bytes", "2147483648\n");
    machine.write("sys/fs/cgroup/mem ory/run/memory.stat", "cache 5\nhierarchical_memory_limit 536870912\n");
    EXPECT_DOUBLE_EQ(cpuQuota(machine.files()).value(), 2);
    EXPECT_EQ(memoryLimit(machine.files()), 512 * kMebibyte);
    // The same where mounts cannot be read: the usual places.
    machine.remove("proc/self/mountinfo");
    EXPECT_DOUBLE_EQ(cpuQuota(machine.files()).value(), 2);
}

TEST(MachineLimits, OfAGroupThatCannotBeSeenAreNotThoseOfAnother) {
    const FakeMachine machine;
    machine.write("proc/self/cgroup", "0::/../other\n");
    machine.write("sys/fs/cgroup/cpu.max", "10000 100000\n");
    machine.write("sys/fs/cgroup/memory.max", "1000000\n");
    EXPECT_FALSE(cpuQuota(machine.files()));
    EXPECT_FALSE(memoryLimit(machine.files()));
    EXPECT_TRUE(controlGroupFolders(machine.files(), "cpu").empty());
}

TEST(MachineLimits, TakeNothingFromNonsense) {
    for (const std::string& text : test::hostileTexts()) {
        const FakeMachine machine;
        machine.write("proc/self/cgroup", "0::/a\n");
        for (const char* file : {"cpu.max", "memory.max", "memory.high", "memory.limit_in_bytes", "memory.stat",
                                 "cpu.cfs_quota_us", "cpu.cfs_period_us"})
            machine.write(std::string("sys/fs/cgroup/a/") + file, text);
        machine.write("proc/self/status", "RssAnon: " + text);
        EXPECT_FALSE(cpuQuota(machine.files())) << text.substr(0, 40);
        EXPECT_FALSE(memoryLimit(machine.files())) << text.substr(0, 40);
        EXPECT_EQ(anonymousBytes(machine.files()), 0) << text.substr(0, 40);
        machine.write("proc/self/mountinfo", text);
        machine.write("proc/self/cgroup", text);
        EXPECT_FALSE(cpuQuota(machine.files())) << text.substr(0, 40);
    }
}

TEST(MachineLimits, OfThisProcessAreSane) {
    EXPECT_GE(usableThreads(), 1);
    ASSERT_TRUE(usableMemory());
    EXPECT_GT(*usableMemory(), 64 * kMebibyte);
    EXPECT_LE(modestMemory(10 * kMebibyte), 10 * kMebibyte);
    EXPECT_LE(modestMemory(std::int64_t{1} << 50), *usableMemory() / 8);
    EXPECT_GT(anonymousBytes(), 0);
    const FakeMachine machine;
    machine.write("proc/self/status", "Name:\tbitdesk\nVmRSS:\t   90000 kB\nRssAnon:\t    2048 kB\n");
    EXPECT_EQ(anonymousBytes(machine.files()), 2 * kMebibyte);
}

TEST(RequireMemory, RefusesWhatALimitDoesNotLeave) {
    const FakeMachine machine;
    machine.write("proc/self/status", "Name:\tbitdesk\nRssAnon:\t  307200 kB\nRssFile:\t  500000 kB\n");
    const auto need = [&](std::int64_t bytes, std::optional<std::int64_t> limit) {
        requireMemory(bytes, "images.npz", limit, machine.files());
    };
    EXPECT_NO_THROW(need(400 * kMebibyte, 700 * kMebibyte)) << "files' pages give way";
    test::expectError(ErrorKind::Resource,
                      {"images.npz", "takes 400 MiB", "a memory limit of 700 MiB leaves 400 MiB", "Raise the limit"},
                      [&] { need(400 * kMebibyte + 1, 700 * kMebibyte); });
    test::expectError(ErrorKind::Resource, {"leaves 0 MiB"}, [&] { need(20 * kMebibyte, 200 * kMebibyte); });
    EXPECT_NO_THROW(need(400 * kMebibyte, std::nullopt));
    EXPECT_NO_THROW(need(kMebibyte, 0)) << "little is not worth a look";
}

}  // namespace
}  // namespace bitdesk
