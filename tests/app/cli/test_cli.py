#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line as scripts meet it: fields, exit codes, and one clear error for each bad input."""

import csv
import io
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

BIN = os.environ["BITDESK_BIN"]
SAMPLE = os.path.join(os.environ["BITDESK_SOURCE"], "resources/models/fashion-mnist.safetensors")
EVAL = ("--data", "fashion-mnist", "--limit", "200", "--quiet", "--json", "-")


def run(*arguments, before=()):
    return subprocess.run([*before, BIN, *map(str, arguments)], capture_output=True, text=True, timeout=300)


# Root may write what is read-only; without this capability it may not.
UNPRIVILEGED = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()


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

    def listed(self):
        return json.loads(run("db", "list", "--db", self.db, "--json", "-").stdout)["evaluations"]

    def test_predictions_are_in_the_files_order_and_agree_with_eval(self):
        command = ("predict", SAMPLE, "--bits", "2", "--data", "fashion-mnist", "--quiet", "--json", "-")
        first = json.loads(run(*command, "--limit", "300", "--no-store").stdout)["predictions"]
        self.assertEqual(len(first), 300)
        found = json.loads(run(*command, "--db", self.db).stdout)
        self.assertEqual(len(found["predictions"]), 10000)
        self.assertEqual(found["predictions"][:300], first)
        row, = self.listed()
        self.assertEqual((row["id"], row["total"]), (found["id"], 10000))
        again = json.loads(run(*command, "--db", self.db, "--limit", "50").stdout)
        self.assertTrue(again["from_store"])
        self.assertEqual(again["predictions"], first[:50])

    def profile(self, backend):
        done = run("profile", SAMPLE, "--bits", "4", "--bits", "2,2,2,2,2,2,2,3,3,3,3,3,3,3", "--samples", "5",
                   "--backend", backend, "--db", self.db, "--quiet", "--json", "-")
        return json.loads(done.stdout)

    def test_profile_names_the_kernels_of_the_packed_runtime(self):
        for r in self.profile("packed")["runs"]:
            self.assertFalse(r["simulated"])
            for bits, layer in zip(r["bits"], [x for x in r["layers"] if x["requested_bits"] in (2, 3, 4)]):
                self.assertEqual(layer["requested_bits"], bits)
                self.assertIn(layer["executed_bits"], (bits, 8))
                self.assertIn("-", layer["kernel"])

    def test_info_tells_the_memory_of_a_ready_model(self):
        memory = json.loads(run("info", SAMPLE, "--memory", "--json", "-").stdout)["memory"]
        self.assertEqual(memory["backend"], "packed")
        self.assertGreater(memory["resident_bytes"], memory["packed_weight_bytes"])
        self.assertGreater(memory["packed_weight_bytes"], 100_000)
        self.assertEqual(len(memory["kernels"]), 2 + 3 * 14)

    def test_profile_says_that_bits_are_simulated(self):
        found = self.profile("reference")
        self.assertEqual([len(r["bits"]) for r in found["runs"]], [14, 14])
        self.assertIn("cpu", json.dumps(found["environment"]).lower())
        for r in found["runs"]:
            self.assertTrue(r["simulated"])
            self.assertEqual(set(r["latency_ms"]), {"median", "q1", "q3", "n"})
            layers = {layer["name"]: layer for layer in r["layers"]}
            self.assertEqual(layers["stage1.block1.conv1"]["requested_bits"], r["bits"][0])
            self.assertEqual({layer["executed_bits"] for layer in r["layers"]}, {32})

    def test_csv_has_a_row_a_mix(self):
        done = run("eval", SAMPLE, "--bits", "4", "--bits", "2", "--data", "fashion-mnist", "--limit", "50", "--quiet",
                   "--no-store", "--csv", "-")
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([row["bits"] for row in rows], [",".join("4" * 14), ",".join("2" * 14)])

    def test_interrupted_leaves_what_is_finished_and_goes_on(self):
        self.evaluate("4")
        command = [BIN, "eval", SAMPLE, "--bits", "3", "--data", "fashion-mnist", "--db", self.db, "--batch", "8",
                   "--backend", "reference"]  # slow enough to be caught in the middle
        for stop, code in ((signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)):
            with self.subTest(stop), subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
                self.assertIn("3,3", process.stderr.readline())  # the first line of progress: it is in the middle
                process.send_signal(stop)
                process.communicate(timeout=30)
                self.assertEqual(process.returncode, code)
                self.assertEqual([row["bits"][0] for row in self.listed()], [4])
        self.assertEqual(run("db", "check", "--db", self.db).returncode, 0)
        self.evaluate("3")
        self.assertEqual([row["bits"][0] for row in self.listed()], [3, 4])

    def test_two_processes_write_at_once(self):
        mixes = ["4", "3", "2", "2,2,2,2,2,2,2,4,4,4,4,4,4,4"]
        running = [subprocess.Popen([BIN, "eval", SAMPLE, "--bits", m, "--db", self.db, "--threads", "1", *EVAL],
                                    stdout=subprocess.DEVNULL) for m in mixes * 2]
        self.assertEqual([process.wait(timeout=300) for process in running], [0] * 8)
        self.assertEqual(len(self.listed()), 4)

    def test_training_interrupted_is_resumable(self):
        out = self.path / "small.safetensors"
        command = [BIN, "train", "--network", "resnet14", "--data", "fashion-mnist", "--out", out, "--limit", "256",
                   "--float-epochs", "50", "--batch", "32"]
        with subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True) as process:
            self.assertIn("epoch 1 of 50", process.stderr.readline())
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            _, progress = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertIn("--resume", progress)
        self.assertFalse(out.exists())
        self.assertTrue(out.with_name(out.name + ".ckpt").exists())

    def test_usage(self):
        self.refused(2, ["--frobnicate"], "info", SAMPLE, "--frobnicate")
        self.refused(2, ["bogus"], "bogus")
        self.refused(2, ["MODEL"], "info")
        self.refused(2, ["--limit"], "eval", SAMPLE, "--bits", "4", "--data", "fashion-mnist", "--limit", "-5")
        self.refused(2, ["imagined"], "eval", SAMPLE, "--bits", "4", "--backend", "imagined", "--db", self.db, *EVAL)
        self.refused(2, ["--csv"], "eval", SAMPLE, "--bits", "4", "--csv", "-", "--db", self.db, *EVAL)
        self.refused(3, ["MODEL"], "info", "")
        self.refused(3, ["--data"], "eval", SAMPLE, "--bits", "4", "--data", "", "--db", self.db)

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

    def test_read_only_database(self):
        self.evaluate("4")
        before = self.db.read_bytes()
        for file in self.path.iterdir():
            file.chmod(0o444)
        self.path.chmod(0o555)
        self.addCleanup(self.path.chmod, 0o755)
        done = run("eval", SAMPLE, "--bits", "3", "--db", self.db, *EVAL, before=UNPRIVILEGED)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("results.sqlite", done.stderr)
        self.assertIn("permission", done.stderr)
        self.assertEqual(self.db.read_bytes(), before)

    def test_output_that_cannot_be_written_is_told_before_the_work(self):
        begin = time.monotonic()
        self.refused(4, ["/nowhere/result.json"], "eval", SAMPLE, "--bits", "4", "--data", "fashion-mnist",
                     "--db", self.db, "--json", "/nowhere/result.json")
        self.assertLess(time.monotonic() - begin, 5)
        self.assertFalse(self.db.exists())

    def test_results_do_not_replace_inputs(self):
        model = self.path / "model.safetensors"
        model.write_bytes(pathlib.Path(SAMPLE).read_bytes())
        self.refused(2, ["model.safetensors"], "info", model, "--json", model)
        self.evaluate("4")
        before = self.db.read_bytes()
        self.refused(2, ["results.sqlite"], "eval", model, "--bits", "4", "--data", "fashion-mnist", "--db", self.db,
                     "--csv", self.db)
        both = self.path / "both"
        self.refused(2, ["same file"], "eval", model, "--bits", "4", "--data", "fashion-mnist", "--json", both,
                     "--csv", both)
        self.assertEqual(model.read_bytes(), pathlib.Path(SAMPLE).read_bytes())
        self.assertEqual(self.db.read_bytes(), before)

    def test_missing_device(self):
        self.refused(4, ["cuda:7"], "eval", SAMPLE, "--bits", "4", "--device", "cuda:7", "--db", self.db, *EVAL)

    def test_training_does_not_overwrite(self):
        out = self.path / "kept.safetensors"
        out.write_text("mine")
        self.refused(3, ["kept.safetensors"], "train", "--network", "resnet14", "--data", "fashion-mnist",
                     "--out", out, "--quiet")
        self.assertEqual(out.read_text(), "mine")


if __name__ == "__main__":
    unittest.main()
