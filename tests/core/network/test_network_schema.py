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

    def test_both_refuse_the_same_keys(self):
        base = template("resnet14")
        index = {node["name"]: i for i, node in enumerate(base["nodes"])}
        changes = [("stage1.block1.conv1", key, value) for key, value in (
            ("out_channels", 0), ("out_channels", 2.5), ("out_channels", "3"), ("kernel", 3), ("kernel", [3]), ("kernel", [3, 257]),
            ("stride", [0, 1]), ("padding", [-1, 0]), ("bits", 1), ("bits", 9), ("bias", 1), ("colour", "red"), ("inputs", []),
            ("inputs", "x"), ("op", "conv3d"), ("name", ""), ("name", "a b"), ("groups", 0))]
        changes += [("input", "shape", [28, 28]), ("input", "shape", [28, 0, 1]), ("stem.norm", "transition", ["stem"]),
                    ("stem.norm", "epsilon", 1), ("stem.norm", "epsilon", "small"), ("pool", "global", 1),
                    ("pool", "kernel", [2, 2]), ("stem.relu", "maximum", 0), ("stem.relu", "maximum", 1e300),
                    ("stem.relu", "maximum", "6"), ("stage1.block1.add", "inputs", ["stem.relu"]), ("flatten", "signed", True),
                    ("classifier", "out_features", None), ("classifier.input", "layer", 3), ("classifier.input", "signed", "yes")]
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
