# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparison with peers, as far as it needs none of them: other CPUs, peers that saturate, progress."""

import contextlib
import io
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, os.path.join(os.environ["BITDESK_SOURCE"], "benchmarks/peers"))
import cpu  # noqa: E402
import timing  # noqa: E402

# As /proc/cpuinfo of a Zen 3, a Skylake-X, an Alder Lake and an Ice Lake begins; other flags left out.
CPUS = {"zen3": ("fpu avx avx2 fma", False, False), "skylake-x": ("fpu avx2 avx512f avx512bw", False, True),
        "alder lake": ("fpu avx2 avx_vnni", True, False), "ice lake": ("avx2 avx512f avx512_vnni", True, True)}


class Peers(unittest.TestCase):
    def test_a_cpu_is_known_by_its_flags(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "cpuinfo"
            for name, (flags, vnni, avx512) in CPUS.items():
                file.write_text(f"processor\t: 0\nmodel name\t: {name}\nflags\t\t: {flags}\nbugs\t\t: none\n")
                with self.subTest(name), mock.patch.dict(os.environ, BITDESK_CPUINFO=str(file)):
                    self.assertEqual((cpu.has_vnni(), cpu.has_avx512()), (vnni, avx512))
            with mock.patch.dict(os.environ, BITDESK_CPUINFO="/nowhere"):
                self.assertFalse(cpu.has_vnni())

    def test_a_peer_that_saturates_is_told_and_ends_nothing(self):
        self.assertEqual(cpu.verdict(0.0005, True), ("", True))
        self.assertEqual(cpu.verdict(0.051, True), (", 5.1% of its codes saturated", True))
        self.assertEqual(cpu.verdict(0.25, True), (", 25.0% of its codes saturated", True))
        self.assertEqual(cpu.verdict(0.9, True), (", 90.0% of its codes are wrong: not counted", False))
        self.assertEqual(cpu.verdict(0.051, False), (", 5.1% of its codes are wrong: not counted", False))

    def test_a_long_comparison_says_where_it_is(self):
        told = io.StringIO()
        contestants = [timing.Contestant(name, lambda: None) for name in ("peer", "ours")]
        with contextlib.redirect_stderr(told), mock.patch.object(timing, "TOLD_EVERY", 0):
            timing.interleave(contestants, 3, at_least=0)
        lines = told.getvalue().splitlines()
        self.assertEqual(lines[:2], ["first run of peer", "first run of ours"])
        self.assertEqual([line.split(",")[0] for line in lines[2::2]], ["round 1 of 3", "round 2 of 3", "round 3 of 3"])
        self.assertEqual([len(one.times) for one in contestants], [3, 3])


if __name__ == "__main__":
    unittest.main()
