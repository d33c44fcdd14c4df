#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line as scripts meet it: fields, exit codes, and one clear error for each bad input."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

BIN = os.environ["BITDESK_BIN"]
SAMPLE = os.path.join(os.environ["BITDESK_SOURCE"], "resources/models/fashion-mnist.safetensors")
EVAL = ("--data", "fashion-mnist", "--limit", "200", "--quiet", "--json", "-")


def run(*arguments):
    return subprocess.run([BIN, *map(str, arguments)], capture_output=True, text=True, timeout=300)


class Cli(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        self.db = self.path / "results.sqlite"

    def refused(self, code, mentions, *arguments):
        done = run(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        for text in mentions:
            self.assertIn(text, done.stderr)

    def evaluate(self, bits="4"):
        done = run("eval", SAMPLE, "--bits", bits, "--db", self.db, *EVAL)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_info_of_resnet18(self):
        done = run("info", "random:resnet18", "--json", "-")
        layers = json.loads(done.stdout)["layers"]
        self.assertEqual(len(layers), 19)

    def test_eval_is_stored_and_listed(self):
        found = self.evaluate()
        self.assertEqual(found["bits"], [4] * 14)
        self.assertEqual(found["total"], 200)
        self.assertAlmostEqual(found["accuracy"], found["correct"] / 200)
        self.assertEqual(self.evaluate()["id"], found["id"])
        listed = json.loads(run("db", "list", "--db", self.db, "--json", "-").stdout)["evaluations"]
        self.assertEqual([(row["id"], row["correct"], row["total"]) for row in listed],
                         [(found["id"], found["correct"], 200)])

    def test_usage(self):
        self.refused(2, ["--frobnicate"], "info", SAMPLE, "--frobnicate")

    def test_bad_bits(self):
        self.refused(3, ["5"], "eval", SAMPLE, "--bits", "5", "--db", self.db, *EVAL)
        mix = self.path / "mix.json"
        mix.write_text('{"no.such.layer": 4}')
        self.refused(3, ["no.such.layer", "mix.json"], "eval", SAMPLE, "--bits", f"@{mix}", "--db", self.db, *EVAL)

    def test_truncated_model(self):
        bad = self.path / "cut.safetensors"
        bad.write_bytes(pathlib.Path(SAMPLE).read_bytes()[:5000])
        self.refused(3, ["cut.safetensors"], "info", bad)
        self.refused(3, ["cut.safetensors"], "eval", bad, "--bits", "4", "--db", self.db, *EVAL)

    def test_missing_data(self):
        self.refused(3, ["/nowhere"], "eval", SAMPLE, "--bits", "4", "--data", "/nowhere", "--db", self.db)

    def test_data_of_another_shape(self):
        self.refused(3, ["resnet18"], "eval", "random:resnet18", "--bits", "4", "--db", self.db, *EVAL)

    def test_corrupt_database(self):
        self.db.write_text("x" * 5000)
        self.refused(3, ["results.sqlite"], "eval", SAMPLE, "--bits", "4", "--db", self.db, *EVAL)
        self.assertEqual(self.db.read_text(), "x" * 5000)

    def test_training_does_not_overwrite(self):
        out = self.path / "kept.safetensors"
        out.write_text("mine")
        self.refused(3, ["kept.safetensors"], "train", "--network", "resnet14", "--data", "fashion-mnist",
                     "--out", out, "--quiet")
        self.assertEqual(out.read_text(), "mine")


if __name__ == "__main__":
    unittest.main()
