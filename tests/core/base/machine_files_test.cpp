// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/machine_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "tests/core/base/fake_machine.h"

namespace bitdesk {
namespace {

using test::FakeMachine;

TEST(MachineFiles, OnlyRegularFilesAreRead) {
    const FakeMachine machine;
    machine.write("proc/text", "a\nb\n");
    machine.write("proc/folder/x", "");
    ASSERT_EQ(mkfifo((machine.files().root / "proc/pipe").c_str(), 0600), 0);
    int error = -1;
    EXPECT_EQ(readMachineFile(machine.files(), "proc/text", &error), "a\nb\n");
    EXPECT_EQ(error, 0);
    EXPECT_FALSE(readMachineFile(machine.files(), "proc/pipe", &error)) << "and nobody waits for a writer";
    EXPECT_EQ(error, EINVAL);
    EXPECT_FALSE(readMachineFile(machine.files(), "proc/folder", &error));
    EXPECT_EQ(error, EISDIR);
    EXPECT_FALSE(readMachineFile(machine.files(), "proc/missing", &error));
    EXPECT_EQ(error, ENOENT);
}

TEST(MachineFiles, EndlessFilesAreCut) {
    const FakeMachine machine;
    machine.write("proc/large", "x");
    std::filesystem::resize_file(machine.files().root / "proc/large", 64 << 20);
    EXPECT_EQ(readMachineFile(machine.files(), "proc/large").value_or("").size(), std::size_t{4} << 20);
}

TEST(MachineFiles, NumbersAreWholeWordsThatFit) {
    EXPECT_EQ(countFrom(" 18446744073709551615\n"), 18446744073709551615u);
    for (const char* text : {"", " ", "18446744073709551616", "-1", "+1", "1 2", "1x", "0x10", "1.5"})
        EXPECT_FALSE(countFrom(text)) << text;
    EXPECT_EQ(numberFrom("-1.5\n"), -1.5);
    for (const char* text : {"", "nan", "inf", "-inf", "1e999", "1,5", "1.5.2"}) EXPECT_FALSE(numberFrom(text)) << text;
}

TEST(MachineFiles, ValuesAreFoundByTheirWholeKey) {
    EXPECT_EQ(valueOf("VmHWMx:\t1\nVmHWM:\t 2 kB \nVmHWM: 3\n", "VmHWM"), "2 kB");
    EXPECT_EQ(valueOf("model name\t: A: B\n", "model name"), "A: B");
    EXPECT_EQ(valueOf("VmHWM 1\n", "VmHWM"), "");
}

TEST(MachineFiles, ThisThreadMayUseACpu) {
    const auto cpus = usableCpus();
    ASSERT_FALSE(cpus.empty());
    EXPECT_GE(cpus.front(), 0);
    EXPECT_TRUE(std::is_sorted(cpus.begin(), cpus.end()));
}

}  // namespace
}  // namespace bitdesk
