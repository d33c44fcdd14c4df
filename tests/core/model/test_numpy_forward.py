#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample model's forward pass in NumPy, written from docs/model-format.md alone, against `bitdesk predict`.

NumPy computes in double precision, Bitdesk in the order and rounding of its epilogue, so that single activation codes may
differ at a rounding edge: predictions must agree on all but 1 % of the images.
"""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from safetensors import safe_open

ROOT = Path(__file__).resolve().parents[3]
MODEL = ROOT / "resources/models/fashion-mnist.safetensors"
DATA = Path("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz")
IMAGES = 300
MIXES = ("4", "3", "2", "2,4,3,3,4,2,2,3,4,4,2,3,2,4", "4,2,4,2,4,2,4,2,4,2,4,2,4,2")


def windows(x, node):
    (kh, kw), (sh, sw), (ph, pw) = node["kernel"], node["stride"], node["padding"]
    x = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(1, 2))  # B, H, W, C, kh, kw
    return view[:, ::sh, ::sw].transpose(0, 1, 2, 4, 5, 3)


class Network:
    def __init__(self, path):
        with safe_open(path, "numpy") as file:
            self.t = {name: file.get_tensor(name) for name in file.keys()}
            meta = file.metadata()
        self.nodes = json.loads(meta["bitdesk.network"])["nodes"]
        self.widths = json.loads(meta["bitdesk.bits"])
        self.normalization = json.loads(meta["bitdesk.normalization"])
        self.layers = {n["name"]: n for n in self.nodes if n["op"] in ("conv2d", "linear")}
        self.quantizable = [name for name, n in self.layers.items() if "bits" not in n]

    def position(self, layer):
        return self.widths.index(self.bits[layer]) if layer in self.bits else 0

    def width(self, layer):
        return self.bits.get(layer, self.layers[layer].get("bits"))

    def quantize(self, x, node):
        layer, b = node["layer"], self.width(node["layer"])
        scale = self.t[layer + ".act_scale"][self.position(layer)]
        low, high = (-(2 ** (b - 1) - 1), 2 ** (b - 1) - 1) if node["signed"] else (0, 2**b - 1)
        code = np.clip(x.astype(np.float32) * (np.float32(1) / scale), low, high)
        return np.rint(code).astype(np.float64) * float(scale)

    def weights(self, layer):
        stored, b = self.layers[layer].get("bits", self.widths[-1]), self.width(layer)
        codes = self.t[layer + ".codes"].astype(np.int64) >> (stored - b)
        scale = self.t[layer + ".weight_scale"].astype(np.float64).reshape(-1, *[1] * (codes.ndim - 1))
        return scale * 2.0 ** (stored - b) * (codes + 0.5)

    def norm(self, x, node):
        i, j = (self.position(layer) for layer in node["transition"])
        gamma, beta, mean, var = (self.t[f"{node['name']}.{k}"][i, j].astype(np.float64)
                                  for k in ("gamma", "beta", "mean", "var"))
        return gamma * (x - mean) / np.sqrt(var + node["epsilon"]) + beta

    def apply(self, node, inputs):
        op, name = node["op"], node["name"]
        x = inputs[0]
        if op == "quantize":
            return self.quantize(x, node)
        if op in ("conv2d", "linear"):
            w = self.weights(name)
            y = np.einsum("bhwijc,nijc->bhwn", windows(x, node), w, optimize=True) if op == "conv2d" else x @ w.T
            return y + self.t[name + ".bias"] if node.get("bias") else y
        if op == "norm":
            return self.norm(x, node)
        if op == "relu":
            return np.clip(x, 0, node.get("maximum"))
        if op == "add":
            return x + inputs[1]
        if op == "avg_pool" and node.get("global"):
            return x.mean(axis=(1, 2), keepdims=True)
        if op == "flatten":
            return x.reshape(len(x), -1)
        raise AssertionError(f"the sample model has no {op}")

    def predict(self, images, mix):
        self.bits = dict(zip(self.quantizable, mix))
        mean, std = (np.array(self.normalization[k]) for k in ("mean", "std"))
        values = {"input": (images / 255.0 - mean) / std}
        for node in self.nodes[1:]:
            values[node["name"]] = self.apply(node, [values[i] for i in node["inputs"]])
        return values[self.nodes[-1]["name"]].argmax(axis=1)


def main():
    if not DATA.exists():
        return 77
    images = np.frombuffer(gzip.open(DATA).read(), np.uint8, offset=16).reshape(-1, 28, 28, 1)[:IMAGES].astype(np.float64)
    network = Network(MODEL)
    for text in MIXES:
        mix = [int(b) for b in text.split(",")]
        mix = mix * len(network.quantizable) if len(mix) == 1 else mix
        command = [os.environ["BITDESK_BIN"], "predict", str(MODEL), "--data", "fashion-mnist", "--bits", text,
                   "--limit", str(IMAGES), "--quiet", "--json", "-"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = np.array(json.loads(done.stdout)["predictions"])
        agree = (found == network.predict(images, mix)).mean()
        print(f"{text}: {agree:.4f} of {IMAGES} predictions agree")
        if len(found) != IMAGES or agree < 0.99:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
