#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints as people have them: imported, they answer as in PyTorch; or they are refused by name."""

import copy
import json
import os
import pathlib
import shlex
import sys
import tempfile
import unittest
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_import as imports  # its module; the names of its tests would be found here, too
import foreign_checkpoints as foreign
import numpy as np
import torch
from foreign_networks import FloatResNet20
from safetensors.torch import save_file
from torch.nn import utils

warnings.simplefilter("ignore")  # the old spellings are deprecated
TESTED = 1000


class Checkpoints(imports.Files):
    @classmethod
    def setUpClass(cls):
        cls.folder_of_data = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder_of_data.cleanup)
        cls.data = pathlib.Path(cls.folder_of_data.name)
        idx = imports.read_idx
        train, labels = idx("train-images-idx3-ubyte", 3)[:4096], idx("train-labels-idx1-ubyte", 1)[:4096]
        tested, cls.labels = idx("t10k-images-idx3-ubyte", 3)[:TESTED], idx("t10k-labels-idx1-ubyte", 1)[:TESTED]
        imports.write_idx(cls.data, "train", train, labels)
        imports.write_idx(cls.data, "t10k", tested, cls.labels)
        cls.train, cls.train_labels = imports.normalized(train), torch.from_numpy(labels.astype(np.int64))
        cls.tested = imports.normalized(tested)
        torch.manual_seed(6)
        cls.model = FloatResNet20(1, 10)
        imports.train(cls.model, cls.train, cls.train_labels, 90)
        imports.train(cls.model, cls.train, cls.train_labels, 30, rate=0.005)  # fewer images on an edge
        cls.state = cls.model.state_dict()

    def setUp(self):
        super().setUp()
        self.file = self.path / "net.pt"

    def arguments(self, *more, file=None):
        return (file or self.file, "--network", "resnet20", "--data", self.data, "--mean", imports.MEAN, "--std", imports.STD,
                "--images", 128, *more)

    def compare(self, model, *more, bits=8, file=None, least=0.99):
        """The notes of an import whose classes are those of a model in PyTorch."""
        found = self.imported(*self.arguments("--bits", bits, *more, file=file))
        agreement = float((self.predicted(bits, self.data) == imports.classes(model, self.tested)).mean())
        print(f"  {self.id().rsplit('.', 1)[1]}: same class on {100 * agreement:.1f} %", flush=True)
        self.assertGreaterEqual(agreement, least)
        self.out.unlink()
        return " ".join(found["notes"])

    def refuse(self, *mentions, more=(), file=None):
        done = imports.run("import", *self.arguments(*more, file=file), "--out", self.out, "--quiet")
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (3, "", 1), done.stderr)
        for text in mentions:
            self.assertIn(text, done.stderr)
        self.assertFalse(self.out.exists())
        return done.stderr

    def test_the_format_before_1_6(self):
        for protocol in (4, 2):
            torch.save({"state_dict": self.state, "epoch": 1}, self.file, _use_new_zipfile_serialization=False,
                       pickle_protocol=protocol)
            self.compare(self.model)
        whole = self.file.read_bytes()
        self.file.write_bytes(whole[:len(whole) // 2])
        self.refuse("net.pt", "is cut short")

    def test_objects_beside_the_tensors(self):
        objects = foreign.checkpoint(copy.deepcopy(self.model))
        for old in (False, True):
            torch.save({"model": self.state} | objects, self.file, _use_new_zipfile_serialization=not old)
            notes = self.compare(self.model)
            self.assertIn("argparse.Namespace", notes)
            self.assertIn("HyperParameters", notes)
            self.assertIn("nothing of them was run", notes)

    def test_a_whole_model(self):
        torch.save(self.model, self.file)
        self.assertIn("whole model was pickled (foreign_networks.FloatResNet20)", self.compare(self.model))

    def test_pruning_masks(self):
        model = foreign.pruned(self.model, self.train)
        torch.save(model.state_dict(), self.file)
        self.assertIn("21 weight tensor(s) have a pruning mask", self.compare(model))

    def test_weight_norm_in_both_spellings(self):
        for how in (utils.weight_norm, utils.parametrizations.weight_norm):
            model = foreign.weight_normed(self.model, how)
            np.testing.assert_array_equal(imports.classes(model, self.tested), imports.classes(self.model, self.tested))
            torch.save(model.state_dict(), self.file)
            self.assertIn("weight norm", self.compare(model))

    def test_spectral_norm_in_both_spellings(self):
        for how in (utils.spectral_norm, utils.parametrizations.spectral_norm):
            model = foreign.spectral_normed(self.model, how, self.train)
            torch.save(model.state_dict(), self.file)
            self.assertIn("spectral norm", self.compare(model))

    def test_another_parametrization(self):
        model = copy.deepcopy(self.model)
        utils.parametrizations.orthogonal(model.layer1[0].conv1)
        torch.save(model.state_dict(), self.file)
        self.refuse("layer1.0.conv1.parametrizations.weight", "remove_parametrizations")

    def test_quantization_aware_training(self):
        for per_channel in (True, False):
            model = foreign.quantization_aware(self.model, per_channel, self.train, self.train_labels)
            torch.save(model.state_dict(), self.file)
            # Codes of the activations are others than PyTorch's: both are about as far from the same floats.
            self.assertIn("PyTorch's fake quantization", self.compare(model, least=0.96))
            self.compare(model.apply(torch.ao.quantization.disable_fake_quant))

    def test_steps_of_lsq(self):
        torch.save(foreign.with_lsq_net(self.state, 0.2), self.file)
        for bits in (4, 8):
            self.assertIn("are scales of 21 layers' weights", self.compare(foreign.lsq(self.model, bits, 0.2), bits=bits))
        torch.save(foreign.with_alpha(self.state), self.file)
        notes = self.compare(foreign.lsq(self.model, 8))
        self.assertIn("(act1.alpha, ", notes)
        self.assertIn("are scales of 21 layers' weights (", notes)
        torch.save(foreign.with_alpha(self.state, -1), self.file)
        self.refuse("alpha'", "not above 0", "was drafted, and may be wrong")

    def test_powers_of_two(self):
        torch.save(foreign.with_powers_of_two(self.state), self.file)
        self.assertIn("conv1.weight_quant.wgt_alpha, conv1.act_alpha", self.compare(self.model))

    def test_averages(self):
        average = foreign.averaged(self.model)
        self.assertLess((imports.classes(average, self.tested) == imports.classes(self.model, self.tested)).mean(), 0.97)
        torch.save({"model_ema": average.state_dict(), "model": self.state}, self.file)
        self.assertIn("those of 'model'; the file holds model_ema", self.compare(self.model))
        self.assertIn("an average (n_averaged is 7)", self.compare(average, "--weights-key", "model_ema"))
        torch.save({"params_ema": average.module.state_dict(), "params": self.state}, self.file)
        self.assertIn("params_ema", self.compare(self.model))
        torch.save({"student": self.state, "teacher": average.module.state_dict()}, self.file)
        self.refuse("several dicts of tensors", "student, teacher", "--weights-key")
        flat = {f"ema.{name}": tensor for name, tensor in average.module.state_dict().items()}
        torch.save({"net." + name: tensor for name, tensor in self.state.items()} | flat, self.file)
        self.refuse("is a guess at stem")
        self.compare(average, "--weights-key", "ema")
        self.refuse("no tensors under 'nobody'", "--weights-key", more=("--weights-key", "nobody"))

    def test_epsilon(self):
        model = foreign.small_variances(self.model, 1e-3)
        torch.save(model.state_dict(), self.file)
        self.assertNotIn("--epsilon", self.compare(model, "--epsilon", "1e-3"))
        self.refuse("below 100 ε", "--epsilon 1e-3 is TensorFlow's")
        few = copy.deepcopy(self.model)
        few.bn1.running_var[:8] = 5e-4
        torch.save(few.state_dict(), self.file)
        found = self.imported(*self.arguments("--bits", 8))
        self.assertIn("below 100 ε", " ".join(found["notes"]))

    def test_names_in_the_order_of_the_alphabet(self):
        torch.manual_seed(7)
        model = foreign.MobileNetV2(1, 10)
        imports.train(model, self.train, self.train_labels, 60)
        foreign.with_new_statistics(model, self.train)
        file = self.path / "mobile.safetensors"
        save_file(model.state_dict(), file)
        arguments = (file, "--network", "mobilenetv2", "--data", self.data, "--mean", imports.MEAN, "--std", imports.STD)
        draft = imports.run("import", *arguments, "--suggest")
        self.assertEqual((draft.returncode, draft.stderr), (0, ""))
        mapping = json.loads(draft.stdout)
        layers, followers = foreign.in_order_of_use(model, self.tested[:2])
        self.assertEqual([layer["weight"] for layer in mapping["layers"].values()], [f"{name}.weight" for name in layers])
        self.assertEqual(list(mapping["norms"].values()), [followers[name] for name in layers if name in followers])
        self.imported(*arguments, "--bits", 8)
        agreement = float((self.predicted(8, self.data) == imports.classes(model, self.tested)).mean())
        print(f"  mobilenetv2 in safetensors: same class on {100 * agreement:.1f} %", flush=True)
        self.assertGreaterEqual(agreement, 0.97)  # of a network of 53 layers that has learned for seconds

    def test_names_that_tell_no_order(self):
        file = self.path / "net.safetensors"
        words = {".conv1.": ".wide.", ".conv2.": ".deep.", ".bn1.": ".a_norm.", ".bn2.": ".norm."}
        renamed = {}
        for name, tensor in self.state.items():
            for word, other in words.items():
                name = name.replace(word, other)
            renamed[name] = tensor.contiguous()
        save_file(renamed, file)
        told = self.refuse("the mapping drafted from", "is a guess at stage1.block1.conv1, ", file=file)
        command = shlex.split(told[told.index("bitdesk import"):].rstrip(".\n"))
        mapping = self.path / "mapping.json"
        done = imports.run(*command[1:-1], mapping)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the tensors of 'stage1.block1.conv1' are a guess", done.stderr)
        self.assertEqual(len(json.loads(mapping.read_text())["layers"]), 22)
        torch.save(renamed, self.file)  # keeps the order of the modules
        self.compare(self.model)


if __name__ == "__main__":
    unittest.main(verbosity=2)
