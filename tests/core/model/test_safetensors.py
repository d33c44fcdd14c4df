#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a Bitdesk model with the `safetensors` package and holds it against docs/model-format.md.

test_safetensors.py [MODEL]; without MODEL the sample of the repository, and exit code 77 (skipped) where it is absent.
"""

import json
import math
import sys
from pathlib import Path

SAMPLE = Path(__file__).resolve().parents[3] / "resources/models/fashion-mnist.safetensors"
METADATA = ("format", "network", "quantizer", "bits", "classes", "normalization", "provenance")
POOLS = ("max_pool", "avg_pool")


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def window(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1


def windows(shape, node):
    kernel, stride = node.get("kernel", [1, 1]), node.get("stride", [1, 1])
    padding = node.get("padding", [0, 0])
    return [window(shape[i], kernel[i], stride[i], padding[i]) for i in (0, 1)]


def output_shape(node, inputs):
    """[height, width, channels] of a node, from the format's rules and nothing of Bitdesk's."""
    op = node["op"]
    if op == "input":
        return node["shape"]
    if op == "conv2d":
        return [*windows(inputs[0], node), node["out_channels"]]
    if op == "linear":
        return [1, 1, node["out_features"]]
    if op == "flatten":
        return [1, 1, math.prod(inputs[0])]
    if op in POOLS:
        channels = inputs[0][2]
        return [1, 1, channels] if node.get("global") else [*windows(inputs[0], node), channels]
    check(op in ("norm", "relu", "add", "quantize"), f"operation {op} of {node['name']} is not in the format")
    return inputs[0]


def expected_tensors(network, bits, version, copies, floats):
    """Name -> (dtype, acceptable shapes) of every tensor that the network calls for, and the widths of the codes."""
    shapes, layers, norms, tensors, widths = {}, {}, [], {}, {}
    for node in network["nodes"]:
        inputs = [shapes[name] for name in node["inputs"]]
        shapes[node["name"]] = output_shape(node, inputs)
        if node["op"] in ("conv2d", "linear"):
            layers[node["name"]] = (node, inputs[0][2])
        if node["op"] == "norm":
            norms.append(node)
    for name, (node, channels) in layers.items():
        outputs = shapes[name][2]
        linear = node["op"] == "linear"
        filters = [channels] if linear else [*node["kernel"], channels // node["groups"]]
        rows = [len(bits)] if copies and len(bits) > 1 and "bits" not in node else []
        tensors[f"{name}.codes"] = ("I8", [[*rows, outputs, *filters]])
        tensors[f"{name}.weight_scale"] = ("F32", [[*rows, outputs], [*rows, 1]])
        tensors[f"{name}.act_scale"] = ("F32", [[1 if "bits" in node else len(bits)]])
        if node["bias"]:
            tensors[f"{name}.bias"] = ("F32", [[outputs]])
        if floats:
            tensors[f"{name}.float"] = ("F32", [[outputs, *filters]])
            if node["bias"]:
                tensors[f"{name}.float_bias"] = ("F32", [[outputs]])
        widths[f"{name}.codes"] = node.get("bits", max(bits))
    for node in norms:
        sides = [len(bits) if side in layers and "bits" not in layers[side][0] else 1 for side in node["transition"]]
        channels = shapes[node["name"]][2]
        small = [[a, b, channels] for a in {sides[0], 1} for b in {sides[1], 1}] if version == 2 else []
        for table in ("gamma", "beta", "mean", "var"):
            tensors[f"{node['name']}.{table}"] = ("F32", [[*sides, channels], *small])
        if floats:
            tensors[f"{node['name']}.float"] = ("F32", [[4, channels]])
    return tensors, widths, shapes[network["nodes"][-1]["name"]][2]


def check_metadata(metadata):
    for key in METADATA:
        check(f"bitdesk.{key}" in metadata, f"metadata bitdesk.{key} is missing")
    check(metadata["bitdesk.format"] in ("1", "2"), "format is neither 1 nor 2")
    check(metadata["bitdesk.quantizer"] in ("floor-nested", "rounded", "half-step"), "quantizer is not of the format")
    bits = json.loads(metadata["bitdesk.bits"])
    check(bits == sorted(set(bits)) and all(2 <= b <= 8 for b in bits), f"bits {bits} are not ascending from 2 to 8")
    provenance = json.loads(metadata["bitdesk.provenance"])
    check(all(isinstance(value, str) for value in provenance.values()), "provenance holds more than texts")
    return bits


def check_values(name, values, widths, nested):
    import numpy

    kind = name.rsplit(".", 1)[1]
    if kind == "codes":
        highest = 2 ** (widths[name] - 1) - 1
        check(values.max() <= highest and values.min() >= (-highest if nested else -highest - 1), f"{name}: a code passes {highest}")
        check(len(numpy.unique(values)) > 1, f"{name}: all codes are the same")
        return
    check(numpy.isfinite(values).all(), f"{name}: NaN or infinity")
    if kind in ("weight_scale", "act_scale"):
        check((values > 0).all(), f"{name}: a scale is not positive")
    if kind == "var":
        check((values >= 0).all(), f"{name}: a variance is negative")
    if kind == "float" and name.removesuffix(".float") + ".codes" not in widths:
        check((values[3] >= 0).all(), f"{name}: a variance is negative")


def check_bytes(path, count):
    """The frame itself: length, alignment, and data side by side to the end of the file."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    check(length % 8 == 0, "the data is not aligned to 8 bytes")
    header = json.loads(data[8 : 8 + length])
    spans = sorted(entry["data_offsets"] for name, entry in header.items() if name != "__metadata__")
    check(len(spans) == count, "the package sees other tensors than the header names")
    check([0, *(end for _, end in spans)] == [*(begin for begin, _ in spans), len(data) - 8 - length], "holes or overlaps")


def check_model(path):
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
        bits = check_metadata(metadata)
        nested, floats = metadata["bitdesk.quantizer"] == "floor-nested", any(name.endswith(".float") for name in file.keys())
        tensors, widths, classes = expected_tensors(json.loads(metadata["bitdesk.network"]), bits,
                                                    int(metadata["bitdesk.format"]), not nested, floats)
        check(set(file.keys()) == set(tensors), f"tensors differ: {sorted(set(file.keys()) ^ set(tensors))}")
        for name, (dtype, shapes) in tensors.items():
            entry = file.get_slice(name)
            check(entry.get_dtype() == dtype, f"{name}: {entry.get_dtype()} instead of {dtype}")
            check(entry.get_shape() in shapes, f"{name}: shape {entry.get_shape()} instead of {shapes[0]}")
            check_values(name, file.get_tensor(name), widths, nested)
        check(len(json.loads(metadata["bitdesk.classes"])) == classes, "the class names are not as many as the classes")
        channels = json.loads(metadata["bitdesk.network"])["nodes"][0]["shape"][2]
        normalization = json.loads(metadata["bitdesk.normalization"])
        check({key: len(table) for key, table in normalization.items()} == {"mean": channels, "std": channels},
              "the normalization is not one mean and std a channel")
        check_bytes(path, len(tensors))
        return len(tensors)


def main():
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE
    if len(sys.argv) < 2 and not path.exists():
        print(f"{path} is absent: skipped")
        return 77
    try:
        count = check_model(path)
    except AssertionError as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 1
    print(f"{path}: {count} tensors as the format says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
