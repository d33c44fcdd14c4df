// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/control_groups.h"

#include <algorithm>
#include <optional>
#include <string>

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

}  // namespace bitdesk
