// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/machine_limits.h"

#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

#include "core/base/error.h"

namespace bitdesk {
namespace {

using std::filesystem::path;

constexpr std::size_t kLongestLine = 4096;  // of a path that exists

bool lists(std::string_view words, std::string_view word) {
    return ("," + std::string(words) + ",").find("," + std::string(word) + ",") != std::string::npos;
}

/// A group of this process, as one line of /proc/self/cgroup names it: "0::/group" of version 2,
/// "3:cpu,cpuacct:/group" of version 1.
struct Group {
    std::string controllers;  ///< empty: version 2
    std::string group;        ///< "/jobs/17"
};

std::optional<Group> groupIn(std::string_view line) {
    const auto first = line.find(':');
    const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos || line.size() > kLongestLine) return std::nullopt;
    Group found{std::string(line.substr(first + 1, second - first - 1)), std::string(line.substr(second + 1))};
    // One outside of what this process can see has ".." in it, and its files are not here.
    if (!found.group.starts_with('/') || found.group.find("..") != std::string::npos) return std::nullopt;
    return found;
}

/// Where a hierarchy of groups can be seen.
struct Mount {
    path folder;       ///< relative to the files' root
    std::string root;  ///< the group that lies there, "/" for the topmost
};

/// Blanks of a path stand as "\040" in it.
std::string unescaped(std::string_view word) {
    std::string text(word);
    for (auto at = text.find("\\040"); at != std::string::npos; at = text.find("\\040", at + 1))
        text.replace(at, 4, " ");
    return text;
}

/// One line of /proc/self/mountinfo: "31 23 0:29 /docker/17 /sys/fs/cgroup/cpu ro,… - cgroup cgroup rw,cpu,cpuacct".
std::optional<Mount> mountIn(std::string_view line, const Group& group, std::string_view controller) {
    constexpr std::size_t kRoot = 3, kPlace = 4;
    const auto words = wordsOfLine(line);
    const auto dash = std::ranges::find(words, "-");
    if (line.size() > kLongestLine || words.end() - dash < 4 || dash - words.begin() <= static_cast<long>(kPlace))
        return std::nullopt;
    const bool fits =
        group.controllers.empty() ? dash[1] == "cgroup2" : dash[1] == "cgroup" && lists(dash[3], controller);
    const std::string place = unescaped(words[kPlace]);
    if (!fits || !place.starts_with('/')) return std::nullopt;
    return Mount{path(place.substr(1)), unescaped(words[kRoot])};
}

Mount mountOf(const MachineFiles& files, const Group& group, std::string_view controller) {
    const std::string text = readMachineFile(files, "proc/self/mountinfo").value_or("");
    for (const std::string_view line : linesOf(text))
        if (const auto found = mountIn(line, group, controller)) return *found;
    // Where the system does not tell, the usual places: beside mounts of version 1, version 2 has a folder of its own.
    std::vector<path> places{"sys/fs/cgroup/unified", "sys/fs/cgroup"};
    if (!group.controllers.empty())
        places = {path("sys/fs/cgroup") / group.controllers, path("sys/fs/cgroup") / controller};
    std::error_code code;
    const bool first = std::filesystem::is_directory(files.root / places.front(), code);
    return {first ? places.front() : places.back(), "/"};
}

/// The group from where the mount begins.
path below(const Mount& mount, const std::string& group) {
    if (mount.root == "/") return group.substr(1);
    if (group == mount.root) return {};
    if (group.starts_with(mount.root + "/")) return group.substr(mount.root.size() + 1);
    return group.substr(1);  // of another view: what is there of it will be found, the mount itself at least
}

}  // namespace

std::vector<path> controlGroupFolders(const MachineFiles& files, std::string_view controller) {
    const std::string text = readMachineFile(files, "proc/self/cgroup").value_or("");
    std::optional<Group> group;
    for (const std::string_view line : linesOf(text)) {
        const auto found = groupIn(line);
        if (!found) continue;
        // A controller is in one hierarchy only: one of version 1 where that has it.
        const bool version1 = lists(found->controllers, controller), version2 = found->controllers.empty();
        if (version1 || (version2 && !group)) group = found;
    }
    std::vector<path> folders;
    if (!group) return folders;
    const Mount mount = mountOf(files, *group, controller);
    for (path at = below(mount, group->group).lexically_normal();; at = at.parent_path()) {
        folders.push_back(at.empty() ? mount.folder : mount.folder / at);
        if (at.empty()) return folders;
    }
}

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
