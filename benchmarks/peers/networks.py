# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of the comparison with random weights: in ONNX as float32 and int8, in PyTorch with fake quantization.

Batch normalization is folded into the convolutions everywhere.
"""

import collections
import dataclasses
import pathlib
import tempfile

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

import timing


@dataclasses.dataclass(frozen=True)
class Plan:
    side: int
    channels: int
    stem_kernel: int
    widths: tuple
    max_pool: bool
    classes: int


PLANS = {
    "resnet18": Plan(224, 3, 7, (64, 128, 256, 512), True, 1000),
    "sample": Plan(28, 1, 3, (32, 64, 128), False, 10),
}


def build(plan, builder, x):
    """Walks the network: a stem of stride 2, two basic blocks a stage, the pooled classifier."""
    x = builder.conv(x, plan.channels, plan.widths[0], plan.stem_kernel, 2, relu=True)
    if plan.max_pool:
        x = builder.max_pool(x)
    channels = plan.widths[0]
    for width in plan.widths:
        for block in range(2):
            stride = 2 if block == 0 and width != plan.widths[0] else 1
            skip = x if stride == 1 else builder.conv(x, channels, width, 1, 2, relu=False)
            y = builder.conv(x, channels, width, 3, stride, relu=True)
            x = builder.add_relu(builder.conv(y, width, width, 3, 1, relu=False), skip)
            channels = width
    return builder.classify(x, channels, plan.classes)


def random_weights(random, *shape):
    return (random.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))).astype(np.float32)


class Onnx:
    """Every tensor between layers is quantized to bytes where int8 is on, the way static quantization leaves it: real
    values are always the outputs of DequantizeLinear. Scales are plausible constants; accuracy is nobody's aim."""

    def __init__(self, int8):
        self.int8, self.nodes, self.constants, self.random = int8, [], {}, np.random.default_rng(4)
        self.scale = {}  # of real values

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants[name] = np.asarray(value)
        return name

    def node(self, kind, inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=f"{kind}.{name}", **attributes))
        return name

    def dequantize(self, x, scale, zero):
        real = self.node("DequantizeLinear", [x, self.constant(np.float32(scale)), self.constant(zero)])
        self.scale[real] = np.float32(scale)
        return real

    def quantized(self, x, scale, zero=0):
        if not self.int8:
            return x
        zero = np.uint8(zero)
        codes = self.node("QuantizeLinear", [x, self.constant(np.float32(scale)), self.constant(zero)])
        return self.dequantize(codes, scale, zero)

    def parameters(self, x, weights):
        """Weights with one scale a channel, and biases at the scale of the sums."""
        bias = (self.random.standard_normal(len(weights)) * 0.1).astype(np.float32)
        if not self.int8:
            return [self.constant(weights), self.constant(bias)]
        scale = np.abs(weights).reshape(len(weights), -1).max(axis=1) / np.float32(127)
        codes = np.rint(weights / scale.reshape(-1, *[1] * (weights.ndim - 1))).astype(np.int8)
        sums = self.scale[x] * scale
        zeros = self.constant(np.zeros(len(weights), np.int8)), self.constant(np.zeros(len(weights), np.int32))
        biases = self.constant(np.rint(bias / sums).astype(np.int32))
        return [
            self.node("DequantizeLinear", [self.constant(codes), self.constant(scale), zeros[0]], axis=0),
            self.node("DequantizeLinear", [biases, self.constant(sums), zeros[1]], axis=0),
        ]

    def conv(self, x, channels, out_channels, kernel, stride, relu):
        weights = random_weights(self.random, out_channels, channels, kernel, kernel)
        shape = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [kernel // 2] * 4}
        y = self.node("Conv", [x, *self.parameters(x, weights)], **shape)
        if relu:
            return self.quantized(self.node("Relu", [y]), 4 / 255)
        return self.quantized(y, 8 / 255, 128)

    def max_pool(self, x):
        y = self.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
        return self.quantized(y, 4 / 255)

    def add_relu(self, x, y):
        return self.quantized(self.node("Relu", [self.node("Add", [x, y])]), 8 / 255)

    def classify(self, x, channels, classes):
        x = self.quantized(self.node("GlobalAveragePool", [x]), 8 / 255)
        x = self.quantized(self.node("Flatten", [x]), 8 / 255)
        weights = random_weights(self.random, classes, channels)
        y = self.node("Gemm", [x, *self.parameters(x, weights)], transB=1)
        return self.quantized(y, 8 / 255, 128)


def onnx_model(plan, batch, int8, quantize_input=False):
    """NCHW bytes in where int8 is on, float32 in else, and in with `quantize_input`; float32 out."""
    builder = Onnx(int8)
    bytes_in = int8 and not quantize_input
    kind = TensorProto.UINT8 if bytes_in else TensorProto.FLOAT
    x = builder.dequantize("images", 1 / 255, np.uint8(0)) if bytes_in else builder.quantized("images", 1 / 255)
    logits = build(plan, builder, x)
    graph = helper.make_graph(
        builder.nodes,
        "network",
        [helper.make_tensor_value_info("images", kind, [batch, plan.channels, plan.side, plan.side])],
        [helper.make_tensor_value_info(logits, TensorProto.FLOAT, [batch, plan.classes])],
        [numpy_helper.from_array(value, name) for name, value in builder.constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


def ort_convolutions(model):
    """How many of which convolution ONNX Runtime's optimizer leaves: QLinearConv where it runs int8."""
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.optimized_model_filepath = str(pathlib.Path(folder) / "optimized.onnx")
        onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        nodes = onnx.load(options.optimized_model_filepath).graph.node
    return dict(collections.Counter(node.op_type for node in nodes if "Conv" in node.op_type))


class FakeQuantized:
    """As evaluation after quantization-aware training runs: weights rounded beforehand, activations rounded before each
    layer, all of it float32. Ends stay at 8 bits."""

    def __init__(self, bits, layout, fused):
        self.bits, self.layout, self.fused, self.random, self.steps = bits, layout, fused, np.random.default_rng(5), []

    def weights(self, values, bits):
        w = torch.from_numpy(values)
        highest = 2 ** (bits - 1) - 1
        scale = w.abs().amax(dim=tuple(range(1, w.dim())), keepdim=True) / highest
        w = torch.clamp(torch.round(w / scale), -highest, highest) * scale
        return w.contiguous(memory_format=self.layout) if w.dim() == 4 else w

    def step(self, function, *inputs):
        """Records a step; a value is the number of the step that makes it."""
        self.steps.append((function, inputs))
        return len(self.steps)

    def quantized(self, x, bits):
        highest = 2**bits - 1
        scale = 4 / highest
        if self.fused:
            return self.step(lambda v: torch.fake_quantize_per_tensor_affine(v, scale, 0, 0, highest), x)
        return self.step(lambda v: (v * (1 / scale)).round_().clamp_(0, highest).mul_(scale), x)

    def conv(self, x, channels, out_channels, kernel, stride, relu):
        first = x == 0
        if not first:
            x = self.input_of(x)
        values = random_weights(self.random, out_channels, channels, kernel, kernel)
        w, bias, pad = self.weights(values, 8 if first else self.bits), torch.zeros(out_channels), kernel // 2
        y = self.step(lambda v: torch.conv2d(v, w, bias, stride, pad), x)
        return self.step(torch.relu_, y) if relu else y

    def input_of(self, x):
        """The shortcut and the first convolution of a block share a rounded input."""
        if getattr(self, "rounded", (None,))[0] != x:
            self.rounded = (x, self.quantized(x, self.bits))
        return self.rounded[1]

    def max_pool(self, x):
        return self.step(lambda v: torch.max_pool2d(v, 3, 2, 1), x)

    def add_relu(self, x, y):
        return self.step(lambda a, b: a.add_(b).relu_(), x, y)

    def classify(self, x, channels, classes):
        x = self.step(lambda v: v.mean((2, 3)), x)
        x = self.quantized(x, 8)
        w, bias = self.weights(random_weights(self.random, classes, channels), 8), torch.zeros(classes)
        return self.step(lambda v: torch.nn.functional.linear(v, w, bias), x)

    def __call__(self, images):
        """`images`: bytes, NHWC."""
        x = images.permute(0, 3, 1, 2).to(torch.float32, memory_format=self.layout) * (1 / 255)
        values = [x]
        for function, inputs in self.steps:
            values.append(function(*(values[number] for number in inputs)))
        return values[-1]


def fastest_fake_quantized(plan, images, bits):
    """The fastest of PyTorch's ways: batch, layout and operation are tried on the first images."""
    images = torch.from_numpy(images)

    def runner(model, batch, images):
        def run():
            with torch.inference_mode():
                for part in images.split(batch):
                    model(part)

        return run

    tried = []
    for layout in (torch.contiguous_format, torch.channels_last):
        for fused in (False, True):
            model = FakeQuantized(bits, layout, fused)
            build(plan, model, 0)
            for batch in (64, 256):
                run = runner(model, batch, images[:1024])
                run()
                seconds = min(timing.time_of(run, 1) for _ in range(2))
                operation = "fake_quantize" if fused else "round, clamp"
                tried.append((seconds, len(tried), runner(model, batch, images), layout, operation, batch))
    _, _, run, layout, operation, batch = min(tried)
    return run, f"batch {batch}, {str(layout).removeprefix('torch.')}, {operation}"
