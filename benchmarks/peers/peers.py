# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""One convolution in ONNX Runtime, OpenVINO and PyTorch: int8 codes in, codes out, and float32."""

import dataclasses

import cpu
import numpy as np
import onnxruntime
import openvino
import torch
from onnx import TensorProto, helper, numpy_helper
from openvino import opset13 as opset

import timing
from ours import exact_sums
from timing import Contestant


@dataclasses.dataclass(frozen=True)
class Case:
    group: str
    channels: int
    out_channels: int
    side: int
    kernel: int = 3
    stride: int = 1

    @property
    def out_side(self):
        return (self.side + 2 * (self.kernel // 2) - self.kernel) // self.stride + 1

    @property
    def macs(self):
        return self.out_side**2 * self.out_channels * self.channels * self.kernel**2

    @property
    def name(self):
        stride = f" /{self.stride}" if self.stride > 1 else ""
        return f"{self.kernel}×{self.kernel}{stride} {self.channels}→{self.out_channels} @{self.side}"


class Data:
    """An int8 layer: the codes and scales that every peer gets."""

    def __init__(self, case, random):
        self.case = case
        shape = (case.out_channels, case.channels, case.kernel, case.kernel)
        self.weights = np.clip(np.rint(random.standard_normal(shape) * 40), -127, 127).astype(np.int8)
        self.image = random.integers(0, 256, (1, case.side, case.side, case.channels), np.uint8)  # NHWC
        self.input_scale = np.float32(1 / 255)
        self.weight_scale = random.uniform(0.5, 1, case.out_channels).astype(np.float32) / 127
        depth = case.channels * case.kernel**2
        deviation = 40 * 148 * np.sqrt(depth) * self.input_scale * self.weight_scale.mean()
        self.output_scale = np.float32(3 * deviation / 255)
        # The codes that every peer should give, give or take a rounding.
        sums = exact_sums(self.image[0], self.weights.transpose(0, 2, 3, 1).astype(np.int32), case)
        self.codes = np.clip(np.rint(sums * (self.input_scale * self.weight_scale / self.output_scale)), 0, 255)

    def float_weights(self):
        return self.weights * self.weight_scale[:, None, None, None]

    def float_image(self):
        return (self.image * self.input_scale).transpose(0, 3, 1, 2)

    def wrong(self, codes):
        """The share of a peer's codes that are another number, roundings aside."""
        return (np.abs(np.asarray(codes).reshape(self.codes.shape) - self.codes) > 1).mean()


def one_layer(case, nodes, constants, input_type, output_type, nhwc):
    def shape(side, channels):
        return [1, side, side, channels] if nhwc else [1, channels, side, side]

    graph = helper.make_graph(
        nodes,
        "layer",
        [helper.make_tensor_value_info("x", input_type, shape(case.side, case.channels))],
        [helper.make_tensor_value_info("y", output_type, shape(case.out_side, case.out_channels))],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()


def attributes(case):
    pad = case.kernel // 2
    return {"kernel_shape": [case.kernel] * 2, "strides": [case.stride] * 2, "pads": [pad] * 4}


def constants_of(data):
    return {
        "x_scale": data.input_scale,
        "x_zero": np.uint8(0),
        "w": data.weights,
        "w_scale": data.weight_scale,
        "w_zero": np.zeros(data.case.out_channels, np.int8),
        "y_scale": data.output_scale,
        "y_zero": np.uint8(0),
    }


def qlinear_model(data):
    """Channels last, which ONNX Runtime's own optimizer turns a whole network into: no transposes are timed."""
    names = ["x", "x_scale", "x_zero", "w", "w_scale", "w_zero", "y_scale", "y_zero"]
    node = helper.make_node(
        "QLinearConv", names, ["y"], domain="com.microsoft", channels_last=1, **attributes(data.case)
    )
    return one_layer(data.case, [node], constants_of(data), TensorProto.UINT8, TensorProto.UINT8, nhwc=True)


def float_model(data):
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["sum"], **attributes(data.case)),
        helper.make_node("Relu", ["sum"], ["y"]),
    ]
    weights = {"w": data.float_weights().astype(np.float32)}
    return one_layer(data.case, nodes, weights, TensorProto.FLOAT, TensorProto.FLOAT, nhwc=False)


# ONNX Runtime


def ort_session(model, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def ort_run(session, image):
    """Bound buffers or a plain call, whichever is faster here, and the output."""
    name = session.get_inputs()[0].name
    binding = session.io_binding()
    held = onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(image))
    binding.bind_ortvalue_input(name, held)
    first = session.run(None, {name: image})[0]
    result = onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros_like(first))
    binding.bind_ortvalue_output(session.get_outputs()[0].name, result)
    feed = {name: np.ascontiguousarray(image)}

    def bound(session=session, held=(held, result)):
        session.run_with_iobinding(binding)

    def plain():
        session.run(None, feed)

    best = min((bound, plain), key=lambda run: min(timing.time_of(run, 2) for _ in range(3)))
    return best, first


# OpenVINO


def openvino_compile(model, threads):
    core = openvino.Core()
    options = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
        "ENABLE_HYPER_THREADING": True,
        "INFERENCE_PRECISION_HINT": "f32",  # float stays float32: int8 parts are in the model
    }
    if isinstance(model, bytes):
        model = core.read_model(model)
    return core.compile_model(model, "CPU", options)


