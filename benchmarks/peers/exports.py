#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exported mixes in the programs of others: on how many images each gives the class that `bitdesk predict` gives.

    python3 -m venv peers && peers/bin/pip install onnx onnxruntime openvino opencv-python-headless qonnx safetensors
    peers/bin/python benchmarks/peers/exports.py [--images 10000] [--only sample,small] [--programs OpenVINO]

A program that is not installed is left out. Two kinds of networks: the sample on Fashion-MNIST, whose margins are those of a
trained network, and small ones with random weights on noise, where the two best classes often lie close together.
"""

import argparse
import collections
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/app/cli"))
import export_models  # noqa: E402

SAMPLE = ROOT / "resources/models/fashion-mnist.safetensors"
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz")
SAMPLE_MIXES = ["4", "3", "2", "4,4,4,3,3,2,2,2,2,3,3,4,4,4", "2,3,4,2,3,4,2,3,4,2,3,4,2,3"]
SMALL = [("mobile", "rounded"), ("tangled", "floor-nested"), ("perceptron", "half-step"), ("mobile", "floor-nested")]
QONNX_IMAGES = 50  # its executor takes one image at a time
PROGRAMS = {}


def program(name):
    def add(make):
        PROGRAMS[name] = make
        return make

    return add


@program("onnxruntime")
def onnxruntime_logits(files, images, optimize=True):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if not optimize:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(files["onnx"], options, providers=["CPUExecutionProvider"])
    parts = numpy.array_split(images, -(-len(images) // 500))
    return numpy.concatenate([session.run(["logits"], {"pixels": part})[0] for part in parts])


@program("onnxruntime, not optimized")
def onnxruntime_plain(files, images):
    return onnxruntime_logits(files, images, optimize=False)


@program("OpenVINO")
def openvino_logits(files, images, options=None):
    import openvino

    compiled = openvino.Core().compile_model(str(files["onnx"]), "CPU", options or {})
    parts = numpy.array_split(images, -(-len(images) // 500))
    return numpy.concatenate([compiled([part])[0].copy() for part in parts])


@program("OpenVINO, inference precision f32")
def openvino_float(files, images):
    return openvino_logits(files, images, {"INFERENCE_PRECISION_HINT": "f32"})


def opencv_logits(files, images, engine):
    import cv2

    chosen = {"engine": getattr(cv2.dnn, engine)} if hasattr(cv2.dnn, engine) else {}
    if not chosen and engine != "ENGINE_CLASSIC":
        raise ImportError(f"OpenCV {cv2.__version__} has one engine")
    net = cv2.dnn.readNetFromONNX(str(files["onnx"]), **chosen)
    found = []
    for image in images:
        net.setInput(numpy.ascontiguousarray(image[None]), "pixels")
        found.append(net.forward().reshape(-1).copy())
    return numpy.array(found)


@program("OpenCV, classic engine")
def opencv_classic(files, images):
    return opencv_logits(files, images, "ENGINE_CLASSIC")


@program("OpenCV, new engine")
def opencv_new(files, images):
    return opencv_logits(files, images, "ENGINE_NEW")


@program("qonnx")
def qonnx_logits(files, images):
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core.onnx_exec import execute_onnx

    model = ModelWrapper(str(files["qonnx"]))
    return numpy.concatenate([execute_onnx(model, {"pixels": image[None]})["logits"] for image in images[:QONNX_IMAGES]])


@program("qonnx-convert to QCDQ, then onnxruntime")
def qonnx_converted(files, images):
    """Weights whose zero point is not 0 stay Quant nodes, which no onnxruntime knows: then there is nothing to run."""
    import onnxruntime
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.transformation.qonnx_to_qcdq import QuantToQCDQ

    model = ModelWrapper(str(files["qonnx"]))
    before = len(model.get_nodes_by_op_type("Quant"))
    model = model.transform(QuantToQCDQ())
    left = len(model.get_nodes_by_op_type("Quant"))
    if left:
        raise RuntimeError(f"{left} of {before} Quant nodes stay")
    session = onnxruntime.InferenceSession(model.model.SerializeToString(), providers=["CPUExecutionProvider"])
    return numpy.concatenate([session.run(["logits"], {"pixels": image[None]})[0] for image in images[:QONNX_IMAGES]])


def versions():
    import importlib.metadata

    for package in ("onnxruntime", "openvino", "opencv-python-headless", "qonnx", "onnx", "numpy"):
        try:
            yield f"{package} {importlib.metadata.version(package)}"
        except importlib.metadata.PackageNotFoundError:
            yield f"{package} –"


def bitdesk(*arguments):
    done = subprocess.run([BIN, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"exports.py: {done.stderr.strip()}")
    return json.loads(done.stdout)


def cases(folder, count, only):
    """(title, model, mix, data, images)"""
    if "sample" in only:
        images = numpy.frombuffer(gzip.open(FASHION).read(), "u1", offset=16).reshape(-1, 1, 28, 28)[:count]
        for mix in SAMPLE_MIXES:
            yield f"sample {mix}", SAMPLE, mix, "fashion-mnist", images
    if "small" in only:
        for network, quantizer in SMALL:
            model = folder / f"{network}-{quantizer}.safetensors"
            layers, classes = export_models.write_model(model, network, [2, 3, 4, 8], quantizer)
            data = folder / f"{network}-{quantizer}"
            images = export_models.write_images(data, count, classes=classes)
            for mix in ("8", "4", "2"):
                yield f"{network}, {quantizer} {mix}", model, ",".join([mix] * len(layers)), data, images


def same_class(make, files, images, expected):
    """The share, or why there is none."""
    try:
        found = make(files, images.astype(numpy.float32))
    except ImportError:
        return None
    except Exception as error:  # whatever another program says
        return str(error).strip().splitlines()[-1][:90]
    return (found.argmax(1) == expected[: len(found)]).mean()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--bin", default=ROOT / "build/release/bin/bitdesk", help="our program (default: %(default)s)")
    options.add_argument("--images", type=int, default=10_000)
    options.add_argument("--only", default="sample,small", help="which networks (default: %(default)s)")
    options.add_argument("--programs", default="", metavar="TEXT", help="only those whose name holds TEXT")
    options = options.parse_args()
    global BIN
    BIN = options.bin
    print(", ".join(versions()) + f"; {options.images} images\n")
    shares = collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for title, model, mix, data, images in cases(folder, options.images, options.only.split(",")):
            files = {"onnx": folder / "mix.onnx", "qonnx": folder / "mix.qonnx.onnx"}
            for out in files.values():
                bitdesk("export", model, "--bits", mix, "--out", out, "--quiet", "--json", "-")
            told = bitdesk("predict", model, "--bits", mix, "--data", data, "--no-store", "--quiet", "--json", "-")
            expected = numpy.array(told["predictions"])[: len(images)]
            print(f"{title} ({len(set(expected.tolist()))} classes occur)")
            for program, make in PROGRAMS.items():
                if options.programs not in program:
                    continue
                share = same_class(make, files, images, expected)
                if share is None:
                    continue
                print(f"    {program:42} " + (share if isinstance(share, str) else f"{share:8.2%}"), flush=True)
                shares[program, title.split()[0].rstrip(",")].append(share)
    print()
    for (program, group), found in shares.items():
        figures = [share for share in found if not isinstance(share, str)]
        if figures:
            print(f"{group:16} {program:42} {min(figures):8.2%} … {max(figures):.2%}, {len(figures)} of {len(found)} ran")


if __name__ == "__main__":
    main()
