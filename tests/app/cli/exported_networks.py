# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of torchvision and timm with random weights that tell ten kinds of images apart, written by torch.onnx.export. Nothing
here knows of Bitdesk."""

import copy
import logging
import warnings

import numpy as np
import timm
import torch
import torchvision
from torch import nn

CLASSES = 10
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


def small_vgg():
    layers = torchvision.models.vgg.make_layers([32, "M", 64, "M", 128, "M", 128, "M"], batch_norm=True)
    net = torchvision.models.vgg.VGG(layers, CLASSES)
    net.avgpool = nn.AdaptiveAvgPool2d((2, 2))
    net.classifier = nn.Sequential(nn.Linear(512, 128), nn.ReLU(True), nn.Dropout(), nn.Linear(128, CLASSES))
    return net


def of_torchvision(name, **options):
    return lambda: getattr(torchvision.models, name)(weights=None, num_classes=CLASSES, **options)


def of_timm(name):
    return lambda: timm.create_model(name, pretrained=False, num_classes=CLASSES)


# Those with the most kinds of operations first; sides of the images.
NETWORKS = {
    "mobilenet_v3_small": (of_torchvision("mobilenet_v3_small"), 64),
    "mobilenetv3_small_100": (of_timm("mobilenetv3_small_100"), 64),
    "efficientnet_b0": (of_torchvision("efficientnet_b0"), 64),
    "tf_efficientnet_lite0": (of_timm("tf_efficientnet_lite0"), 64),
    "shufflenet_v2_x0_5": (of_torchvision("shufflenet_v2_x0_5"), 64),
    "squeezenet1_1": (of_torchvision("squeezenet1_1"), 64),
    "densenet121": (of_torchvision("densenet121"), 64),
    "regnet_x_400mf": (of_torchvision("regnet_x_400mf"), 64),
    "regnety_002": (of_timm("regnety_002"), 64),
    "resnext50_32x4d": (of_torchvision("resnext50_32x4d"), 64),
    "mnasnet0_5": (of_torchvision("mnasnet0_5"), 64),
    "inception_v3": (of_torchvision("inception_v3", aux_logits=False, init_weights=False), 96),
    "convnext_atto": (of_timm("convnext_atto"), 64),
    "convnext_tiny": (of_torchvision("convnext_tiny"), 64),
    "googlenet": (of_torchvision("googlenet", aux_logits=False, init_weights=False), 64),
    "mobilenet_v2": (of_torchvision("mobilenet_v2"), 64),
    "resnet50": (of_torchvision("resnet50"), 64),
    "vgg": (small_vgg, 64),
    "ghostnet_100": (of_timm("ghostnet_100"), 64),
    "darknet53": (of_timm("darknet53"), 64),
}


def images(side, count, seed):
    """Bytes [count, side, side, 3] of ten patterns, each with its own noise; and which pattern."""
    patterns = np.random.default_rng(7).uniform(20, 235, (CLASSES, 3, 6, 6)).astype(np.float32)
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, CLASSES, count)
    small = torch.from_numpy(patterns[labels] + generator.normal(0, 12, (count, 3, 6, 6)).astype(np.float32))
    large = nn.functional.interpolate(small, size=(side, side), mode="bilinear", align_corners=False)
    return large.clamp(0, 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy(), labels


def normalized(pixels, mean=MEAN, std=STD):
    scaled = torch.from_numpy(pixels.astype(np.float32) / np.float32(255))
    return ((scaled - torch.tensor(mean)) / torch.tensor(std)).permute(0, 3, 1, 2).contiguous()


def last_layer(net):
    return [m for m in net.modules() if isinstance(m, (nn.Linear, nn.Conv2d)) and m.weight.shape[0] == CLASSES][-1]


def keeping_channels(weight, groups):
    """A convolution that hands channels on: random ones in a row, with norms between, tell no two images from noise."""
    kept = torch.zeros_like(weight)
    for n in range(len(weight)):
        kept[n, n % (len(weight) // groups) % weight.shape[1], weight.shape[2] // 2, weight.shape[3] // 2] = 1
    return kept


def randomize(net, generator):
    normed = any(isinstance(module, nn.BatchNorm2d) for module in net.modules())
    for name, module in net.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, generator=generator)
            if module.bias is not None:
                module.bias.data = 0.05 * torch.randn(module.bias.shape, generator=generator)
        gate = name.endswith(("fc1", "fc2", "conv_reduce", "conv_expand"))
        if isinstance(module, nn.Conv2d) and normed and not gate:
            depthwise = module.groups == module.in_channels > 1
            own, kept = (0.5, 2) if depthwise else (1, 1.5)
            module.weight.data = own * module.weight.data + kept * keeping_channels(module.weight.data, module.groups)
        if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)) and module.weight is not None:
            module.weight.data = 0.7 + 0.6 * torch.rand(module.weight.shape, generator=generator)
            module.bias.data = 0.3 * torch.randn(module.bias.shape, generator=generator)
        for parameter_name, parameter in module.named_parameters(recurse=False):
            if parameter_name in ("layer_scale", "gamma"):
                parameter.data = 0.2 + 0.3 * torch.rand(parameter.shape, generator=generator)


def settle_norm(norm, inputs):
    """Statistics that bring values to the size of 1 and leave half of their mean."""
    mean = inputs[0].mean((0, 2, 3))
    norm.running_mean.copy_(mean / 2)
    norm.running_var.copy_(inputs[0].var((0, 2, 3)) + (mean / 2) ** 2 + 1e-3)


def fit_classifier(net, x, labels):
    """Least squares from what the last layer reads to the labels, so that classes lie far apart."""
    layer, seen = last_layer(net), []
    handle = layer.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    for part in x.split(64):
        net(part)
    handle.remove()
    features = torch.cat(seen)
    if features.dim() == 4:
        features = features.mean((2, 3))
    centre, targets = features.mean(0), torch.eye(CLASSES)[labels] - 0.1
    spread = (features - centre).double()
    gram = spread.T @ spread
    weights = torch.linalg.solve(gram + 0.01 * gram.diagonal().mean() * torch.eye(len(gram)).double(), spread.T @ targets.double())
    layer.weight.data = weights.T.float().reshape(layer.weight.shape).contiguous()
    layer.bias.data = -layer.weight.data.flatten(1) @ centre + 0.5  # SqueezeNet has a ReLU behind its last layer


def trained(name):
    """A network in evaluation mode."""
    make, side = NETWORKS[name]
    torch.manual_seed(1)
    net = make().eval()
    randomize(net, torch.Generator().manual_seed(5))
    pixels, labels = images(side, 512, 11)
    x = normalized(pixels)
    with torch.no_grad():
        hooks = [m.register_forward_pre_hook(settle_norm) for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
        net(x[:96])
        for hook in hooks:
            hook.remove()
        fit_classifier(net, x, labels)
    return net


def round_input(module, inputs):
    least, most = float(inputs[0].min()), float(inputs[0].abs().max())
    scale = most / (127 if least < 0 else 255)
    return (torch.round(inputs[0] / scale) * scale,)


def rounded(net):
    """The same network with weights and inputs of layers rounded to 8 bits: what rounding alone costs."""
    net = copy.deepcopy(net)
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            largest = module.weight.data.flatten(1).abs().amax(1) / 127
            scale = largest.reshape([-1] + [1] * (module.weight.dim() - 1))
            module.weight.data = torch.round(module.weight.data / scale) * scale
            module.register_forward_pre_hook(round_input)
    return net


def export(net, side, file, dynamo):
    options = {"external_data": True, "verbose": False} if dynamo else {"opset_version": 17}
    torch.onnx.export(net, (torch.zeros(1, 3, side, side),), str(file), dynamo=dynamo, **options)
