#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of a container, under real control groups: threads, workers and memory follow them, and the output says so."""

import json
import os
import re
import resource
import sys
import unittest

import numpy

import control_group
import night
from night import SAMPLE

MEBIBYTE = 1 << 20
NO_MEMORY = control_group.missing("memory")
NO_CPUS = control_group.missing("cpu")


def lowest(limit):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


class Limits(night.Night):
    def images(self, count=8, classes=1000):
        """A small set for networks of ImageNet: every class has one image at least, most of them tiny."""
        file = self.path / "images.npz"
        shape = (classes, 64, 64, 3)
        numpy.savez(file, x_test=numpy.random.default_rng(1).integers(0, 256, shape, dtype=numpy.uint8),
                    y_test=numpy.arange(classes, dtype=numpy.int64))
        return file

    def network(self):
        """ResNet-18 for images of 64 × 64: as many weights, fewer values."""
        file = self.path / "network.json"
        if not file.exists():
            self.done("new-model", "resnet18", "--input", "64,64,3", "--out", file)
        return f"random:{file}"

    def words(self, *more, batch=8):
        return ("sweep", self.network(), "--data", self.images(), "--configs", "random:3", "--limit", 8, "--batch", batch,
                "--db", self.path / "r.sqlite", "--quiet", *more)

    @unittest.skipIf(NO_MEMORY, NO_MEMORY)
    def test_a_sweep_has_as_many_workers_as_fit(self):
        words = self.words("--threads", 4, "--json", "-")
        whole = json.loads(self.done(*words).stdout)
        self.assertEqual((whole["workers"], whole["workers_note"]), (3, ""))
        rows = night.rows(self.path / "r.sqlite")
        (self.path / "r.sqlite").unlink()
        with control_group.ControlGroup(memory=350 * MEBIBYTE) as group:
            found = json.loads(self.done(*words, preexec_fn=group.enter).stdout)
        self.assertIn(found["workers"], (1, 2))
        self.assertRegex(found["workers_note"], rf"^{found['workers']} workers? instead of 3: a memory limit of 350 MiB")
        self.assertEqual(night.rows(self.path / "r.sqlite"), rows)

    @unittest.skipIf(NO_MEMORY, NO_MEMORY)
    def test_a_sweep_that_does_not_fit_is_refused_before_it_begins(self):
        with control_group.ControlGroup(memory=400 * MEBIBYTE) as group:
            told = self.refused(4, ["memory limit of 400 MiB", "one worker needs up to", "free are"],
                                *self.words(batch=1000), preexec_fn=group.enter).stderr
            self.assertEqual(night.rows(self.path / "r.sqlite"), [])
            batch = re.search(r"Say --batch (\d+)", told)[1]
            self.done(*self.words(batch=batch), preexec_fn=group.enter)  # what it says to type works

    @unittest.skipIf(NO_MEMORY, NO_MEMORY)
    def test_arrays_that_do_not_fit_are_refused_instead_of_killed(self):
        file = self.path / "large.npz"
        pixels = numpy.random.default_rng(1).integers(0, 256, (5000, 64, 64, 3), dtype=numpy.uint8)
        numpy.savez(file, x_test=pixels, y_test=numpy.arange(5000) % 10)
        for limit in (215, 255):  # LibTorch takes 180 MiB; neither the file, nor the file and its pixels have room
            with control_group.ControlGroup(memory=limit * MEBIBYTE) as group:
                self.refused(4, ["large.npz", "takes 58 MiB", f"a memory limit of {limit} MiB leaves", "Raise the limit"],
                             "data", file, preexec_fn=group.enter)
        with control_group.ControlGroup(memory=400 * MEBIBYTE) as group:
            self.assertIn("5000", self.done("data", file, preexec_fn=group.enter).stdout)

    def test_a_shells_limit_is_one(self):
        info = ("info", SAMPLE, "--memory", "--json", "-", "--threads", 1)
        free = json.loads(self.done(*info).stdout)["memory"]["prefix_budget_bytes"]
        bound = json.loads(self.done(*info, preexec_fn=lowest(6 << 30)).stdout)["memory"]["prefix_budget_bytes"]
        self.assertLess(bound, (6 << 30) // 8)
        self.assertLess(bound, free)

    @unittest.skipIf(NO_CPUS, NO_CPUS)
    def test_a_quota_bounds_threads_and_stands_beside_timings(self):
        words = ("profile", SAMPLE, "--bits", 4, "--samples", 5, "--no-store", "--quiet", "--json", "-")
        cpus = len(os.sched_getaffinity(0))
        for quota, threads in ((0.5, 1), (1.5, min(2, cpus))):
            with control_group.ControlGroup(cpus=quota) as group:
                found = json.loads(self.done(*words, preexec_fn=group.enter).stdout)
            self.assertEqual(found["environment"]["cpu_quota"], quota)
            self.assertEqual(found["runs"][0]["threads"], threads)
            if quota < cpus:
                self.assertIn(f"a CPU quota gives this container {quota} of {cpus} CPUs",
                              " ".join(found["environment"]["warnings"]))
        self.assertIsNone(json.loads(self.done(*words).stdout)["environment"]["cpu_quota"])


if __name__ == "__main__":
    if NO_MEMORY and NO_CPUS:
        print(f"{NO_MEMORY}; {NO_CPUS}")
        sys.exit(77)
    unittest.main()
