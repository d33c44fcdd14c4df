# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models and images for the tests of exports, written from docs/model-format.md alone."""

import json
import math
import struct

import numpy
from safetensors.numpy import save_file

LOWEST = {"floor-nested": lambda b: -(2 ** (b - 1) - 1), "rounded": lambda b: -(2 ** (b - 1)),
          "half-step": lambda b: -(2 ** (b - 1))}


def conv(name, source, channels, kernel=(3, 3), stride=(1, 1), padding=(1, 1), groups=1, bits=None, bias=False,
         signed=False, **more):
    """The quantize node of a convolution and the convolution."""
    layer = {"name": name, "op": "conv2d", "inputs": [f"{name}.input"], "out_channels": channels, "kernel": kernel,
             "stride": stride, "padding": padding, "groups": groups, "bias": bias, **more}
    return [quantize(name, source, signed), layer | ({"bits": bits} if bits else {})]


def linear(name, source, features, bits=None, bias=False, signed=False):
    layer = {"name": name, "op": "linear", "inputs": [f"{name}.input"], "out_features": features, "bias": bias}
    return [quantize(name, source, signed), layer | ({"bits": bits} if bits else {})]


def quantize(name, source, signed):
    return {"name": f"{name}.input", "op": "quantize", "inputs": [source], "layer": name, "signed": signed}


def norm(layer, came_from=""):
    return {"name": f"{layer}.norm", "op": "norm", "inputs": [layer], "transition": [came_from, layer]}


def node(name, op, *inputs, **keys):
    return {"name": name, "op": op, "inputs": list(inputs), **keys}


IMAGE = node("input", "input", shape=[12, 10, 1])

# Depthwise and grouped convolutions, signed codes inside, pools with padding, and linear layers that read a map.
MOBILE = [IMAGE, *conv("stem", "input", 8, bits=8, signed=True), norm("stem"),
          node("stem.relu", "relu", "stem.norm", maximum=1.5),
          node("pool1", "max_pool", "stem.relu", kernel=[3, 3], stride=[2, 2], padding=[1, 1]),
          *conv("depthwise", "pool1", 8, groups=8), norm("depthwise", "stem"),
          node("depthwise.relu", "relu", "depthwise.norm", maximum=0.8),
          *conv("pointwise", "depthwise.relu", 16, kernel=(1, 1), padding=(0, 0), bias=True),
          norm("pointwise", "depthwise"),
          *conv("grouped", "pointwise.norm", 16, kernel=(3, 1), stride=(2, 1), padding=(1, 0), groups=4, signed=True),
          norm("grouped", "pointwise"),
          node("pool2", "avg_pool", "grouped.norm", kernel=[3, 3], stride=[1, 2], padding=[1, 1]),
          node("flatten", "flatten", "pool2"), *linear("hidden", "flatten", 24, bias=True, signed=True),
          norm("hidden", "grouped"), node("hidden.relu", "relu", "hidden.norm"),
          *linear("classifier", "hidden.relu", 5, bits=8, bias=True)]

# One value with many readers, steps that no layer starts, flattens in odd places, a convolution over a vector, names
# that the exporter would choose itself, and an output that no layer makes.
TANGLED = [IMAGE, *conv("a", "input", 6, stride=(2, 2), signed=True), node("a.relu", "relu", "a"),
           *conv("b", "a.relu", 6, bias=True), *conv("logits", "a.relu", 6, kernel=(1, 1), padding=(0, 0)),
           norm("logits", "b"), node("sum", "add", "b", "a.relu"), node("sum2", "add", "sum", "logits.norm"),
           node("sum2.relu", "relu", "sum2"), node("flat", "flatten", "sum2.relu"), node("other", "flatten", "a.relu"),
           node("pixels", "add", "flat", "other"), node("pixels.relu", "relu", "pixels"),
           *conv("b.weight", "pixels.relu", 7, kernel=(1, 1), padding=(0, 0)),
           node("top", "max_pool", "b.weight", **{"global": True}), *linear("c", "flat", 7, signed=True),
           node("both", "add", "top", "c"), node("end", "flatten", "both")]

