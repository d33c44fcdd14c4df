#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of torchvision and timm, exported by PyTorch's two exporters and imported from ONNX, answer as they did in PyTorch. What is
refused. Exit code 77 without PyTorch's Python side."""

import json
import os
import sys
import unittest

sys.path.append(os.environ.get("BITDESK_TORCH_DIR", ""))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
try:
    import numpy as np
    import onnx
    import onnxruntime
    import torch

    import exported_networks as networks
    import test_import
    from test_import import run
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

NORMALIZATION = ("--mean", ",".join(map(str, networks.MEAN)), "--std", ",".join(map(str, networks.STD)))
BOTH_EXPORTERS = ("convnext_atto", "densenet121", "mobilenet_v3_small", "shufflenet_v2_x0_5")  # the others by the newer one
torch.set_num_threads(2)


class Files(test_import.Files):
    def write_images(self, side, count=200):
        pixels, labels = networks.images(side, count, 3)
        np.savez(self.path / "data.npz", x_test=pixels, y_test=labels.astype(np.int64))
        return pixels, labels

    def imported(self, file, *more):
        return super().imported(file, "--data", self.path / "data.npz", "--split", "test", "--images", 64, "--bits", 8, "--overwrite", *more)

    def predicted(self, bits=8):
        done = run("predict", self.out, "--bits", bits, "--data", self.path / "data.npz", "--no-store", "--quiet", "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        return np.array(json.loads(done.stdout)["predictions"])

    def logits(self, *more):
        file = self.path / "logits.npy"
        file.unlink(missing_ok=True)
        done = run("predict", self.out, "--bits", 8, "--data", self.path / "data.npz", "--logits", file, "--quiet", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return np.load(file)

    def executors_agree(self):
        """Bit for bit, on a few images."""
        logits = [self.logits("--limit", 3, "--backend", backend).tobytes() for backend in ("packed", "portable", "reference")]
        self.assertEqual(logits[0], logits[1])
        self.assertEqual(logits[0], logits[2])


def logits_of(net, pixels):
    with torch.no_grad():
        return torch.cat([net(part) for part in networks.normalized(pixels).split(50)]).numpy()


def correlation(ours, theirs):
    return float(np.corrcoef(ours.ravel(), theirs.ravel())[0, 1])


class Exported(Files):
    def check(self, name):
        net, side = networks.trained(name), networks.NETWORKS[name][1]
        pixels, labels = self.write_images(side)
        real, rounded = logits_of(net, pixels), logits_of(networks.rounded(net), pixels)
        theirs = real.argmax(1)
        self.assertGreater((theirs == labels).mean(), 0.75)
        expected = float((rounded.argmax(1) == theirs).mean())
        self.assertGreater(expected, 0.5)  # of ten classes
        for dynamo in (False, True) if name in BOTH_EXPORTERS else (True,):
            file = self.path / f"{name}.onnx"
            networks.export(net, side, file, dynamo)
            found = self.imported(file, *NORMALIZATION)
            ours = self.logits()
            agreement = float((ours.argmax(1) == theirs).mean())
            print(f"  {name}, {'dynamo' if dynamo else 'TorchScript'}: same class on {100 * agreement:.1f} % of {len(theirs)} at 8 bits, "
                  f"correlation of logits {correlation(ours, real):.4f}; PyTorch rounded to 8 bits: {100 * expected:.1f} %, "
                  f"{correlation(rounded, real):.4f}", flush=True)
            self.assertGreaterEqual(agreement, expected - 0.05)
            self.assertGreaterEqual(correlation(ours, real), min(0.99, correlation(rounded, real)))
            self.assertEqual(found["network"], name)
        self.executors_agree()


class Images:
    """What onnxruntime's quantizer looks at."""

    def __init__(self, x, name):
        self.left = iter([{name: part} for part in x.split(1)])

    def get_next(self):
        batch = next(self.left, None)
        return None if batch is None else {name: x.numpy() for name, x in batch.items()}


class Quantized(Files):
    def test_scales_of_onnxruntime(self):
        from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
        net, side = networks.trained("mobilenet_v2"), 64
        pixels, _ = self.write_images(side)
        x, real, file = networks.normalized(pixels), self.path / "real.onnx", self.path / "rounded.onnx"
        networks.export(net, side, real, False)
        name = onnx.load(real).graph.input[0].name
        quantize_static(real, file, Images(x[:32], name), quant_format=QuantFormat.QDQ, activation_type=QuantType.QUInt8,
                        weight_type=QuantType.QInt8, per_channel=True)
        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        theirs = np.concatenate([session.run(None, {name: part.numpy()})[0] for part in x.split(1)]).argmax(1)
        done = run("import", file, *NORMALIZATION, "--bits", "8", "--out", self.out, "--quiet", "--json", "-")  # needs no images
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["calibrated_layers"], [])
        agreement = float((self.predicted() == theirs).mean())
        print(f"  quantized by onnxruntime: same class on {100 * agreement:.1f} % of {len(theirs)}", flush=True)
        self.assertGreaterEqual(agreement, 0.9)
        told = self.imported(file, *NORMALIZATION)  # with images these set the steps
        self.assertIn("not used, since images set them", " ".join(told["notes"]))
        self.assertGreaterEqual(float((self.predicted() == theirs).mean()), 0.9)


class Refused(Files):
    def graph(self, nodes, tensors=(), shape=(1, 3, 8, 8)):
        helper = onnx.helper
        described = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, shape)
        weight = onnx.numpy_helper.from_array(np.ones((4, 3, 8, 8), np.float32), "w")
        graph = helper.make_graph(nodes, "g", [described], [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
                                  [weight, *tensors])
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)

    def refuse(self, model, *mentions, more=()):
        file = self.path / "bad.onnx"
        file.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
        before = sorted(self.path.rglob("*"))
        done = run("import", file, *NORMALIZATION, "--out", self.out, "--quiet", *more)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for text in ("bad.onnx", *mentions):
            self.assertIn(text, done.stderr)
        self.assertEqual(sorted(self.path.rglob("*")), before)
        return done.stdout

    def test_operations_that_are_not_supported_are_listed(self):
        node = onnx.helper.make_node
        einsum = {"equation": "nchw->nchw"}
        model = self.graph([node("Einsum", ["x"], ["a"], "/a", **einsum), node("Einsum", ["a"], ["b"], "/b", **einsum),
                            node("Conv", ["b", "w"], ["c"], "/c"), node("Det", ["c"], ["d"], "/d"), node("Flatten", ["d"], ["y"], "/e")])
        self.refuse(model, "2 operations are not supported: Einsum (2: /a, /b), Det (1: /d)", "--until NODE imports what comes before")
        found = json.loads(self.refuse(model, more=("--json", "-")))["unsupported"]
        self.assertEqual([(entry["op"], entry["count"], entry["nodes"]) for entry in found],
                         [("Einsum", 2, ["/a", "/b"]), ("Det", 1, ["/d"])])

    def test_graphs_that_are_none(self):
        node = onnx.helper.make_node
        conv, flatten = node("Conv", ["x", "w"], ["c"], "/c"), node("Flatten", ["c"], ["y"], "/e")
        self.refuse(self.graph([node("Conv", ["c", "w"], ["c"], "/c"), flatten]), "cycle")
        self.refuse(self.graph([conv, flatten], shape=None), "has no shape", "--input 224,224,3")
        self.refuse(self.graph([conv, flatten], shape=("N", 3, "H", "W")), "leaves its height open", "--input")
        giant = onnx.TensorProto(name="g", data_type=1, dims=[1 << 40])
        self.refuse(self.graph([conv, flatten], [giant]), "tensor 'g'", "more than 2^28 elements")
        outside = onnx.TensorProto(name="o", data_type=1, dims=[4], data_location=onnx.TensorProto.EXTERNAL)
        outside.external_data.add(key="location", value="../../etc/passwd")
        self.refuse(self.graph([conv, flatten], [outside]), "tensor 'o'", "not below the file's own folder")
        self.refuse(b"<html>", "bad.onnx")
        self.refuse(self.graph([conv, flatten]).SerializeToString()[:-40], "bad.onnx")

    def test_what_only_tensors_need(self):
        node = onnx.helper.make_node
        file = self.path / "good.onnx"
        onnx.save(self.graph([node("Conv", ["x", "w"], ["c"], "/c"), node("Flatten", ["c"], ["y"], "/e")]), file)
        for option in (("--network", "resnet20"), ("--weights-key", "model"), ("--epsilon", "1e-3")):
            done = run("import", file, *option, "--out", self.out, "--quiet")
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertIn(option[0], done.stderr)
        done = run("import", file, "--out", self.out, "--quiet")
        self.assertEqual(done.returncode, 3)
        self.assertIn("--mean, --std", done.stderr)


def add_networks():
    for name in networks.NETWORKS:
        setattr(Exported, f"test_{name}", lambda self, name=name: self.check(name))


add_networks()

if __name__ == "__main__":
    unittest.main(verbosity=2)
