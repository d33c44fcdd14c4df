# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small file system of its own, for what happens when a disk is full.

    with SmallDisk(64) as folder:
        fill(folder)
"""

import errno
import os
import pathlib
import subprocess
import tempfile
import unittest

from patience import patience


class SmallDisk:
    """An empty disk of `kib` KiB (whole pages of memory, 4 KiB as a rule) at a temporary folder; needs root."""

    def __init__(self, kib):
        self.kib = kib

    def __enter__(self):
        if os.geteuid() != 0:
            raise unittest.SkipTest("mounting a file system needs root")
        self.folder = tempfile.TemporaryDirectory()
        done = mount("mount", "-t", "tmpfs", "-o", f"size={self.kib}k,mode=700", "tmpfs", self.folder.name)
        if done.returncode != 0:
            self.folder.cleanup()
            raise unittest.SkipTest(f"no file system can be mounted here: {done.stderr.strip()}")
        return pathlib.Path(self.folder.name)

    def __exit__(self, *_):
        done = mount("umount", self.folder.name)
        if done.returncode != 0:  # a process still uses it; the mount goes with the last use
            mount("umount", "--lazy", self.folder.name)
        self.folder.cleanup()
        if done.returncode != 0:
            raise RuntimeError(f"the disk was still in use: {done.stderr.strip()}")


def mount(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=patience(60))


def fill(folder, leave=0):
    """Leaves `leave` bytes free, rounded down to whole blocks; returns the file that takes up the rest."""
    path = pathlib.Path(folder) / "filler"
    with open(path, "ab", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError as problem:
            if problem.errno != errno.ENOSPC:
                raise
    os.truncate(path, max(0, path.stat().st_size - leave // 4096 * 4096))
    return path
