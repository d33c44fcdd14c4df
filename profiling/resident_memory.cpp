// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/resident_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <limits>

namespace bitdesk {
namespace {

/// "VmRSS:     1234 kB" of /proc/self/status.
std::optional<std::int64_t> bytesOf(const MachineFiles& files, std::string_view key) {
    const std::string text = readMachineFile(files, "proc/self/status").value_or("");
    const auto words = wordsOfLine(valueOf(text, key));
    if (words.size() != 2 || words[1] != "kB") return std::nullopt;
    const auto kibibytes = countFrom(words[0]);
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max() / 1024;
    if (!kibibytes || *kibibytes > kMost) return std::nullopt;
    return static_cast<std::int64_t>(*kibibytes * 1024);
}

/// "5" makes the present size the peak (proc(5)); kernels without CONFIG_PROC_PAGE_MONITOR have no such file.
bool startPeak(const MachineFiles& files) {
    const auto path = files.root / "proc/self/clear_refs";
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return false;
    const bool written = ::write(file, "5", 1) == 1;
    ::close(file);
    return written;
}

}  // namespace

std::optional<std::int64_t> residentBytes(const MachineFiles& files) { return bytesOf(files, "VmRSS"); }

ResidentPeak::ResidentPeak(const MachineFiles& files) : m_files(files), m_sinceReset(startPeak(files)) {}

std::optional<std::int64_t> ResidentPeak::bytes() const { return bytesOf(m_files, "VmHWM"); }

const char* ResidentPeak::scope() const {
    return m_sinceReset ? "since the measurement began"
                        : "of the process's whole life: the system does not let a new peak begin";
}

}  // namespace bitdesk
