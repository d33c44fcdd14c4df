// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/machine_limits.h"

#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <thread>

#include "core/base/control_groups.h"
#include "core/base/error.h"

namespace bitdesk {
namespace {

using std::filesystem::path;

template <typename Number>
void takeLeast(std::optional<Number>& least, std::optional<Number> value) {
    if (value && (!least || *value < *least)) least = value;
}

std::optional<double> quotaOf(std::optional<double> quota, std::optional<double> period) {
    constexpr double kMost = 1e12;  // microseconds
    // −1 of version 1 means none.
    if (!quota || !period || *quota <= 0 || *quota > kMost || *period < 1 || *period > kMost) return std::nullopt;
    return *quota / *period;
}

/// "150000 100000", or "max 100000".
std::optional<double> quotaOfMax(const std::string& line) {
    const auto words = wordsOfLine(line);
    if (words.size() != 2) return std::nullopt;
    return quotaOf(numberFrom(words[0]), numberFrom(words[1]));
}

/// A number of bytes; nothing for "max", and for what no machine has, as version 1 writes where there is no limit.
std::optional<std::int64_t> bytesOf(std::string_view word) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 50;
    const auto bytes = countFrom(word);
    return bytes && *bytes > 0 && *bytes < kMost ? std::optional(static_cast<std::int64_t>(*bytes)) : std::nullopt;
}

/// Of all groups above as well, those that cannot be seen from here included.
std::optional<std::int64_t> hierarchicalLimit(const MachineFiles& files, const path& group) {
    const std::string text = readMachineFile(files, group / "memory.stat").value_or("");
    for (const std::string_view line : linesOf(text)) {
        const auto words = wordsOfLine(line);
        if (words.size() == 2 && words[0] == "hierarchical_memory_limit") return bytesOf(words[1]);
    }
    return std::nullopt;
}

/// A line "Key:   123 kB" of /proc/self/status in bytes.
std::optional<std::int64_t> statusBytes(const std::string& status, std::string_view key) {
    const auto words = wordsOfLine(valueOf(status, key));
    const auto kibibytes = words.size() == 2 && words[1] == "kB" ? countFrom(words[0]) : std::nullopt;
    return kibibytes && *kibibytes < (std::uint64_t{1} << 50)
               ? std::optional(static_cast<std::int64_t>(*kibibytes << 10))
               : std::nullopt;
}

std::optional<std::int64_t> resourceLimit(int which, std::int64_t otherUse) {
    rlimit limit{};
    if (getrlimit(static_cast<decltype(RLIMIT_AS)>(which), &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return std::nullopt;
    const auto most = static_cast<std::int64_t>(
        std::min<rlim_t>(limit.rlim_cur, static_cast<rlim_t>(std::numeric_limits<std::int64_t>::max())));
    return std::max<std::int64_t>(most - otherUse, 1);
}

/// Address space counts libraries and reserved stacks, too: what is left is for data.
std::optional<std::int64_t> shellLimit() {
    const std::string status = readMachineFile({}, "proc/self/status").value_or("");
    const std::int64_t size = statusBytes(status, "VmSize").value_or(0), own = anonymousBytes();
    std::optional<std::int64_t> least = resourceLimit(RLIMIT_AS, std::max<std::int64_t>(size - own, 0));
    const std::int64_t data = statusBytes(status, "VmData").value_or(0);
    takeLeast(least, resourceLimit(RLIMIT_DATA, std::max<std::int64_t>(data - own, 0)));
    return least;
}

}  // namespace

std::optional<double> cpuQuota(const MachineFiles& files) {
    std::optional<double> least;
    for (const path& group : controlGroupFolders(files, "cpu")) {
        takeLeast(least, quotaOfMax(firstLine(files, group / "cpu.max")));
        takeLeast(least, quotaOf(numberFrom(firstLine(files, group / "cpu.cfs_quota_us")),
                                 numberFrom(firstLine(files, group / "cpu.cfs_period_us"))));
    }
    return least;
}

std::optional<std::int64_t> memoryLimit(const MachineFiles& files) {
    std::optional<std::int64_t> least;
    for (const path& group : controlGroupFolders(files, "memory")) {
        for (const char* file : {"memory.max", "memory.high", "memory.limit_in_bytes"})
            takeLeast(least, bytesOf(firstLine(files, group / file)));
        takeLeast(least, hierarchicalLimit(files, group));
    }
    return least;
}

std::optional<std::int64_t> ownMemoryLimit() {
    static const std::optional<std::int64_t> kLimit = [] {
        std::optional<std::int64_t> least = memoryLimit();
        takeLeast(least, shellLimit());
        return least;
    }();
    return kLimit;
}

std::int64_t anonymousBytes(const MachineFiles& files) {
    return statusBytes(readMachineFile(files, "proc/self/status").value_or(""), "RssAnon").value_or(0);
}

std::optional<std::int64_t> usableMemory() {
    const std::int64_t pages = ::sysconf(_SC_PHYS_PAGES), pageBytes = ::sysconf(_SC_PAGESIZE);
    std::optional<std::int64_t> least = ownMemoryLimit();
    if (pages > 0 && pageBytes > 0) takeLeast(least, std::optional(pages * pageBytes));
    return least;
}

void requireMemory(std::int64_t bytes, const std::string& where, std::optional<std::int64_t> limit,
                   const MachineFiles& files) {
    constexpr std::int64_t kLittle = 1 << 24;  // not worth a look
    if (bytes < kLittle || !limit) return;
    const std::int64_t free = std::max<std::int64_t>(*limit - anonymousBytes(files), 0);
    if (bytes <= free) return;
    const auto mebibytes = [](std::int64_t size) { return std::to_string(size >> 20) + " MiB"; };
    throw Error(ErrorKind::Resource, where,
                "takes " + mebibytes(bytes) + " of memory at once; a memory limit of " + mebibytes(*limit) +
                    " leaves " + mebibytes(free),
                "Raise the limit (the container's, the batch system's --mem, or ulimit -v); image folders are read in "
                "parts and need less");
}

std::int64_t modestMemory(std::int64_t most) {
    constexpr std::int64_t kShare = 8;
    return std::min(most, usableMemory().value_or(most * kShare) / kShare);
}

std::optional<std::int64_t> fileSizeLimit() { return resourceLimit(RLIMIT_FSIZE, 0); }

int usableThreads() {
    static const std::optional<double> kQuota = cpuQuota();
    std::size_t threads = usableCpus().size();
    if (threads == 0) threads = std::thread::hardware_concurrency();
    if (kQuota) threads = std::min(threads, static_cast<std::size_t>(std::ceil(*kQuota)));
    return std::max(static_cast<int>(threads), 1);
}

}  // namespace bitdesk
