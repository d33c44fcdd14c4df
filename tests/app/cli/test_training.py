#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trainings on the command line: signals in the middle of an epoch, what is checked before the first step, figures of
epochs against whole parts, divergence, and how a training goes on. NumPy and the safetensors package say what is right."""

import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import unittest

import numpy
from safetensors import safe_open
from safetensors.numpy import load_file

import starter
from patience import patience

BIN = os.environ["BITDESK_BIN"]


def epochs(*each):
    return sum(zip(("--float-epochs", "--stage1-epochs", "--stage2-epochs", "--stage3-epochs"), map(str, each)), ())


SHORT = epochs(1, 1, 1, 1)


def run(*arguments, code=0):
    done = starter.run([BIN, *map(str, arguments)], capture_output=True, text=True, timeout=patience(300))
    if done.returncode != code:
        raise AssertionError(f"exit code {done.returncode}, not {code}: {done.stderr[-2000:]}")
    return done


def pictures(labels, seed=1):
    """6×6 pictures; classes 0 and 1 are dark and bright, all others the same noise."""
    random = numpy.random.default_rng(seed)
    images = random.integers(0, 120, (len(labels), 6, 6))
    images += numpy.where(labels == 1, 130, numpy.where(labels == 0, 0, 65))[:, None, None]
    return images.astype(numpy.uint8)


class Training(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = pathlib.Path(cls.folder.name)
        random = numpy.random.default_rng(5)
        cls.labels = {"train": random.integers(0, 4, 1600), "val": numpy.arange(4000) // 1000, "test": numpy.arange(200) % 4}
        cls.network = cls.path / "net.json"
        run("new-model", "mlp", "--input", "6,6,1", "--classes", "4", "--out", cls.network)
        cls.network.write_text(cls.network.read_text().replace("512", "16"))
        cls.data = cls.save("all.npz", "train", "val", "test")

    @classmethod
    def save(cls, name, *parts, **labels):
        known = {**cls.labels, **labels}
        numpy.savez(cls.path / name, **{f"x_{part}": pictures(known[part], i) for i, part in enumerate(parts)},
                    **{f"y_{part}": known[part] for part in parts})
        return cls.path / name

    def command(self, out, *options, data=None):
        return ["train", "--network", self.network, "--data", data or self.data, "--out", self.path / out, "--threads", "1",
                "--batch", "16", *map(str, options)]

    def stopped(self, stop, at, *command):
        """Sends a signal once a line of progress has `at`; what is on standard error after the end."""
        with subprocess.Popen([BIN, *map(str, command)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
            lines = []
            for line in process.stderr:
                lines.append(line)
                if re.search(at, line):
                    process.send_signal(stop)
                    break
            rest = process.communicate(timeout=patience(120))[1]
        return process.returncode, "".join(lines) + rest

    def same(self, first, second):
        a, b = load_file(self.path / first), load_file(self.path / second)
        self.assertEqual(a.keys(), b.keys())
        for name in a:
            numpy.testing.assert_array_equal(a[name], b[name], name)

    def test_signals_in_the_middle_lose_no_step(self):
        run(*self.command("whole.safetensors", *SHORT))
        command = self.command("cut.safetensors", *SHORT)
        checkpoint = self.path / "cut.safetensors.ckpt"
        places = ((signal.SIGTERM, "^float, epoch 1 of 1, step 50 of 100", "0"), (signal.SIGUSR1, "^stage I, .* step 50 of 100", "1"),
                  (signal.SIGINT, "^stage III, .* step 50 of 100", "3"), (signal.SIGHUP, "^calibration", "4"))
        for stop, place, stage in places:
            with self.subTest(stop):
                code, said = self.stopped(stop, place, *command)
                self.assertEqual(code, 130, said)
                self.assertIn("--resume", said)
                self.assertFalse((self.path / "cut.safetensors").exists())
                with safe_open(checkpoint, "np") as kept:
                    where = kept.metadata()
                    self.assertTrue(all(numpy.isfinite(kept.get_tensor(name)).all() for name in kept.keys()))
                self.assertEqual(where["stage"], stage)
                if stage != "4":
                    self.assertGreaterEqual(int(where["step"]), 50)
                command = self.command("cut.safetensors", *SHORT, "--resume")
        run(*command)
        self.same("whole.safetensors", "cut.safetensors")

    def test_a_kill_costs_what_came_after_the_last_checkpoint(self):
        command = self.command("killed.safetensors", *SHORT, "--checkpoint-minutes", "0")
        code, _ = self.stopped(signal.SIGKILL, "^stage II, .* step 50 of 100", *command)
        self.assertEqual(code, -9)
        with safe_open(self.path / "killed.safetensors.ckpt", "np") as kept:
            self.assertEqual(kept.metadata()["stage"], "2")
            self.assertGreaterEqual(int(kept.metadata()["step"]), 49)
        run(*command, "--resume")
        run(*self.command("whole2.safetensors", *SHORT))
        self.same("whole2.safetensors", "killed.safetensors")

    def test_epochs_are_judged_by_a_sample_of_all_val(self):
        """Half of val can be told apart, the other half is noise: 75 % at best, whatever the order."""
        orders = {"up": numpy.arange(4000) // 1000, "down": 3 - numpy.arange(4000) // 1000,
                  "noise first": numpy.repeat([2, 3, 0, 1], 1000)}
        for name, labels in orders.items():
            with self.subTest(name):
                data, out = self.save(f"{name}.npz", "train", "val", "test", val=labels), self.path / f"{name}.safetensors"
                done = run(*self.command(out.name, *epochs(1, 1, 1, 2), data=data), "--json", "-")
                said, baseline = done.stderr, json.loads(done.stdout)["provenance"]["float_baseline_accuracy"]
                self.assertEqual(said.count("(val, 2000 of 4000 images)"), 5)
                lines = [line for line in said.splitlines() if "(val, 2000 of 4000" in line]
                right = {}
                for width in (2, 3, 4):
                    found = json.loads(run("predict", out, "--data", data, "--split", "val", "--bits", width, "--no-store",
                                           "--quiet", "--json", "-").stdout)["predictions"]
                    right[f"{width} bits"] = 100 * numpy.mean(numpy.array(found) == labels)
                right["mixes"] = numpy.mean(list(right.values()))
                shown = dict(re.findall(r"(\d bits|mixes) ([\d.]+) %", lines[-1]))
                self.assertEqual(shown.keys(), right.keys())
                for what, percent in shown.items():
                    self.assertAlmostEqual(float(percent), right[what], delta=6 if what == "mixes" else 4)
                whole = 100 * float(re.match(r"val ([\d.]+) of 4000", baseline)[1])
                self.assertAlmostEqual(float(re.search(r"float ([\d.]+) %", lines[0])[1]), whole, delta=3)
                self.assertLess(whole, 77)

    def test_a_dry_run_opens_everything(self):
        good = self.command("dry.safetensors", "--dry-run")
        said = run(*good).stdout
        for part in ("1600 training images, 4000 of val, 200 of test", "100 steps of 16 images", "4 classes", "dry.safetensors.ckpt"):
            self.assertIn(part, said)
        self.assertEqual([file.name for file in self.path.iterdir() if file.name.startswith("dry")], [])
        wrong = self.save("shape.npz", "train", "val", "test")
        with numpy.load(wrong) as arrays:
            numpy.savez(wrong, **{**arrays, "x_test": numpy.zeros((200, 7, 7), numpy.uint8)})
        five = self.save("five.npz", "train", "val", "test", train=numpy.arange(1600) % 5)
        for code, said, options in ((2, "'nosuch'", ("--network", "nosuch", "--data", "/nowhere")),
                                    (3, "/nowhere", ("--network", "mlp", "--data", "/nowhere")),
                                    (3, "images of its test part are 7×7×1", ("--network", "mlp", "--data", wrong)),
                                    (3, "4 classes, the data set has 5", ("--network", self.network, "--data", five)),
                                    (3, "1 training image", ("--network", "mlp", "--data", self.data, "--limit", "1")),
                                    (4, "/nowhere/m", ("--network", "mlp", "--data", self.data, "--out", "/nowhere/m"))):
            with self.subTest(said):
                done = run("train", "--out", self.path / "dry.safetensors", "--dry-run", *options, code=code) if code != 4 else \
                    run("train", "--dry-run", *options, code=code)
                self.assertIn(said, done.stderr)
                self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1))

    def test_without_a_test_part(self):
        data = self.save("kaggle.npz", "train")
        command = self.command("kaggle.safetensors", *SHORT, data=data)
        self.assertIn("There is no test part", run(*command, "--dry-run").stdout)
        code, said = self.stopped(signal.SIGTERM, "^stage II, .* step 50", *command)
        self.assertEqual(code, 130)
        self.assertIn("There is no test part", "".join(said.splitlines()[:2]))  # after the note that val is cut
        found = json.loads(run(*command, "--resume", "--json", "-").stdout)["provenance"]
        self.assertEqual(sorted(key for key in found if key.startswith("accuracy")), [f"accuracy.val.{b}_bits" for b in (2, 3, 4)])
        self.assertNotIn("test", found["float_baseline_accuracy"])

    def test_after_divergence_the_message_says_how_to_go_on(self):
        out, few = "nan.safetensors", epochs(2, 1, 2, 1)
        checkpoint = self.path / f"{out}.ckpt"
        wild = {"float": ("--float-rate", "10"), "stage II": ("--stage2-rate", "10")}
        said = run(*self.command(out, *few, *wild["float"], "--weight-decay", "1"), code=3).stderr  # weights grow ninefold a step
        self.assertIn("Train anew with a lower rate, as --float-rate 1.", said)
        self.assertFalse(checkpoint.exists())
        command = self.command(out, *few)
        for stage, options in wild.items():
            with self.subTest(stage):
                self.assertEqual(self.stopped(signal.SIGTERM, f"^{stage}, epoch 1 of 2, step 50", *command)[0], 130)
                before = checkpoint.read_bytes()
                done = run(*self.command(out, *few), "--resume", *options, "--weight-decay", "1", code=3)
                self.assertEqual(checkpoint.read_bytes(), before)
                with safe_open(checkpoint, "np") as kept:
                    self.assertTrue(all(numpy.isfinite(kept.get_tensor(name)).all() for name in kept.keys()))
                    teacher = kept.metadata()["float_accuracy"]
                advice = re.search(r"as (--resume --\S+ [\d.]+)\.$", done.stderr.splitlines()[-1])[1].split()
                command = [*self.command(out, *few), *advice]
        found = json.loads(run(*command, "--json", "-").stdout)["provenance"]
        self.assertEqual(found["float_baseline_accuracy"], teacher)
        for line in ("--float-rate 0.1 → 1\n", "--stage2-rate 0.05 → 1\n"):
            self.assertIn(line, found["history"])

    def test_a_training_is_known_by_content(self):
        command = self.command("content.safetensors", *SHORT)
        self.assertEqual(self.stopped(signal.SIGTERM, "step 50", *command)[0], 130)
        other = self.path / "deep" / "other.json"
        other.parent.mkdir()
        other.write_text(json.dumps(json.loads(self.network.read_text()), indent=2))
        again = ["--out", self.path / "content.safetensors", "--threads", "1", "--batch", "16", *SHORT, "--resume", "--dry-run"]
        copy = self.path / "deep" / "copy.npz"
        copy.write_bytes(self.data.read_bytes())
        self.assertIn("from float, epoch 1 of 1, step", run("train", "--network", other, "--data", copy, *again).stdout)
        changed = json.loads(self.network.read_text())
        next(node for node in changed["nodes"] if node["op"] == "relu")["maximum"] = 6
        other.write_text(json.dumps(changed))
        said = run("train", "--network", other, "--data", self.data, *again, code=3).stderr
        for part in ("content.safetensors.ckpt", "the network:", '"maximum":6', "→", "--overwrite"):
            self.assertIn(part, said)
        moved = self.save("moved.npz", "train", "val", "test", train=self.labels["train"][::-1])
        said = run("train", "--network", self.network, "--data", moved, *again, code=3).stderr
        self.assertIn("the train images: hash", said)
        self.assertNotIn("--seed", said)
        self.assertIn("--seed 1 → 2", run("train", "--network", self.network, "--data", self.data, *again, "--seed", "2", code=3).stderr)


if __name__ == "__main__":
    unittest.main()