# Linear layers alone, from the pixels on.
PERCEPTRON = [IMAGE, node("flatten", "flatten", "input"), *linear("one", "flatten", 20, bits=8, signed=True),
              norm("one"), node("one.relu", "relu", "one.norm"), *linear("two", "one.relu", 20),
              node("two.swish", "hard_swish", "two"), *linear("three", "two.swish", 4)]

# The operations of today's networks: gates, concatenations, shuffles, layer norms, smooth functions, every window.
MODERN = [IMAGE, *conv("a", "input", 8, padding=(0, 1, 1, 2), stride=(2, 1), signed=True), norm("a"),
          node("a.silu", "silu", "a.norm"), node("mean", "avg_pool", "a.silu", **{"global": True}),
          *conv("squeeze", "mean", 4, kernel=(1, 1), padding=(0, 0), signed=True), norm("squeeze", "a"),
          node("leaky", "leaky_relu", "squeeze.norm", slope=0.2),
          *conv("expand", "leaky", 8, kernel=(1, 1), padding=(0, 0), signed=True),
          node("gate", "sigmoid", "expand"), node("gated", "mul", "a.silu", "gate"),
          *conv("dilated", "gated", 8, padding=(2, 1), dilation=[2, 1], signed=True), norm("dilated", "expand"),
          node("gelu", "gelu", "dilated.norm"), node("joined", "concat", "gelu", "gated"),
          node("shuffled", "channel_shuffle", "joined", groups=2), node("part", "slice", "shuffled", first=3, count=10),
          node("ln", "layer_norm", "part", epsilon=1e-5),
          *conv("grouped", "ln", 6, kernel=(3, 1), padding=(1, 0), groups=2, signed=True), norm("grouped", "dilated"),
          node("hard", "hard_sigmoid", "grouped.norm", slope=0.3, offset=0.4), node("clipped", "clip", "hard", minimum=0.1, maximum=0.9),
          node("tanh", "tanh", "grouped.norm"), node("gelu2", "gelu_tanh", "tanh"), node("both", "mul", "clipped", "gelu2"),
          node("pool1", "max_pool", "both", kernel=[3, 3], stride=[2, 2], padding=[1, 0, 0, 1], ceil_mode=True),
          node("pool2", "avg_pool", "pool1", kernel=[3, 3], stride=[2, 1], padding=[1, 1], ceil_mode=True, count_padding=False),
          node("pool3", "avg_pool", "pool2", kernel=[2, 2], stride=[1, 1], padding=[1, 0], count_padding=True),
          node("up", "upsample", "pool3", scale=[1, 2]), node("four", "avg_pool", "up", output=[1, 2]),
          node("flat", "flatten", "four"), *linear("classifier", "flat", 6, bits=8, bias=True, signed=True)]

NETWORKS = {"mobile": MOBILE, "tangled": TANGLED, "perceptron": PERCEPTRON, "modern": MODERN}


def shape_of(entry, inputs):
    op = entry["op"]
    if op == "input":
        return entry["shape"]
    if op == "linear":
        return [1, 1, entry["out_features"]]
    if op == "flatten":
        return [1, 1, math.prod(inputs[0])]
    if op in ("conv2d", "max_pool", "avg_pool"):
        channels = entry.get("out_channels", inputs[0][2])
        if entry.get("global"):
            return [1, 1, channels]
        if "output" in entry:
            return [*entry["output"], channels]
        return [*(windows(inputs[0][i], entry, i) for i in (0, 1)), channels]
    if op == "concat":
        return [*inputs[0][:2], sum(shape[2] for shape in inputs)]
    if op == "slice":
        return [*inputs[0][:2], entry["count"]]
    if op == "upsample":
        return [inputs[0][0] * entry["scale"][0], inputs[0][1] * entry["scale"][1], inputs[0][2]]
    if op == "mul":
        return [max(sizes) for sizes in zip(*inputs)]
    return inputs[0]


