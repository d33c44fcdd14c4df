#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told while packages are installed and the program is built: how far, how long, and every error."""

import io
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("BITDESK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
LIB = SOURCE / "installer/lib"
sys.path.insert(0, str(LIB))
from progress import Apt, Ninja, Progress, duration  # noqa: E402


class Told(unittest.TestCase):
    def setUp(self):
        self.now, self.out = 100.0, io.StringIO()

    def progress(self, source, in_place=False):
        return Progress(source, "building", self.out, in_place, lambda: self.now)

    def test_the_remaining_time_is_what_a_step_took_so_far_for_each_that_is_left(self):
        progress = self.progress(Ninja())
        self.now += 30
        self.assertEqual(progress.text(10, 40), "bitdesk: building: 10 of 40, 2 min left")
        self.assertEqual(progress.text(0, 40), "bitdesk: building: 0 of 40")
        self.assertEqual(progress.text(40, 40), "bitdesk: building: 40 of 40")

    def test_durations(self):
        self.assertEqual([duration(s) for s in (0, 45.4, 89, 91, 5300, 5400, 9000)],
                         ["1 s", "45 s", "89 s", "2 min", "88 min", "1 h 30 min", "2 h 30 min"])

    def test_a_log_gets_a_line_now_and_then_and_no_control_characters(self):
        progress = self.progress(Ninja())
        for step in range(1, 101):
            self.now += 1
            progress.take(f"[{step}/100] Building CXX object x.o\n")
        progress.close()
        lines = self.out.getvalue().splitlines()
        self.assertEqual([line.split(": ")[2].split(",")[0] for line in lines],
                         ["1 of 100", "21 of 100", "41 of 100", "61 of 100", "81 of 100", "100 of 100"])
        self.assertTrue(self.out.getvalue().replace("\n", "").isprintable())

    def test_a_terminal_gets_one_line_in_place(self):
        progress = self.progress(Ninja(), in_place=True)
        for step in (1, 2):
            self.now += 1
            progress.take(f"[{step}/4] Linking\n")
        progress.take("a warning\n")
        progress.close()
        self.assertEqual(self.out.getvalue(), "\rbitdesk: building: 1 of 4, 3 s left\033[K"
                                              "\rbitdesk: building: 2 of 4, 2 s left\033[K\na warning\n")

    def test_what_looking_for_new_files_costs_is_no_step(self):
        progress = self.progress(Ninja())
        progress.take("[0/2] Re-checking globbed directories...\n")
        self.assertEqual(self.out.getvalue(), "")

    def test_packages_are_fetched_unpacked_and_set_up(self):
        progress, self.out = self.progress(Apt()), io.StringIO()
        progress.out = self.out
        for line in ("0 upgraded, 2 newly installed, 0 to remove and 3 not upgraded.", "Need to get 12 kB of archives.",
                     "Get:1 http://mirror.example bookworm/main a 1 [6 kB]", "Get:2 http://mirror.example bookworm/main b 1 [6 kB]",
                     "Unpacking a (1) ...", "E: no space left", "Unpacking b (1) ...", "Setting up a (1) ...", "Setting up b (1) ..."):
            self.now += 20
            progress.take(line + "\n")
        said = self.out.getvalue().splitlines()
        self.assertEqual([line.split(": ")[2].split(",")[0] for line in said if line.startswith("bitdesk")],
                         [f"{n} of 6" for n in range(1, 7)])
        self.assertIn("E: no space left", said)


class Build(unittest.TestCase):
    """installer/lib/build.sh with a cmake of ours."""

    def build(self, script):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            (path / "build").mkdir()
            (path / "cmake").write_text("#!/bin/sh\n" + script)
            (path / "cmake").chmod(0o755)
            (path / "installer").symlink_to(SOURCE / "installer")
            return subprocess.run(
                ["bash", "-c", f". {LIB}/common.sh; . {LIB}/libtorch.sh; . {LIB}/build.sh; source_dir={folder}; torch_dir=x; "
                               "build release bitdesk; echo went on"],
                capture_output=True, text=True, env=dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}", BITDESK_CUDA="OFF"))

    def test_a_build_that_fails_shows_why_and_stops(self):
        done = self.build('[ "$1" = --preset ] && exit 0; echo "[1/2] Building"; echo "FAILED: x.o"; echo "x.cpp:1: error: no"; exit 1')
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        for text in ("building (release): 1 of 2", "FAILED: x.o", "x.cpp:1: error: no", "bitdesk: building failed"):
            self.assertIn(text, done.stderr)

    def test_a_build_that_cannot_be_configured_shows_why_and_stops(self):
        done = self.build('echo "CMake Error: no Qt"; exit 1')
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("CMake Error: no Qt", done.stderr)

    def test_a_build_that_succeeds_goes_on(self):
        done = self.build('[ "$1" = --preset ] || echo "[2/2] Linking"')
        self.assertEqual((done.returncode, done.stdout), (0, "went on\n"), done.stderr)
        self.assertIn("building (release): 2 of 2", done.stderr)


if __name__ == "__main__":
    unittest.main()
