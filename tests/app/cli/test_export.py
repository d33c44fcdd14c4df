#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exported mixes in the programs that they are for: onnx's checker, onnxruntime, qonnx. Exit code 77 without those."""

import collections
import gzip
import json
import os
import pathlib
import random
import sys
import tempfile
import unittest

import starter
from patience import patience

try:
    import numpy
    import onnx
    import onnxruntime
    import qonnx.core.modelwrapper
    import qonnx.core.onnx_exec
    from qonnx.custom_op.general.intquant import int_quant

    import export_models
except ImportError as error:
    print(f"{error}: skipped")
    sys.exit(77)

BIN = os.environ["BITDESK_BIN"]
SAMPLE = os.path.join(os.environ["BITDESK_SOURCE"], "resources/models/fashion-mnist.safetensors")
MIXES = ("4", "3", "2", "4,4,4,3,3,2,2,2,2,3,3,4,4,4", "2,3,4,2,3,4,2,3,4,2,3,4,2,3")
ALL_WIDTHS = [2, 3, 4, 5, 6, 7, 8]


def run(*arguments):
    return starter.run([BIN, *map(str, arguments)], capture_output=True, text=True, timeout=patience(600))


def done(*arguments):
    finished = run(*arguments)
    if finished.returncode != 0:
        raise AssertionError(finished.stderr)
    return json.loads(finished.stdout)


def export(model, bits, out, *more):
    return done("export", model, "--bits", bits, "--out", out, "--quiet", "--json", "-", *more)


def predictions(model, bits, data, *more):
    return numpy.array(done("predict", model, "--bits", bits, "--data", data, "--no-store", "--quiet", "--json", "-",
                            *more)["predictions"])


