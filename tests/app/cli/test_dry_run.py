#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dry run refuses what the run would refuse, in the same words and with the same exit code, and leaves nothing."""

import json
import os
import unittest

import night
from night import SAMPLE

DATA = ("--data", "fashion-mnist")


class DryRun(night.Night):
    def setUp(self):
        super().setUp()
        (self.path / "notdir").write_text("a file")

    def both(self, code, says, *words):
        """What the run and the dry run say alike."""
        told = [self.refused(code, [says], *words, *more).stderr for more in ((), ("--dry-run",))]
        self.assertEqual(*told)
        self.assertEqual(os.listdir(self.path), ["notdir"])

    def verbs(self, data="fashion-mnist", db="r.sqlite"):
        """Each verb that has a dry run and a database; without progress, which a dry run has none of."""
        more = ("--db", self.path / db, "--quiet")
        return {"sweep": ("sweep", SAMPLE, "--data", data, "--configs", 4, "--limit", 20, *more),
                "eval": ("eval", SAMPLE, "--data", data, "--bits", 4, "--limit", 20, *more),
                "profile": ("profile", SAMPLE, "--bits", 4, "--samples", 5, *more)}

    def test_a_database_that_cannot_be_made(self):
        for db in ("notdir/x", "/proc/x.sqlite"):
            for verb, words in self.verbs(db=db).items():
                with self.subTest(verb, db=db):
                    self.both(3, str(self.path / db), *words)
        for db in ("nowhere/x.sqlite", "notdir"):
            self.both(3, str(self.path / db), *self.verbs(db=db)["eval"])

    def test_a_device_or_backend_that_is_not_there(self):
        for verb, words in self.verbs().items():
            with self.subTest(verb):
                self.both(2, "'gpu' is no device", *words, "--device", "gpu")
        self.both(4, "--device cuda:7", *words, "--device", "cuda:7")
        self.both(2, "--backend nonsense", *words, "--backend", "nonsense")

    def test_data_that_is_not_there(self):
        for verb in ("sweep", "eval"):
            with self.subTest(verb):
                self.both(3, "nowhere", *self.verbs(data="nowhere")[verb])
        self.both(2, "--split", *self.verbs()["eval"], "--split", "all")

    def test_what_is_found_is_told(self):
        self.assertIn("on 20 images of", self.done(*self.verbs()["eval"], "--dry-run").stdout)
        self.assertEqual(os.listdir(self.path), ["notdir"])

    def test_training(self):
        out = self.path / "new.safetensors"
        for device, code in (("nonsense", 2), ("cuda:7", 4)):
            self.both(code, device, "train", "--network", "resnet14", *DATA, "--out", out, "--limit", 64, "--device", device,
                      "--quiet")


class DryBatch(night.Night):
    def both(self, code, place, **changes):
        sweep = {"model": str(SAMPLE), "data": "fashion-mnist", "limit": 20, "configurations": "4"}
        file = self.path / "night.json"
        file.write_text(json.dumps({"bitdesk_batch": 1, "db": "r.sqlite", "sweeps": [{**sweep, **changes.pop("sweep", {})}],
                                    **changes}))
        told = [self.refused(code, [f"{file}: {place}: "], "batch", file, "--quiet", *more).stderr
                for more in ((), ("--dry-run",))]
        self.assertEqual(*told)
        self.assertNotIn("--", told[0], "a file has keys, no options")
        self.assertEqual(os.listdir(self.path), ["night.json"])

    def test_what_is_wrong_is_told_of_its_key(self):
        self.both(2, "device", device="gpu")
        self.both(4, "device: cuda:7", device="cuda:7")
        self.both(3, "db", db="nowhere/x/r.sqlite")
        self.both(3, "db", db=str(SAMPLE))
        self.both(3, "sweeps[0].class_map", sweep={"class_map": "nomap.json"})

    def test_a_database_of_the_command_line_is_its_own(self):
        file = self.path / "night.json"
        file.write_text(json.dumps({"bitdesk_batch": 1, "sweeps": [{"model": str(SAMPLE), "data": "fashion-mnist",
                                                                    "limit": 20, "configurations": "4"}]}))
        told = self.refused(3, ["--db"], "batch", file, "--quiet", "--db", self.path / "nowhere/r.sqlite").stderr
        self.assertTrue(told.startswith(f"bitdesk: {self.path}/nowhere/r.sqlite: "), told)


if __name__ == "__main__":
    unittest.main()