def windows(size, entry, side):
    """Windows along the height (0) or the width (1)."""
    padding = entry["padding"]
    before, after = padding[side], padding[side + 2] if len(padding) == 4 else padding[side]
    span = (entry["kernel"][side] - 1) * entry.get("dilation", [1, 1])[side] + 1
    room, stride = size + before + after - span, entry["stride"][side]
    if not entry.get("ceil_mode"):
        return room // stride + 1
    most = -(-room // stride) + 1
    return most - 1 if (most - 1) * stride >= size + before else most


def layer_tensors(entry, channels, bits, quantizer, random):
    """Codes over their whole range, and scales that keep values about 1."""
    name, own = entry["name"], [entry["bits"]] if "bits" in entry else bits
    nests = quantizer == "floor-nested" or "bits" in entry
    linear_layer = entry["op"] == "linear"
    outputs = entry["out_features"] if linear_layer else entry["out_channels"]
    filters = [channels] if linear_layer else [*entry["kernel"], channels // entry["groups"]]
    codes, scales = [], []
    for width in [own[-1]] if nests else own:
        codes.append(random.integers(LOWEST[quantizer](width), 2 ** (width - 1), [outputs, *filters], numpy.int8))
        scales.append(random.uniform(1, 2, outputs) * 2 / 2**width / math.sqrt(math.prod(filters)))
    tensors = {f"{name}.codes": numpy.stack(codes), f"{name}.weight_scale": numpy.stack(scales).astype("f4"),
               f"{name}.act_scale": numpy.array([3.1 / 2**width for width in own], "f4")}
    if nests:
        tensors |= {key: tensors[key][0] for key in (f"{name}.codes", f"{name}.weight_scale")}
    if entry["bias"]:
        tensors[f"{name}.bias"] = random.normal(0, 0.2, outputs).astype("f4")
    return tensors


def write_model(path, network, bits, quantizer="floor-nested", seed=0):
    """Returns the names of the quantizable layers and the number of classes."""
    random = numpy.random.default_rng(seed)
    nodes, shapes, tensors = NETWORKS[network], {}, {}
    fixed = {"": True}
    for entry in nodes:
        inputs = [shapes[name] for name in entry["inputs"]] if entry["op"] != "input" else []
        shape = shapes[entry["name"]] = shape_of(entry, inputs)
        if entry["op"] in ("conv2d", "linear"):
            fixed[entry["name"]] = "bits" in entry
            tensors |= layer_tensors(entry, inputs[0][2], bits, quantizer, random)
        if entry["op"] == "norm":
            table = [1 if fixed[side] else len(bits) for side in entry["transition"]] + [shape[2]]
            for kind, values in (("gamma", random.uniform(0.5, 1.5, table)), ("beta", random.normal(0.1, 0.3, table)),
                                 ("mean", random.normal(0, 0.3, table)), ("var", random.uniform(0.2, 1, table))):
                tensors[f"{entry['name']}.{kind}"] = values.astype("f4")
    classes = [f"class {i}" for i in range(shape[2])]
    metadata = {"format": "1", "network": json.dumps({"name": network, "nodes": nodes}), "quantizer": quantizer,
                "bits": json.dumps(bits), "classes": json.dumps(classes),
                "normalization": json.dumps({"mean": [0.45], "std": [0.27]}), "provenance": "{}"}
    save_file(tensors, path, {f"bitdesk.{key}": value for key, value in metadata.items()})
    return [name for name, is_fixed in fixed.items() if not is_fixed], len(classes)


def write_images(folder, count, height=12, width=10, classes=4, seed=1):
    """An IDX test set of noise at all brightnesses; returns the images as [N, 1, H, W]."""
    random = numpy.random.default_rng(seed)
    contrast = random.uniform(0.1, 1, (count, 1, 1))
    images = (random.integers(0, 256, (count, height, width)) * contrast).astype("u1")
    images[: min(count, 4)] = numpy.array([0, 1, 127, 255], "u1")[: min(count, 4), None, None]
    folder.mkdir(exist_ok=True)
    (folder / "t10k-images-idx3-ubyte").write_bytes(struct.pack(">4i", 0x803, count, height, width) + images.tobytes())
    labels = random.integers(0, classes, count).astype("u1")
    (folder / "t10k-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 0x801, count) + labels.tobytes())
    return images[:, None]
