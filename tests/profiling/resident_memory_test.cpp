// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/resident_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "tests/core/base/fake_machine.h"

namespace bitdesk {
namespace {

using test::FakeMachine;

constexpr std::int64_t kMiB = 1 << 20;

/// Memory straight from the system, so that no allocator keeps it.
class Pages {
public:
    explicit Pages(std::int64_t bytes) : m_bytes(static_cast<std::size_t>(bytes)) {
        m_begin = mmap(nullptr, m_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (m_begin != MAP_FAILED) std::memset(m_begin, 1, m_bytes);
    }
    ~Pages() { munmap(m_begin, m_bytes); }
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

private:
    std::size_t m_bytes;
    void* m_begin;
};

TEST(ResidentMemory, ReadsTheTreeThatItIsGiven) {
    const FakeMachine machine;
    machine.write("proc/self/status", "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n");
    machine.write("proc/self/clear_refs", "");
    EXPECT_EQ(residentBytes(machine.files()), kMiB);
    const ResidentPeak peak(machine.files());
    EXPECT_EQ(peak.bytes(), 2 * kMiB);
    EXPECT_TRUE(peak.sinceReset());
    std::ifstream written(machine.files().root / "proc/self/clear_refs");
    EXPECT_EQ((std::ostringstream() << written.rdbuf()).str(), "5");
}

TEST(ResidentMemory, SaysWhenThePeakIsOlder) {
    const FakeMachine machine;
    machine.write("proc/self/status", "VmHWM:\t    2048 kB\n");
    const ResidentPeak peak(machine.files());
    EXPECT_FALSE(peak.sinceReset());
    EXPECT_EQ(peak.bytes(), 2 * kMiB);
    EXPECT_NE(std::string(peak.scope()).find("whole life"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(machine.files().root / "proc/self/clear_refs"));
    EXPECT_FALSE(residentBytes(machine.files()));
}

TEST(ResidentMemory, HostileFilesAreUnreadable) {
    for (const std::string& text : test::hostileTexts()) {
        const FakeMachine machine;
        machine.write("proc/self/status", text);
        EXPECT_FALSE(residentBytes(machine.files()));
        machine.write("proc/self/status", "VmRSS:\t" + text + " kB\n");
        EXPECT_FALSE(residentBytes(machine.files())) << text.substr(0, 40);
    }
    const FakeMachine machine;
    machine.write("proc/self/status", "VmRSS:\t18014398509481984 kB\n");
    EXPECT_FALSE(residentBytes(machine.files())) << "more than fits";
}

TEST(ResidentMemory, ThePeakOfThisProcessStartsAnew) {
    const auto before = residentBytes();
    ASSERT_TRUE(before);
    { const Pages large(32 * kMiB); }
    const ResidentPeak peak;
    if (!peak.sinceReset()) GTEST_SKIP() << "this system does not let a new peak begin";
    ASSERT_TRUE(peak.bytes());
    // Tolerances: the kernel's counters lag by some pages a CPU, and other code of this process may hold memory.
    EXPECT_LT(*peak.bytes(), *before + 16 * kMiB) << "what was given back before does not count";
    { const Pages small(24 * kMiB); }
    EXPECT_GT(*peak.bytes(), *before + 16 * kMiB);
    EXPECT_LT(*peak.bytes(), *before + 32 * kMiB);
}

}  // namespace
}  // namespace bitdesk