def openvino_int8(data):
    """Its int8 plan starts from FakeQuantize; a lone DequantizeLinear on byte inputs would stay float. The transposes
    only name a layout: profiling shows both as reorders that take no time."""
    case, pad = data.case, [data.case.kernel // 2] * 2

    def fake_quantize(x, scale):
        low, high = np.float32(0), np.float32(255 * scale)
        return opset.fake_quantize(x, low, high, low, high, 256)

    image = opset.parameter([1, case.side, case.side, case.channels], np.uint8, name="x")
    x = opset.convert(opset.transpose(image, [0, 3, 1, 2]), "f32")
    x = fake_quantize(opset.multiply(x, data.input_scale), data.input_scale)
    w = opset.convert(opset.constant(data.weights), "f32")
    w = opset.multiply(w, opset.constant(data.weight_scale.reshape(-1, 1, 1, 1)))
    y = opset.relu(opset.convolution(x, w, [case.stride] * 2, pad, pad, [1, 1]))
    y = opset.multiply(fake_quantize(y, data.output_scale), np.float32(1 / data.output_scale))
    y = opset.transpose(opset.convert(y, "u8"), [0, 2, 3, 1])
    return openvino.Model([y], [image], "layer")


def openvino_run(compiled, image):
    request = compiled.create_infer_request()
    image = np.ascontiguousarray(image)
    request.set_input_tensor(openvino.Tensor(image, shared_memory=True))
    request.infer()

    def run(request=request, image=image, compiled=compiled):
        request.infer()

    return run, request.get_output_tensor().data.copy()


def openvino_kernels(compiled):
    """What the runtime graph says of its convolutions: implementation and precision, e.g. brgconv_avx2_I8."""
    found = {}
    for node in compiled.get_runtime_model().get_ordered_ops():
        info = node.get_rt_info()
        kind = info["layerType"].astype(str) if "layerType" in info else ""
        if kind == "Convolution":
            name = info["primitiveType"].astype(str)
            found[name] = found.get(name, 0) + 1
    return found


# PyTorch


def torch_int8(data, engine):
    torch.backends.quantized.engine = engine
    case = data.case
    image = torch.from_numpy(data.image.copy()).permute(0, 3, 1, 2)
    x = torch._make_per_tensor_quantized_tensor(image, float(data.input_scale), 0)
    x = x.contiguous(memory_format=torch.channels_last)
    zeros = torch.zeros(case.out_channels, dtype=torch.long)
    scales = torch.from_numpy(data.weight_scale).double()
    w = torch._make_per_channel_quantized_tensor(torch.from_numpy(data.weights), scales, zeros, 0)
    pad = case.kernel // 2
    packed = torch.ops.quantized.conv2d_prepack(w, None, [case.stride] * 2, [pad] * 2, [1, 1], 1)
    scale = float(data.output_scale)
    convolution = torch.ops.quantized.conv2d_relu.new

    def run():
        return convolution(x, packed, scale, 0)

    return run, run().int_repr().permute(0, 2, 3, 1).numpy()


def torch_float(data):
    layout = torch.channels_last
    x = torch.from_numpy(data.float_image().astype(np.float32)).contiguous(memory_format=layout)
    w = torch.from_numpy(data.float_weights().astype(np.float32)).contiguous(memory_format=layout)
    case = data.case

    def run():
        return torch.relu_(torch.conv2d(x, w, None, case.stride, case.kernel // 2))

    return run


# All of them


def relu_of_one():
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy")
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "nothing", [x], [y])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


def wake_openvino():
    openvino_run(openvino_compile(relu_of_one(), 0), np.ones(1, np.float32))


def empty_calls():
    """By library, a call that does next to nothing."""
    model, one, tensor = relu_of_one(), np.ones(1, np.float32), torch.ones(1)
    runs = {
        "ORT": ort_run(ort_session(model, 1), one)[0],
        "OpenVINO": openvino_run(openvino_compile(model, 1), one)[0],
        "PyTorch": lambda: torch.relu(tensor),
    }
    return {name: Contestant(f"{name}, empty call", run) for name, run in runs.items()}


def contestants(data, empty, saturates):
    """Every peer of one layer, on one thread."""
    case, made = data.case, []

    def add(name, run, int8, note, codes=None):
        told, counts = ("", True) if codes is None else cpu.verdict(data.wrong(codes), saturates)
        made.append(Contestant(name, run, int8 and counts, note=note + told, empty=empty[name.split()[0]]))

    run, codes = ort_run(ort_session(qlinear_model(data), 1), data.image)
    add("ORT int8", run, True, "QLinearConv", codes)
    compiled = openvino_compile(openvino_int8(data), 1)
    run, codes = openvino_run(compiled, data.image)
    kernels = openvino_kernels(compiled)
    if not all(name.endswith("8") for name in kernels):
        print(f"note: OpenVINO does not run {case.name} in int8: {kernels}")
    add("OpenVINO int8", run, True, ", ".join(kernels), codes)
    for engine in ("onednn", "fbgemm"):
        run, codes = torch_int8(data, engine)
        add(f"PyTorch {engine} int8", run, True, engine, codes)
    image = data.float_image().astype(np.float32)
    add("ORT fp32", ort_run(ort_session(float_model(data), 1), image)[0], False, "")
    compiled = openvino_compile(float_model(data), 1)
    note = ", ".join(openvino_kernels(compiled))
    add("OpenVINO fp32", openvino_run(compiled, image)[0], False, note)
    add("PyTorch fp32", torch_float(data), False, "")
    return made
