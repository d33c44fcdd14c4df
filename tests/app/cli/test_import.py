#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks that PyTorch trained: imported, they answer as they did there, at each width. And what is refused."""

import collections
import gzip
import io
import json
import os
import pathlib
import pickle
import struct
import sys
import tempfile
import unittest
import zipfile

BIN = os.environ["BITDESK_BIN"]
sys.path.append(os.environ.get("BITDESK_TORCH_DIR", ""))
try:
    import numpy as np
    import torch
    from safetensors.numpy import load_file
    from safetensors.torch import save_file
except ImportError as missing:
    print(f"skipped: {missing}; LibTorch's build without CUDA has no Python side")
    sys.exit(77)
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import starter
from foreign_networks import OddNetwork, PerBitResNet20
from patience import patience

FASHION = pathlib.Path(os.environ.get("BITDESK_DATA_DIR", "/usr/share/datasets")) / "fashion-mnist"
MEAN, STD = 0.286, 0.353
WIDTHS = [2, 3, 4]
torch.set_num_threads(2)


def run(*arguments):
    return starter.run([BIN, *map(str, arguments)], capture_output=True, text=True, timeout=patience(600))


def read_idx(name, rank):
    path = FASHION / name
    data = gzip.open(f"{path}.gz").read() if not path.exists() else path.read_bytes()
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(struct.unpack(f">{rank}I", data[4:4 + 4 * rank]))


def write_idx(folder, stem, images, labels):
    (folder / f"{stem}-images-idx3-ubyte").write_bytes(struct.pack(">4I", 0x803, *images.shape) + images.tobytes())
    (folder / f"{stem}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, len(labels)) + labels.tobytes())


def normalized(images):
    pixels = torch.from_numpy(images.astype(np.float32) / np.float32(255))
    return ((pixels - MEAN) / STD)[:, None]


def train(model, images, labels, steps, *widths, rate=0.05):
    steps_of_quantizers = [p for name, p in model.named_parameters() if "_step" in name]
    others = [p for name, p in model.named_parameters() if "_step" not in name]
    optimizer = torch.optim.SGD([{"params": others}, {"params": steps_of_quantizers, "lr": 0.001}], rate, 0.9, nesterov=True)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(1))
    model.train()
    for step in range(steps):
        batch = order[torch.arange(step * 64, step * 64 + 64) % len(order)]
        optimizer.zero_grad()
        for width in widths or [None]:
            logits = model(images[batch]) if width is None else model(images[batch], width)
            torch.nn.functional.cross_entropy(logits, labels[batch]).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
    model.eval()