def logits(file, images):
    """Of onnxruntime as it comes, fusions and all."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    parts = [session.run(["logits"], {"pixels": part.astype("f4")})[0] for part in numpy.array_split(images, 20)]
    return numpy.concatenate(parts)


def fashion_images():
    for folder in ("/usr/share/datasets/fashion-mnist", "/usr/share/dataset-fashion-mnist",
                   os.path.join(os.environ.get("BITDESK_DATA_DIR", ""), "fashion-mnist")):
        for file in sorted(pathlib.Path(folder).rglob("t10k-images-idx3-ubyte*")):
            data = gzip.open(file).read() if file.suffix == ".gz" else file.read_bytes()
            return numpy.frombuffer(data, "u1", offset=16).reshape(-1, 1, 28, 28)
    return None


def quant_bits(file):
    """Name of a Quant node → its bit-width, as the qonnx package reads them."""
    model = qonnx.core.modelwrapper.ModelWrapper(str(file))
    return {n.name: model.get_initializer(n.input[3]).item() for n in model.graph.node if n.op_type == "Quant"}


class Export(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.out = self.path / "mix.onnx"

    def refused(self, code, mentions, *arguments):
        """Refused with one line, and nothing half-written is left."""
        before = sorted(self.path.rglob("*"))
        finished = run("export", *arguments)
        self.assertEqual(finished.returncode, code, finished.stderr)
        self.assertEqual((finished.stdout, len(finished.stderr.splitlines())), ("", 1))
        for text in mentions:
            self.assertIn(text, finished.stderr)
        self.assertEqual(sorted(self.path.rglob("*")), before)

    def test_five_mixes_of_the_sample_agree_with_predict(self):
        images = fashion_images()
        if images is None:
            self.skipTest("needs Fashion-MNIST")
        for bits in MIXES:
            told = export(SAMPLE, bits, self.out)
            self.assertEqual((told["format"], told["opset"], told["input"]["name"], told["output"]["shape"]),
                             ("onnx", 13, "pixels", ["N", "10"]))
            onnx.checker.check_model(str(self.out), full_check=True)
            expected = predictions(SAMPLE, bits, "fashion-mnist")
            same = (logits(self.out, images).argmax(1) == expected).mean()
            print(f"{bits}: {same:.2%} of {len(images)} images", flush=True)
            self.assertGreaterEqual(same, 0.999)

    def test_the_file_says_what_it_is_and_where_it_rounds_otherwise(self):
        told = export(SAMPLE, "2,3,4,2,3,4,2,3,4,2,3,4,2,3", self.out)
        model = onnx.load(self.out)
        facts = {entry.key: entry.value for entry in model.metadata_props}
        self.assertEqual(list(json.loads(facts["bitdesk.bits"]).values()), told["bits"])
        self.assertEqual(facts["bitdesk.model_hash"], told["model_hash"])
        for note in told["notes"]:
            self.assertIn(note, facts["bitdesk.rounding"])
        self.assertIn("half to even", facts["bitdesk.rounding"])
        self.assertEqual([(o.domain, o.version) for o in model.opset_import], [("", 13)])
        names = [node.name for node in model.graph.node]
        layers = [entry["name"] for entry in done("info", SAMPLE, "--json", "-")["layers"]]
        for name in layers:
            self.assertEqual(names.count(name), 1)

    def test_weights_are_per_channel_integers_of_the_mix(self):
        bits = export(SAMPLE, "2,3,4,2,3,4,2,3,4,2,3,4,2,3", self.out)["bits"]
        model = onnx.load(self.out)
        tensors = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
        for name, width in zip((e["name"] for e in done("info", SAMPLE, "--json", "-")["layers"]), bits):
            codes = tensors[f"{name}.weight"]
            self.assertEqual((codes.dtype, tensors[f"{name}.weight.scale"].shape), ("int8", codes.shape[:1]))
            self.assertLess(abs(codes.astype(int)).max(), 2**width)
            self.assertTrue((codes % 2 != 0).all(), "odd integers, half a step above the code")

    def test_qonnx_reads_the_mix_and_agrees_with_predict(self):
        images = fashion_images()
        out, bits = self.path / "mix.qonnx.onnx", MIXES[4]
        self.assertEqual(export(SAMPLE, bits, out)["format"], "qonnx")
        onnx.checker.check_model(str(out))
        widths = quant_bits(out)
        layers = [entry["name"] for entry in done("info", SAMPLE, "--json", "-")["layers"]]
        for name, width in zip(layers, map(int, bits.split(","))):
            self.assertEqual((widths[f"{name}.weight.quant"], widths[f"{name}.input"]), (width, width))
        self.assertEqual({widths.get(f"{name}.{what}") for name in ("stem", "classifier")
                          for what in ("weight.quant", "input")}, {8})
        self.weights_stay(out)
        if images is None:
            self.skipTest("needs Fashion-MNIST")
        self.agree_in_qonnx(out, images[:200], predictions(SAMPLE, bits, "fashion-mnist", "--limit", 200))

    def weights_stay(self, file):
        """Quant of a weight is that weight, bit for bit."""
        model = qonnx.core.modelwrapper.ModelWrapper(str(file))
        for n in model.graph.node:
            inputs = [model.get_initializer(name) for name in n.input]
            if n.op_type == "Quant" and inputs[0] is not None:
                self.assertTrue((int_quant(*inputs, True, False, "ROUND").astype("f4") == inputs[0]).all(), n.name)

    def agree_in_qonnx(self, file, images, expected):
        model = qonnx.core.modelwrapper.ModelWrapper(str(file))
        found = [qonnx.core.onnx_exec.execute_onnx(model, {"pixels": image[None].astype("f4")})["logits"].argmax()
                 for image in images]
        self.assertLessEqual((numpy.array(found) != expected).sum(), 1)

    def test_other_networks_and_quantizers_at_all_widths(self):
        draw, seen = random.Random(5), collections.Counter()
        for network in export_models.NETWORKS:
            for quantizer in export_models.LOWEST:
                model = self.path / f"{network}-{quantizer}.safetensors"
                layers, classes = export_models.write_model(model, network, ALL_WIDTHS, quantizer)
                images = export_models.write_images(self.path / "data", 1000, classes=classes)
                for bits in ([2] * len(layers), [8] * len(layers), [draw.choice(ALL_WIDTHS) for _ in layers]):
                    with self.subTest(network=network, quantizer=quantizer, bits=bits):
                        text = ",".join(map(str, bits))
                        export(model, text, self.out)
                        onnx.checker.check_model(str(self.out), full_check=True)
                        expected = predictions(model, text, self.path / "data")
                        self.assertLessEqual((logits(self.out, images).argmax(1) != expected).sum(), 1)
                        out = self.path / "mix.qonnx.onnx"
                        export(model, text, out)
                        widths = quant_bits(out)
                        self.assertEqual([widths[f"{name}.input"] for name in layers], bits)
                        self.assertEqual([widths[f"{name}.weight.quant"] for name in layers], bits)
                        self.weights_stay(out)
                        self.agree_in_qonnx(out, images[:25], expected[:25])
                        seen[network] += len(set(expected.tolist())) > 1
        self.assertTrue(all(seen[network] > 2 for network in export_models.NETWORKS), seen)

    def test_networks_of_the_catalogue(self):
        for network, shape in (("resnet20", (3, 32, 32)), ("resnet18", (3, 224, 224))):
            told = export(f"random:{network}", "3", self.out)
            self.assertEqual(told["input"]["shape"], ["N", *map(str, shape)])
            onnx.checker.check_model(str(self.out), full_check=True)
            images = numpy.random.default_rng(0).integers(0, 256, (20, *shape), "u1")
            self.assertTrue(numpy.isfinite(logits(self.out, images)).all())
        images = fashion_images()
        if images is None:
            self.skipTest("needs Fashion-MNIST")
        for bits in ("2", "4", MIXES[4]):
            export("random:resnet14", bits, self.out)
            expected = predictions("random:resnet14", bits, "fashion-mnist", "--limit", 1000)
            self.assertLessEqual((logits(self.out, images[:1000]).argmax(1) != expected).sum(), 1)

    def test_node_data_names_nodes_of_the_graph(self):
        bits, out = "2,3,4,2,3,4,2,3,4,2,3,4,2,3", self.path / "bits.json"
        export(SAMPLE, bits, self.out)
        nodes = {node.name for node in onnx.load(self.out).graph.node}
        for metric in ("bits", "macs", "bitops", "weight-bytes"):
            export(SAMPLE, bits, out, "--format", "node-data", "--metric", metric)
            graph = json.loads(out.read_text())["main_graph"]
            self.assertEqual(len(graph["results"]), 16)
            self.assertTrue(set(graph["results"]) <= nodes)
            for result in graph["results"].values():
                self.assertEqual(result["value"], result[metric])
            self.assertEqual([stop["stop"] for stop in graph["gradient"]], [0, 1])
        self.refused(3, ["bitdesk profile"], SAMPLE, "--bits", bits, "--out", out, "--format", "node-data", "--metric",
                     "time")

    def test_latency_as_nvbench_reads_it(self):
        db, out = self.path / "results.sqlite", self.path / "latency.json"
        more = ("--format", "nvbench", "--db", db)
        self.refused(3, ["there is no such database"], SAMPLE, "--bits", "4", "--out", out, *more)
        profile = done("profile", SAMPLE, "--bits", "4", "--bits", "2", "--samples", "20", "--db", db, "--quiet",
                       "--json", "-")["runs"]
        self.refused(3, ["bitdesk profile"], SAMPLE, "--bits", "3", "--out", out, *more)
        self.refused(3, ["of another mix"], SAMPLE, "--bits", "4", "--out", out, *more, "--measurement",
                     profile[1]["id"])
        self.refused(3, ["holds no measurement"], SAMPLE, "--bits", "4", "--out", out, *more, "--measurement", 99999)
        self.assertEqual(export(SAMPLE, "4", out, *more)["measurement"], profile[0]["id"])
        root = json.loads(out.read_text())
        self.assertEqual(root["meta"]["version"]["json"]["string"], "1.0.0")
        benchmark, = root["benchmarks"]
        self.assertEqual(benchmark["devices"], [device["id"] for device in root["devices"]])
        whole = benchmark["states"][0]
        self.assertEqual({axis["name"] for axis in benchmark["axes"]}, {v["name"] for v in whole["axis_values"]})
        values = {s["tag"]: float(next(d for d in s["data"] if d["name"] == "value")["value"]) for s in whole["summaries"]}
        samples = numpy.array(profile[0]["samples_ms"]) / 1000
        self.assertAlmostEqual(values["nv/cold/time/gpu/mean"], samples.mean())
        self.assertAlmostEqual(values["nv/cold/time/gpu/stdev/relative"], samples.std(ddof=1) / samples.mean())
        self.assertEqual(values["nv/cold/sample_size"], 20)
        self.assertEqual(len(benchmark["states"]), 1 + len(profile[0]["layers"]))
        export(SAMPLE, "4", self.path / "time.json", "--format", "node-data", "--metric", "time", "--db", db)
        times = json.loads((self.path / "time.json").read_text())["main_graph"]["results"]
        self.assertTrue(all(result["value"] > 0 for result in times.values()))

    def test_a_mix_comes_back_through_bits(self):
        out = self.path / "mix.json"
        bits = export(SAMPLE, MIXES[3], out, "--format", "mix")["bits"]
        again = export(SAMPLE, f"@{out}", self.out)
        self.assertEqual(again["bits"], bits)
        self.refused(2, ["is an input"], SAMPLE, "--bits", f"@{out}", "--out", out, "--format", "mix")

    def test_the_same_mix_gives_the_same_bytes(self):
        export(SAMPLE, "3", self.out)
        first = self.out.read_bytes()
        export(SAMPLE, "3", self.out)
        self.assertEqual(self.out.read_bytes(), first)

    def test_bad_input_is_refused_and_leaves_nothing(self):
        four = (SAMPLE, "--bits", "4", "--out")
        self.refused(2, ["one of node-data, nvbench, mix"], *four, self.path / "a.json")
        self.refused(2, ["no ending that tells a format"], *four, self.path / "a.xyz")
        self.refused(2, ["Known: onnx, qonnx"], *four, self.out, "--format", "tflite")
        self.refused(2, ["--metric"], *four, self.out, "--metric", "bits")
        self.refused(2, ["is no metric"], *four, self.path / "a.json", "--format", "node-data", "--metric", "heat")
        self.refused(2, ["tells no times"], *four, self.out, "--measurement", 1)
        self.refused(2, ["--out and --json"], *four, self.out, "--json", self.out)
        self.refused(2, ["takes one mix"], *four, self.out, "--bits", "3")
        self.refused(2, ["is an input"], SAMPLE, "--bits", "4", "--out", SAMPLE, "--format", "onnx")
        self.refused(3, ["cannot run at 7 bits"], SAMPLE, "--bits", "7", "--out", self.out)
        self.refused(3, ["14 quantizable layers"], SAMPLE, "--bits", "4,4", "--out", self.out)
        self.refused(3, ["nosuch"], self.path / "nosuch.safetensors", "--bits", "4", "--out", self.out)
        self.refused(4, ["missing"], *four, self.path / "missing" / "a.onnx")


if __name__ == "__main__":
    unittest.main()
