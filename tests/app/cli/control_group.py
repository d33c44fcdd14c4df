# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real control group with a limit on memory or CPUs, of version 1 or 2, for tests.

    with ControlGroup(memory=700 << 20, cpus=1.5) as group:
        subprocess.run(..., preexec_fn=group.enter)
"""

import contextlib
import os
import pathlib
import time

ROOT = pathlib.Path("/sys/fs/cgroup")
PERIOD = 100_000  # microseconds


def version1(controller):
    """The folder of the topmost group where a controller is one of version 1."""
    folder = ROOT / controller
    return folder if (folder / "cgroup.procs").exists() else None


def version2():
    for folder in (ROOT, ROOT / "unified"):
        if (folder / "cgroup.controllers").exists():
            return folder
    return None


def missing(controller="memory"):
    """Why no group can be made here; empty where one can."""
    try:
        with ControlGroup(**({"memory": 1 << 40} if controller == "memory" else {"cpus": 1})):
            return ""
    except OSError as problem:
        return f"no control group with a limit can be made here: {problem}"


class ControlGroup:
    def __init__(self, memory=None, cpus=None):
        self.name = f"bitdesk-test-{os.getpid()}"
        self.memory, self.cpus = memory, cpus
        self.folders = []

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            undo.callback(self._remove)
            if self.memory is not None:
                self._make("memory", {"memory.limit_in_bytes": self.memory}, {"memory.max": self.memory})
            if self.cpus is not None:
                quota = int(self.cpus * PERIOD)
                self._make("cpu", {"cpu.cfs_period_us": PERIOD, "cpu.cfs_quota_us": quota}, {"cpu.max": f"{quota} {PERIOD}"})
            undo.pop_all()
        return self

    def __exit__(self, *_):
        self._remove()

    def enter(self):
        """For preexec_fn: the child belongs to the group."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(os.getpid()))

    def _make(self, controller, limits1, limits2):
        top = version1(controller)
        limits = limits1
        if top is None:
            top, limits = version2(), limits2
            if top is None or controller not in (top / "cgroup.subtree_control").read_text().split():
                raise OSError(f"no controller {controller}")
        folder = top / self.name
        if folder not in self.folders:
            folder.mkdir()
            self.folders.append(folder)
        for file, value in limits.items():
            (folder / file).write_text(str(value))

    def _remove(self):
        for folder in self.folders:
            for _ in range(100):  # what ran in it may take a moment to be gone
                try:
                    folder.rmdir()
                    break
                except OSError:
                    time.sleep(0.05)
        self.folders = []