def classes(model, images, *width):
    with torch.no_grad():
        return torch.cat([model(part, *width).argmax(1) for part in images.split(500)]).numpy()


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        self.out = self.path / "model.safetensors"

    def imported(self, *arguments):
        done = run("import", *arguments, "--out", self.out, "--quiet", "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def predicted(self, bits, data):
        done = run("predict", self.out, "--bits", bits, "--data", data, "--no-store", "--quiet", "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        return np.array(json.loads(done.stdout)["predictions"])


class Trained(Files):
    """Fashion-MNIST, briefly."""

    @classmethod
    def setUpClass(cls):
        cls.data_folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.data_folder.cleanup)
        cls.data = pathlib.Path(cls.data_folder.name)
        train_images, train_labels = read_idx("train-images-idx3-ubyte", 3)[:4096], read_idx("train-labels-idx1-ubyte", 1)[:4096]
        test_images, cls.labels = read_idx("t10k-images-idx3-ubyte", 3)[:4000], read_idx("t10k-labels-idx1-ubyte", 1)[:4000]
        write_idx(cls.data, "train", train_images, train_labels)
        write_idx(cls.data, "t10k", test_images, cls.labels)
        cls.train = normalized(train_images), torch.from_numpy(train_labels.astype(np.int64))
        cls.test = normalized(test_images)

    def compare(self, bits, theirs, least=0.999):
        ours = self.predicted(bits, self.data)
        agreement = float((ours == theirs).mean())
        accuracy, reference = float((ours == self.labels).mean()), float((theirs == self.labels).mean())
        print(f"  {bits} bits: same class on {100 * agreement:.3f} % of {len(theirs)}; accuracy {100 * accuracy:.2f} %, "
              f"PyTorch's {100 * reference:.2f} %", flush=True)
        self.assertGreaterEqual(agreement, least)
        self.assertLessEqual(abs(accuracy - reference), 0.001)
        return accuracy

    def test_a_network_with_norms_and_steps_for_each_width(self):
        torch.manual_seed(3)
        model = PerBitResNet20(1, 10, WIDTHS)
        train(model, *self.train, 50, *WIDTHS)
        file, mapping = self.path / "perbit.safetensors", self.path / "mapping.json"
        save_file({name: t.contiguous() for name, t in model.state_dict().items()}, file)
        mapping.write_text(json.dumps(self.per_bit_mapping()))
        found = self.imported(file, "--network", "resnet20", "--input", "28,28,1", "--classes", 10, "--mapping", mapping)
        self.assertTrue(found["meta_quantized"])
        self.assertEqual(found["quantizer"], "rounded")
        self.assertEqual(found["calibrated_layers"], [])
        best = [self.compare(bits, classes(model, self.test, bits)) for bits in WIDTHS]
        self.assertGreater(min(best), 0.3)

        # The draft comes to the same model: names and shapes say all of it but how images are normalized.
        draft = self.path / "draft.json"
        done = run("import", file, "--network", "resnet20", "--input", "28,28,1", "--classes", 10, "--suggest",
                   "--mean", MEAN, "--std", STD, "--out", draft)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        first = self.out.read_bytes()
        self.out.unlink()
        self.imported(file, "--network", "resnet20", "--input", "28,28,1", "--classes", 10, "--mapping", draft)
        a, b = load_file(self.out), None
        (self.path / "first.safetensors").write_bytes(first)
        b = load_file(self.path / "first.safetensors")
        self.assertEqual(a.keys(), b.keys())
        for name in a:
            np.testing.assert_array_equal(a[name], b[name], name)

    @staticmethod
    def per_bit_mapping():
        def layer(module, widths="{index}"):
            return {"weight": f"{module}.layer.weight", "weight_quantizer": "lsq", "weight_scale": f"{module}.w_step.{widths}",
                    "activation_quantizer": "lsq", "activation_scale": f"{module}.a_step"}
        layers = {"stem": layer("stem"), "classifier": {**layer("fc"), "bias": "fc.layer.bias"}}
        norms = {"stem.norm": "stem_bn"}
        for block in range(9):
            name = f"stage{block // 3 + 1}.block{block % 3 + 1}"
            parts = {"conv1": "bn1", "conv2": "bn2"} | ({"shortcut": "short_bn"} if block in (3, 6) else {})
            for part, norm in parts.items():
                layers[f"{name}.{part}"] = layer(f"blocks.{block}.{'short' if part == 'shortcut' else part}")
                norms[f"{name}.{part}.norm"] = f"blocks.{block}.{norm}.bns.{{index}}"
        return {"bitdesk_import": 1, "bits": WIDTHS, "normalization": {"mean": [MEAN], "std": [STD]}, "layers": layers,
                "norms": norms}


class Odd(Files):
    GRAPH = {"name": "odd", "nodes": [
        {"name": "in", "op": "input", "shape": [16, 16, 3]},
        {"name": "stem.q", "op": "quantize", "inputs": ["in"], "layer": "stem", "signed": True},
        {"name": "stem", "op": "conv2d", "inputs": ["stem.q"], "out_channels": 8, "kernel": [3, 3], "stride": [2, 2],
         "padding": [1, 1], "bits": 8, "bias": True},
        {"name": "stem.relu", "op": "relu", "inputs": ["stem"]},
        {"name": "dw.q", "op": "quantize", "inputs": ["stem.relu"], "layer": "dw"},
        {"name": "dw", "op": "conv2d", "inputs": ["dw.q"], "out_channels": 16, "kernel": [3, 3], "padding": [1, 1],
         "groups": 8, "bias": True},
        {"name": "dw.relu", "op": "relu", "inputs": ["dw"]},
        {"name": "pw.q", "op": "quantize", "inputs": ["dw.relu"], "layer": "pw"},
        {"name": "pw", "op": "conv2d", "inputs": ["pw.q"], "out_channels": 12},
        {"name": "pw.norm", "op": "norm", "inputs": ["pw"], "transition": ["dw", "pw"]},
        {"name": "expand.q", "op": "quantize", "inputs": ["pw.norm"], "layer": "expand", "signed": True},
        {"name": "expand", "op": "conv2d", "inputs": ["expand.q"], "out_channels": 20, "bias": True},
        {"name": "expand.relu", "op": "relu", "inputs": ["expand"], "maximum": 1.5},
        {"name": "pool", "op": "max_pool", "inputs": ["expand.relu"], "kernel": [2, 2], "stride": [2, 2]},
        {"name": "flat", "op": "flatten", "inputs": ["pool"]},
        {"name": "hidden.q", "op": "quantize", "inputs": ["flat"], "layer": "hidden"},
        {"name": "hidden", "op": "linear", "inputs": ["hidden.q"], "out_features": 24},
        {"name": "hidden.norm", "op": "norm", "inputs": ["hidden"], "transition": ["expand", "hidden"]},
        {"name": "hidden.relu", "op": "relu", "inputs": ["hidden.norm"]},
        {"name": "fc.q", "op": "quantize", "inputs": ["hidden.relu"], "layer": "fc"},
        {"name": "fc", "op": "linear", "inputs": ["fc.q"], "out_features": 7, "bits": 8, "bias": True}]}

    def write(self):
        torch.manual_seed(5)
        self.model = OddNetwork(WIDTHS)
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                if "bn" in name and name.endswith("weight"):
                    parameter.uniform_(-1.5, 1.5)
            for _ in range(30):  # so that the norms' statistics are of such images
                for bits in WIDTHS:
                    self.model(2.2 * torch.rand(64, 3, 16, 16) - 1.6, bits)
        self.model.eval()
        self.file, self.network, self.mapping = self.path / "odd.pt", self.path / "odd.json", self.path / "map.json"
        torch.save(self.model.state_dict(), self.file)
        self.network.write_text(json.dumps(self.GRAPH))
        entries = {name: {"weight": f"{name}.weight", "weight_quantizer": "dorefa", "activation_quantizer": "pact",
                          "activation_scale": f"alpha.{name}"} for name in ("stem", "dw", "pw", "expand", "hidden", "fc")}
        for name in ("stem", "dw", "pw", "expand", "fc"):  # that of pw, which the graph has not, its norm takes over
            entries[name]["bias"] = f"{name}.bias"
        self.entries = {"bitdesk_import": 1, "bits": WIDTHS, "layers": entries,
                        "normalization": {"mean": [0.4, 0.5, 0.6], "std": [0.2, 0.25, 0.3]},
                        "norms": {"pw.norm": "pw_bn.{index}", "hidden.norm": "hidden_bn"}}
        self.mapping.write_text(json.dumps(self.entries))

    def test_dorefa_and_pact_on_a_graph_of_ones_own(self):
        self.write()
        images = np.random.default_rng(1).integers(0, 256, (3000, 16, 16, 3), dtype=np.uint8)
        np.savez(self.path / "data.npz", x_test=images, y_test=(np.arange(3000) % 7).astype(np.int64))
        found = self.imported(self.file, "--network", self.network, "--mapping", self.mapping)
        self.assertEqual(found["quantizer"], "half-step")
        pixels = torch.from_numpy(images.astype(np.float32) / np.float32(255))
        mean, std = (torch.tensor(self.entries["normalization"][k]) for k in ("mean", "std"))
        x = ((pixels - mean) / std).permute(0, 3, 1, 2)
        for bits in WIDTHS:
            theirs = classes(self.model, x, bits)
            self.assertGreater(len(set(theirs)), 2)
            agreement = float((self.predicted(bits, self.path / "data.npz") == theirs).mean())
            print(f"  odd at {bits} bits: same class on {100 * agreement:.3f} %", flush=True)
            self.assertGreaterEqual(agreement, 0.999)


class Refused(Odd):
    test_dorefa_and_pact_on_a_graph_of_ones_own = None

    def refuse(self, file, *mentions, mapping=None, network=None, more=()):
        before = sorted(self.path.rglob("*"))
        done = run("import", file, "--network", network or self.network, "--mapping", mapping or self.mapping, "--out", self.out,
                   "--quiet", *more)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for text in mentions:
            self.assertIn(text, done.stderr)
        self.assertEqual(sorted(self.path.rglob("*")), before)

    def archive(self, name, pickled, entries=(), compression=zipfile.ZIP_STORED):
        file = self.path / name
        with zipfile.ZipFile(file, "w", compression) as archive:
            archive.writestr("archive/data.pkl", pickled)
            for entry, content in entries:
                archive.writestr(entry, content)
        return file

    def test_a_pickle_that_calls_something(self):
        self.write()
        mark = self.path / "ran"

        class Evil:
            def __reduce__(self):
                return os.system, (f"touch {mark}",)

        for protocol in (2, 4):
            file = self.archive("evil.pt", pickle.dumps(collections.OrderedDict({"a": Evil()}), protocol))
            self.refuse(file, str(file), "posix.system", "nothing of it was run")
        self.assertFalse(mark.exists())
        self.refuse(self.archive("eval.pt", b"c__builtin__\neval\n(X\x01\x00\x00\x001tR."), "__builtin__.eval")

    def test_other_archives(self):
        self.write()
        self.refuse(self.archive("bomb.pt", b"\x80\x02}.", [("archive/data/0", bytes(1 << 28))], zipfile.ZIP_DEFLATED), "bomb.pt")
        self.refuse(self.archive("up.pt", b"\x80\x02}.", [("../../etc/passwd", b"x")]), "up.pt", "../../etc/passwd")
        self.refuse(self.archive("empty.pt", b"\x80\x02}."), "empty.pt", "no state dict")
        whole = self.file.read_bytes()
        for cut in (0, 10, len(whole) // 2, len(whole) - 1):
            file = self.path / "cut.pt"
            file.write_bytes(whole[:cut])
            self.refuse(file, "cut.pt")

    def test_mappings_that_do_not_fit(self):
        self.write()

        def changed(change):
            entries = json.loads(json.dumps(self.entries))
            change(entries)
            file = self.path / "changed.json"
            file.write_text(json.dumps(entries))
            return file

        layer = lambda name, **keys: lambda e: e["layers"][name].update(keys)
        for change, *mentions in (
                (layer("pw", weight="expand.weight"), "odd.pt: tensor 'expand.weight'", "[20, 12, 1, 1]", "[12, 16, 1, 1]"),
                (layer("pw", weight="nothing"), "odd.pt", "'pw'", "'nothing' is not in the file"),
                (layer("pw", weight_quantizer="magic"), "changed.json", "layers.pw.weight_quantizer", "'magic'"),
                (layer("pw", weight_quantizer="lsq", weight_scale=0.1), "'pw'", "does not go with"),
                (layer("pw", bias="dw.bias"), "tensor 'dw.bias'", "[16]", "'pw' needs [12]"),
                (layer("hidden", bias="gone"), "'hidden'", "'gone' is not in the file"),
                (layer("pw", colour="red"), "layers.pw.colour", "is not known"),
                (layer("pw", activation_scale="pw_bn.0.running_mean"), "running_mean"),
                (lambda e: e["layers"].pop("dw"), "no tensors for dw"),
                (lambda e: e["layers"].update(nose=e["layers"]["dw"]), "'nose'"),
                (lambda e: e["norms"].update({"pw.norm": "hidden_bn"}), "hidden_bn.weight", "[24]", "[12]"),
                (lambda e: e.update(bits=[4, 2]), "bits"),
                (lambda e: e.pop("normalization"), "normalized"),
                (lambda e: e.update(normalization={"mean": [0], "std": [1]}), "normalization", "channels")):
            mapping = changed(change)
            self.refuse(self.file, *mentions, mapping=mapping)
        graph = self.path / "graph.json"
        broken = json.loads(json.dumps(self.GRAPH))
        broken["nodes"][5]["kernel"] = [3, "x"]
        graph.write_text(json.dumps(broken))
        self.refuse(self.file, "graph.json: nodes[5].kernel", network=graph)
        self.out.write_bytes(b"mine")
        self.refuse(self.file, str(self.out), "exists already")
        self.assertEqual(self.out.read_bytes(), b"mine")

    def test_nothing_replaces_an_input(self):
        self.write()
        data = self.path / "data.npz"
        np.savez(data, x_test=np.zeros((4, 16, 16, 3), np.uint8), y_test=np.arange(4) % 2)
        inputs = [self.file, self.network, self.mapping, data]
        before = [path.read_bytes() for path in inputs]
        whole = ("import", self.file, "--network", self.network, "--mapping", self.mapping, "--data", data, "--split", "test")
        draft = ("import", self.file, "--network", self.network, "--suggest", "--data", data, "--split", "test", "--overwrite")
        random = f"random:{self.network}"
        commands = [(*whole, "--out", self.out, "--json", path) for path in inputs]
        commands += [(*whole, "--overwrite", "--out", path) for path in inputs]
        commands += [(*draft, "--out", path) for path in (self.file, self.network, data)]
        commands += [("info", random, "--json", self.network), ("export", random, "--bits", 2, "--out", self.network, "--format", "mix"),
                     ("train", "--network", self.network, "--data", data, "--out", self.network, "--overwrite"),
                     ("train", "--network", self.network, "--data", data, "--out", data, "--overwrite"),
                     (*whole, "--out", self.out, "--json", self.out), (*whole, "--out", self.out, "--bits", "2,3"),
                     (*whole, "--out", self.out, "--threads", 5000)]
        for command in commands:
            done = run(*command)
            self.assertEqual(done.returncode, 2, (command, done.stderr))
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual([path.read_bytes() for path in inputs], before)
        self.assertFalse(self.out.exists())

    def test_scales_need_no_labels(self):
        self.write()
        self.entries["layers"]["pw"] = {"weight": "pw.weight"}
        self.mapping.write_text(json.dumps(self.entries))
        data = self.path / "few.npz"
        np.savez(data, x_test=np.random.default_rng(2).integers(0, 256, (9, 16, 16, 3), dtype=np.uint8), y_test=np.arange(9) % 3)
        found = self.imported(self.file, "--network", self.network, "--mapping", self.mapping, "--data", data, "--split", "test")
        self.assertEqual(found["calibrated_layers"], ["pw"])
        np.savez(data, x_test=np.zeros((9, 8, 8, 3), np.uint8), y_test=np.arange(9) % 3)
        self.out.unlink()
        self.refuse(self.file, "few.npz", "its images are 8×8×3, network 'odd' needs 16×16×3", more=("--data", data, "--split", "test"))

    def test_weights_that_are_no_numbers(self):
        self.write()
        with torch.no_grad():
            self.model.dw.weight[0, 0, 0, 0] = float("nan")
        torch.save(self.model.state_dict(), self.file)
        self.refuse(self.file, "tensor 'dw.weight'", "NaN")


if __name__ == "__main__":
    unittest.main(verbosity=2)
