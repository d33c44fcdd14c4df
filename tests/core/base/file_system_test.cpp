// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/files.h"

#include <gtest/gtest.h>
#include <sys/sysmacros.h>

namespace bitdesk {
namespace {

// From machines: proc(5)'s example; a container; an NFS mount and one of sshfs.
constexpr const char* kMounts =
    "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n"
    "1 2 0:31 / / rw,relatime - overlay overlay rw,lowerdir=a:b\n"
    "612 29 0:55 / /home/me/far\\040away rw,nosuid,nodev shared:331 master:7 - fuse.sshfs me@far: rw,user_id=1000\n"
    "700 29 0:56 / /data rw - nfs4 server:/data rw,vers=4.2\n"
    "short line\n";

TEST(FileSystem, IsReadFromTheMounts) {
    EXPECT_EQ(fileSystemOf(makedev(98, 0), kMounts), "ext3");
    EXPECT_EQ(fileSystemOf(makedev(0, 31), kMounts), "overlay");
    EXPECT_EQ(fileSystemOf(makedev(0, 55), kMounts), "fuse.sshfs");
    EXPECT_EQ(fileSystemOf(makedev(0, 56), kMounts), "nfs4");
    EXPECT_EQ(fileSystemOf(makedev(0, 57), kMounts), "");
    EXPECT_EQ(fileSystemOf(makedev(0, 57), ""), "");
}

TEST(FileSystem, OfThisMachine) {
    EXPECT_EQ(fileSystemOf("/proc/self/status"), "proc");
    EXPECT_EQ(fileSystemOf("/proc/self/nothing of this name"), "proc");  // where it would be made
    EXPECT_EQ(fileSystemOf("/no/such/folder/file"), "");
}

TEST(FileSystem, KnowsThoseOfSeveralMachines) {
    for (const char* type : {"nfs", "nfs4", "cifs", "smb3", "lustre", "gpfs", "beegfs", "ceph", "9p", "fuse.sshfs"})
        EXPECT_TRUE(isNetworkFileSystem(type)) << type;
    for (const char* type : {"ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuse.fuse-overlayfs", "fuseblk", ""})
        EXPECT_FALSE(isNetworkFileSystem(type)) << type;
}

}  // namespace
}  // namespace bitdesk
