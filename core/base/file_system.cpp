// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/file_system.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

namespace bitdesk {

std::string fileSystemOf(dev_t device, std::string_view mountInfo) {
    const std::string wanted = std::to_string(major(device)) + ":" + std::to_string(minor(device));
    std::istringstream lines{std::string(mountInfo)};
    for (std::string line; std::getline(lines, line);) {
        // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw
        std::istringstream words(line);
        std::string id, parent, number, word;
        words >> id >> parent >> number;
        if (number != wanted) continue;
        while (words >> word && word != "-") {
        }
        std::string type;
        words >> type;
        return type;
    }
    return {};
}

std::string fileSystemOf(const std::filesystem::path& path) {
    struct stat found = {};
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    if (::stat(path.c_str(), &found) != 0 && ::stat(folder.c_str(), &found) != 0) return {};
    std::ifstream file("/proc/self/mountinfo");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return fileSystemOf(found.st_dev, text);
}

bool isNetworkFileSystem(std::string_view type) {
    constexpr std::array<std::string_view, 34> kKnown{"nfs",
                                                      "nfs4",
                                                      "cifs",
                                                      "smb3",
                                                      "smbfs",
                                                      "ncpfs",
                                                      "afs",
                                                      "coda",
                                                      "9p",
                                                      "ceph",
                                                      "lustre",
                                                      "gpfs",
                                                      "beegfs",
                                                      "panfs",
                                                      "pvfs2",
                                                      "orangefs",
                                                      "ocfs2",
                                                      "gfs2",
                                                      "glusterfs",
                                                      "acfs",
                                                      "vboxsf",
                                                      "prl_fs",
                                                      "fuse.sshfs",
                                                      "fuse.rclone",
                                                      "fuse.s3fs",
                                                      "fuse.ceph",
                                                      "fuse.ceph-fuse",
                                                      "fuse.glusterfs",
                                                      "fuse.curlftpfs",
                                                      "fuse.gcsfuse",
                                                      "fuse.davfs",
                                                      "fuse.juicefs",
                                                      "fuse.mount-s3",
                                                      "fuse.vmhgfs-fuse"};
    return std::ranges::find(kKnown, type) != kKnown.end();
}

}  // namespace bitdesk
