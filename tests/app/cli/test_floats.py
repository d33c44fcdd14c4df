#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network that PyTorch trained on floats, quantized at its import: how much of its accuracy is left, and that the file
says how."""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_import
from test_import import BIN, MEAN, STD, classes, load_file, np, run, torch
from foreign_networks import FloatResNet20

WIDTHS = [2, 3, 4]


class Floats(test_import.Files):
    """ResNet-20 on Fashion-MNIST, briefly."""

    @classmethod
    def setUpClass(cls):
        cls.data_folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.data_folder.cleanup)
        cls.data = pathlib.Path(cls.data_folder.name)
        images, labels = (test_import.read_idx(f"train-{name}", rank)[:4096] for name, rank in (("images-idx3-ubyte", 3), ("labels-idx1-ubyte", 1)))
        cls.pixels, cls.labels = (test_import.read_idx(f"t10k-{name}", rank)[:4000] for name, rank in (("images-idx3-ubyte", 3), ("labels-idx1-ubyte", 1)))
        test_import.write_idx(cls.data, "train", images, labels)
        test_import.write_idx(cls.data, "t10k", cls.pixels, cls.labels)
        torch.manual_seed(4)
        cls.model = FloatResNet20(1, 10)
        test_import.train(cls.model, test_import.normalized(images), torch.from_numpy(labels.astype(np.int64)), 120)
        cls.test = test_import.normalized(cls.pixels)
        cls.file = cls.data / "float.pt"
        torch.save({"state_dict": cls.model.state_dict(), "epoch": 3}, cls.file)
        cls.exact = cls.accuracy_of(classes(cls.model, cls.test))

    @classmethod
    def accuracy_of(cls, predicted):
        return 100 * float((predicted == cls.labels[:len(predicted)]).mean())

    def import_floats(self, *more):
        return self.imported(self.file, "--network", "resnet20", "--data", self.data, "--mean", MEAN, "--std", STD,
                             "--bits", ",".join(map(str, WIDTHS)), *more)

    def test_few_bits_keep_most_of_it(self):
        found = self.import_floats("--refine", "norms")
        self.assertFalse(found["meta_quantized"])
        self.assertEqual((found["unused_tensors"], len(found["calibrated_layers"])), ([], 22))
        notes = " ".join(found["notes"])
        self.assertIn("not meta-quantized: expect a loss", notes)
        self.assertIn("10 of 10 classes, and its norms see what they were trained with", notes)
        lost = {4: 1, 3: 3, 2: 12}
        for bits in WIDTHS:
            ours = self.predicted(bits, self.data)
            theirs = classes(self.simulated(lambda layer: bits), self.test)
            accuracy, agreement = self.accuracy_of(ours), float((ours == theirs).mean())
            print(f"  {bits} bits: {accuracy:.2f} %, float {self.exact:.2f} %; as the file says {100 * agreement:.2f} %", flush=True)
            self.assertGreater(accuracy, self.exact - lost[bits])
            self.assertGreaterEqual(agreement, 0.998)

    def test_random_mixes_keep_it_too(self):
        self.import_floats()
        draw, mixes = random.Random(1), []
        for _ in range(8):
            drawn = [draw.choice((3, 4)) for _ in range(20)]
            done = run("eval", self.out, "--data", self.data, "--bits", ",".join(map(str, drawn)), "--no-store", "--quiet", "--json", "-")
            self.assertEqual(done.returncode, 0, done.stderr)
            mixes.append(100 * json.loads(done.stdout)["accuracy"])
        print(f"  random mixes of 3 and 4 bits: mean {np.mean(mixes):.2f} %, worst {min(mixes):.2f} %", flush=True)
        self.assertGreater(np.mean(mixes), self.exact - 2.5)

    def simulated(self, bits_of):
        """The network in PyTorch, with what the model file holds put in the place of weights and norms."""
        tensors = load_file(self.out)
        copy = FloatResNet20(1, 10)
        copy.load_state_dict(self.model.state_dict())
        copy.eval()
        pairs = [("stem", copy.conv1, copy.bn1, "")]
        last = "stem"
        for stage in range(3):
            for index, block in enumerate(getattr(copy, f"layer{stage + 1}")):
                name = f"stage{stage + 1}.block{index + 1}"
                pairs += [(f"{name}.conv1", block.conv1, block.bn1, last), (f"{name}.conv2", block.conv2, block.bn2, f"{name}.conv1")]
                if block.downsample is not None:
                    pairs.append((f"{name}.shortcut", block.downsample[0], block.downsample[1], last))
                last = f"{name}.conv2"
        pairs.append(("classifier", copy.fc, None, last))
        fixed = {"stem": 8, "classifier": 8}
        place = lambda name: 0 if name in fixed or not name else WIDTHS.index(bits_of(name))
        for name, module, norm, before in pairs:
            self.put(tensors, module, name, fixed.get(name) or bits_of(name), place(name), name in fixed)
            if norm is not None:
                row = lambda kind: torch.from_numpy(self.row(tensors[f"{name}.norm.{kind}"], place(before), place(name)))
                norm.weight.data, norm.bias.data, norm.running_mean, norm.running_var = map(row, ("gamma", "beta", "mean", "var"))
        return copy

    @staticmethod
    def row(table, i, j):
        return table[i if table.shape[0] > 1 else 0, j if table.shape[1] > 1 else 0].copy()

    @staticmethod
    def put(tensors, module, name, bits, i, fixed):
        codes, scale = (torch.from_numpy(tensors[f"{name}.{kind}"]).float() for kind in ("codes", "weight_scale"))
        codes, scale = (codes, scale) if fixed else (codes[i], scale[i])
        weight = codes * scale.view([-1] + [1] * (codes.dim() - 1))
        module.weight.data = (weight if codes.dim() == 2 else weight.permute(0, 3, 1, 2)).contiguous()
        step = float(tensors[f"{name}.act_scale"][i])
        low, high = (-127, 127) if name == "stem" else (0, 2 ** bits - 1)
        module.register_forward_pre_hook(lambda _, x: (torch.round(x[0] * np.float32(1 / step)).clamp(low, high) * step,))

    def test_a_reference_is_believed_or_nothing_is_written(self):
        reference = self.path / "reference.npz"
        with torch.no_grad():
            logits = self.model(self.test[:64]).numpy()
        np.savez(reference, x=self.pixels[:64, :, :, None], logits=logits)
        found = self.import_floats("--verify", reference)["verification"]
        self.assertTrue(found["agrees"])
        self.assertEqual(found["same_class"], 64)
        self.assertGreater(found["same_class_at_top"], 50)
        before = self.out.read_bytes()
        np.savez(reference, x=self.test[:64].numpy(), logits=logits[:, ::-1])
        done = run("import", self.file, "--network", "resnet20", "--data", self.data, "--mean", MEAN, "--std", STD,
                   "--verify", reference, "--out", self.out, "--overwrite", "--json", "-", "--quiet")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertFalse(json.loads(done.stdout)["verification"]["agrees"])
        self.assertEqual(self.out.read_bytes(), before)
        for change, mention in (({"x": self.pixels[:64]}, "array x"), ({"logits": logits[:, :9]}, "[64, 10]"), ({"y": logits}, "'logits'")):
            np.savez(reference, **({"x": self.test[:64].numpy(), "logits": logits} | change if "y" not in change else {"x": self.test[:64].numpy()}))
            done = run("import", self.file, "--network", "resnet20", "--data", self.data, "--mean", MEAN, "--std", STD,
                       "--verify", reference, "--out", self.path / "new.safetensors")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(mention, done.stderr)
            self.assertFalse((self.path / "new.safetensors").exists())

    def test_wrong_images_are_told(self):
        found = self.imported(self.file, "--network", "resnet20", "--data", self.data, "--mean", 2.0, "--std", 0.05, "--refine", "none")
        self.assertIn("Look after this", " ".join(found["notes"]))

    def test_rounding_goes_on_after_an_end(self):
        command = [BIN, "import", str(self.file), "--network", "resnet20", "--data", str(self.data), "--mean", str(MEAN), "--std", str(STD),
                   "--bits", "2,4", "--refine", "blocks", "--iterations", "30", "--images", "64", "--out", str(self.out)]
        state = pathlib.Path(f"{self.out}.refine.ckpt")
        started = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + test_import.patience(120)
        while not state.exists() and started.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        started.send_signal(signal.SIGKILL)
        started.wait()
        self.assertTrue(state.exists())
        self.assertFalse(self.out.exists())
        self.assertEqual(subprocess.run(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode, 0)
        self.assertFalse(state.exists())
        first = self.out.read_bytes()
        self.out.unlink()
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.assertEqual(self.out.read_bytes(), first)


if __name__ == "__main__":
    unittest.main(verbosity=2)
