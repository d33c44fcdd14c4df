#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published schema of networks and the program's reader agree: on the catalogue, and on what is wrong."""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import fastjsonschema
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

BIN, SOURCE = os.environ["BITDESK_BIN"], pathlib.Path(os.environ["BITDESK_SOURCE"])
CATALOGUE = ("resnet14", "resnet20", "resnet18", "resnet50", "mobilenetv2", "vgg7", "mlp")


def template(name):
    return json.loads(subprocess.run([BIN, "new-model", name], capture_output=True, text=True, check=True).stdout)


def modern():
    """A network with each of the operations that the catalogue has none of."""
    def node(name, op, *inputs, **keys):
        return {"name": name, "op": op, "inputs": list(inputs), **keys}

    return {"name": "modern", "nodes": [
        {"name": "x", "op": "input", "shape": [9, 9, 2]}, node("a.in", "quantize", "x", layer="a", signed=True),
        node("a", "conv2d", "a.in", out_channels=4, kernel=[3, 3], padding=[0, 1, 2, 1], dilation=[1, 2]),
        node("clip", "clip", "a", minimum=-1, maximum=2), node("leaky", "leaky_relu", "clip", slope=0.1),
        node("gate", "avg_pool", "leaky", **{"global": True}), node("hard", "hard_sigmoid", "gate", slope=0.2, offset=0.4),
        node("mul", "mul", "leaky", "hard"), node("sigmoid", "sigmoid", "mul"), node("tanh", "tanh", "sigmoid"),
        node("silu", "silu", "tanh"), node("gelu", "gelu", "silu"), node("gelu2", "gelu_tanh", "gelu"),
        node("concat", "concat", "gelu2", "mul", "clip"), node("slice", "slice", "concat", first=2, count=8),
        node("shuffle", "channel_shuffle", "slice", groups=2), node("ln", "layer_norm", "shuffle", epsilon=1e-5),
        node("up", "upsample", "ln", scale=[2, 1]),
        node("pool", "max_pool", "up", kernel=[3, 3], stride=[2, 2], padding=[1, 0, 0, 1], ceil_mode=True),
        node("mean", "avg_pool", "pool", kernel=[2, 2], padding=[1, 1], count_padding=False),
        node("part", "avg_pool", "mean", output=[3, 2]), node("flat", "flatten", "part")]}


class Schema(unittest.TestCase):
    def setUp(self):
        self.valid = fastjsonschema.compile(json.loads((SOURCE / "docs/network.schema.json").read_text()))
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = pathlib.Path(self.folder.name) / "network.json"

    def read(self, document):
        self.file.write_text(json.dumps(document))
        return subprocess.run([BIN, "info", f"random:{self.file}"], capture_output=True, text=True)

    def accepts(self, document):
        try:
            self.valid(document)
            return True
        except fastjsonschema.JsonSchemaException:
            return False

    def test_the_catalogue_is_valid_and_is_read(self):
        for name in CATALOGUE:
            document = template(name)
            self.assertTrue(self.accepts(document), name)
            if name in ("resnet14", "mlp"):
                done = self.read({"$schema": "x", **document})
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_every_operation_is_valid_and_is_read(self):
        self.assertTrue(self.accepts(modern()))
        done = self.read(modern())
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_both_refuse_the_same_keys(self):
        self.refused_by_both(template("resnet14"), self.changes())
        self.refused_by_both(modern(), [
            ("a", "padding", [0, 1, 2]), ("a", "padding", [0, 1, 2, -1]), ("a", "dilation", [0, 1]), ("a", "dilation", 2),
            ("clip", "minimum", "low"), ("clip", "minimum", None), ("leaky", "slope", 1e4), ("hard", "offset", "half"),
            ("sigmoid", "slope", 1), ("concat", "inputs", ["mul"]), ("mul", "inputs", ["mul"]), ("slice", "first", -1),
            ("slice", "count", 0), ("shuffle", "groups", 0), ("ln", "epsilon", 2), ("up", "scale", [0, 1]),
            ("up", "scale", [1, 300]), ("pool", "ceil_mode", 1), ("mean", "count_padding", "no"), ("part", "output", [0, 2]),
            ("part", "kernel", [2, 2])])

    @staticmethod
    def changes():
        changes = [("stage1.block1.conv1", key, value) for key, value in (
            ("out_channels", 0), ("out_channels", 2.5), ("out_channels", "3"), ("kernel", 3), ("kernel", [3]), ("kernel", [3, 257]),
            ("stride", [0, 1]), ("padding", [-1, 0]), ("bits", 1), ("bits", 9), ("bias", 1), ("colour", "red"), ("inputs", []),
            ("inputs", "x"), ("op", "conv3d"), ("name", ""), ("name", "a b"), ("groups", 0))]
        changes += [("input", "shape", [28, 28]), ("input", "shape", [28, 0, 1]), ("stem.norm", "transition", ["stem"]),
                    ("stem.norm", "epsilon", 1), ("stem.norm", "epsilon", "small"), ("pool", "global", 1),
                    ("pool", "kernel", [2, 2]), ("stem.relu", "maximum", 0), ("stem.relu", "maximum", 1e300),
                    ("stem.relu", "maximum", "6"), ("stage1.block1.add", "inputs", ["stem.relu"]), ("flatten", "signed", True),
                    ("classifier", "out_features", None), ("classifier.input", "layer", 3), ("classifier.input", "signed", "yes")]
        return changes

    def refused_by_both(self, base, changes):
        index = {node["name"]: i for i, node in enumerate(base["nodes"])}
        for node, key, value in changes:
            document = copy.deepcopy(base)
            document["nodes"][index[node]][key] = value
            self.assertFalse(self.accepts(document), (node, key, value))
            done = self.read(document)
            self.assertEqual(done.returncode, 3, (node, key, value, done.stdout))
            self.assertIn(f"nodes[{index[node]}]", done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)
        for document in ({}, {"name": "x"}, {**base, "more": 1}, {**base, "nodes": []}, {**base, "name": 3}, [base]):
            self.assertFalse(self.accepts(document))
            self.assertEqual(self.read(document).returncode, 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
