# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints as people have them, made of one trained network with PyTorch's own tools. Nothing here knows of Bitdesk."""

import argparse
import collections
import copy
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations, prune


def convolutions(model):
    return [module for module in model.modules() if isinstance(module, nn.Conv2d)]


def norms(model):
    return [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]


def with_new_statistics(model, images):
    """Norms that fit weights which have changed."""
    model.train()
    with torch.no_grad():
        for norm in norms(model):
            norm.momentum = 0.3
        for part in images[:1024].split(64):
            model(part)
    return model.eval()


class HyperParameters:
    """Lightning keeps such an object of the user's own."""

    def __init__(self):
        self.lr = 0.1


def checkpoint(model):
    """What training scripts store beside the state dict, all of it at once."""
    sgd, adam = torch.optim.SGD(model.parameters(), 0.1, 0.9), torch.optim.AdamW(model.parameters())
    sum(p.sum() for p in model.parameters()).backward()
    sgd.step(), adam.step(), model.zero_grad()
    return {"epoch": 3, "args": argparse.Namespace(lr=0.1, arch="resnet20"), "best_acc": np.float64(91.2),
            "last_acc": np.float32(90.5), "lr_scheduler": torch.optim.lr_scheduler.MultiStepLR(sgd, [30]).state_dict(),
            "optimizer": sgd.state_dict(), "second": adam.state_dict(), "hyper_parameters": HyperParameters(),
            "save_dir": pathlib.Path("/x"), "scaler": torch.amp.GradScaler("cuda", enabled=False).state_dict(),
            "rng": torch.get_rng_state(), "numpy_rng": np.random.get_state(), "generator": np.random.default_rng(1),
            "history": collections.defaultdict(list, loss=[1.0]), "matrix": np.eye(10), "objects": np.array([None, {}]),
            "seen": {1, 2}, "dtype": torch.float16, "device": torch.device("cpu"), "big": 1 << 100,
            "pytorch-lightning_version": "2.0"}


def pruned(model, images):
    model = copy.deepcopy(model)
    for layer in convolutions(model):
        prune.l1_unstructured(layer, "weight", 0.3)
    return with_new_statistics(model, images)


def weight_normed(model, how):
    """The same function: the length of a direction says nothing."""
    model = copy.deepcopy(model)
    for layer in convolutions(model):
        how(layer)
        old = hasattr(layer, "weight_v")
        direction = layer.weight_v if old else layer.parametrizations.weight.original1
        with torch.no_grad():
            direction *= torch.empty(len(direction), 1, 1, 1).uniform_(0.1, 10)
    return model.eval()


def spectral_normed(model, how, images):
    model = copy.deepcopy(model)
    for layer in convolutions(model):
        how(layer)
    return with_new_statistics(model, images)


def small_variances(model, epsilon):
    """The same function with variances about `epsilon`, which the norms add."""
    model = copy.deepcopy(model)
    layers, followers = in_order_of_use(model, torch.zeros(1, 1, 28, 28))
    modules = dict(model.named_modules())
    with torch.no_grad():
        for layer, norm in ((modules[name], modules[followers[name]]) for name in layers if name in followers):
            share = (epsilon / norm.running_var.median()) ** 0.5
            layer.weight *= share
            norm.running_var *= share * share
            norm.running_mean *= share
            norm.weight *= ((norm.running_var + epsilon) / norm.running_var).sqrt()
            norm.eps = epsilon
    return model.eval()


def averaged(model):
    """Another network of the same shapes, in torch.optim.swa_utils' form."""
    average = torch.optim.swa_utils.AveragedModel(model)
    with torch.no_grad():
        for parameter in average.module.parameters():
            parameter += 0.3 * torch.randn_like(parameter) * parameter.abs().mean()
    average.n_averaged += 7
    return average.eval()


def quantization_aware(model, per_channel, images, labels):
    """torch.ao's: norms within the convolutions, fake quantizers of weights and outputs."""
    from torch.ao import quantization
    model = copy.deepcopy(model).train()
    pairs = [[name, name.replace("conv", "bn")] for name, module in model.named_modules()
             if isinstance(module, nn.Conv2d) and "downsample" not in name]
    pairs += [[f"{name}.0", f"{name}.1"] for name, _ in model.named_modules() if name.endswith("downsample")]
    quantization.fuse_modules_qat(model, pairs, inplace=True)
    model.qconfig = quantization.get_default_qat_qconfig("fbgemm" if per_channel else "qnnpack")
    quantization.prepare_qat(model, inplace=True)
    optimizer = torch.optim.SGD(model.parameters(), 0.002)
    for part, wanted in list(zip(images.split(64), labels.split(64)))[:10]:
        optimizer.zero_grad()
        F.cross_entropy(model(part), wanted).backward()
        optimizer.step()
    model.apply(quantization.disable_observer)
    return model.eval()


def weights(state):
    """The names of modules with four-dimensional weights."""
    return [name[:-len(".weight")] for name, tensor in state.items() if name.endswith(".weight") and tensor.dim() == 4]


def with_alpha(state, sign=1):
    """LSQ whose step of the weights, of 8 bits, is called alpha; those of the activations are modules of their own."""
    found = dict(state)
    for module in weights(state):
        found[f"{module}.alpha"] = sign * state[f"{module}.weight"].abs().amax().reshape(1) / 127
        found[f"{module}.init_state"] = torch.ones(1)
        if "conv" in module:
            act = module.replace("conv", "act")
            found |= {f"{act}.alpha": torch.tensor([0.2]), f"{act}.init_state": torch.ones(1)}
    return found


def with_lsq_net(state, step):
    """lsq-net's: steps of 4 bits of each filter, one of the input."""
    found = dict(state)
    for module in weights(state):
        found[f"{module}.quan_w_fn.s"] = state[f"{module}.weight"].abs().amax((1, 2, 3), keepdim=True) / 8
        found[f"{module}.quan_a_fn.s"] = torch.tensor([step])
    return found


def with_powers_of_two(state):
    """APoT's upper ends: levels are sums of powers of two."""
    found = dict(state)
    for module in weights(state):
        found |= {f"{module}.weight_quant.wgt_alpha": torch.tensor(3.0), f"{module}.act_alpha": torch.tensor(8.0)}
    return found


def lsq(model, bits, step=None):
    """The network with weights on the grid of max/8 a filter, or of max/127 a layer where inputs are floats."""
    model = copy.deepcopy(model)
    for name, layer in model.named_modules():
        if not isinstance(layer, nn.Conv2d):
            continue
        width = 8 if name == "conv1" else bits
        weight = layer.weight.detach()
        grid = weight.abs().amax() / 127 if step is None else weight.abs().amax((1, 2, 3), keepdim=True) / 8
        layer.weight.data = (weight / grid).round().clamp(-(2 ** (width - 1)), 2 ** (width - 1) - 1) * grid
        low, high = (-127, 127) if name == "conv1" else (0, 2 ** bits - 1)
        if step is not None:
            layer.register_forward_pre_hook(lambda _, x, a=low, b=high: ((x[0] / step).round().clamp(a, b) * step,))
    return model.eval()


class InvertedResidual(nn.Module):
    """With timm's names: convolutions by what they do, norms by number; the alphabet has another order than the block."""

    def __init__(self, before, channels, stride, expansion):
        super().__init__()
        hidden = before * expansion
        self.skip, self.narrow = stride == 1 and before == channels, expansion == 1
        if not self.narrow:
            self.conv_pw, self.bn1 = nn.Conv2d(before, hidden, 1, bias=False), nn.BatchNorm2d(hidden)
        self.conv_dw = nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False)
        last = nn.Conv2d(hidden, channels, 1, bias=False)
        if self.narrow:
            self.bn1, self.conv_pw, self.bn2 = nn.BatchNorm2d(hidden), last, nn.BatchNorm2d(channels)
        else:
            self.bn2, self.conv_pwl, self.bn3 = nn.BatchNorm2d(hidden), last, nn.BatchNorm2d(channels)

    def forward(self, x):
        y = x
        if self.narrow:
            y = self.bn2(self.conv_pw(F.relu6(self.bn1(self.conv_dw(y)))))
        else:
            y = F.relu6(self.bn1(self.conv_pw(y)))
            y = self.bn3(self.conv_pwl(F.relu6(self.bn2(self.conv_dw(y)))))
        return x + y if self.skip else y


class MobileNetV2(nn.Module):
    def __init__(self, channels, classes):
        super().__init__()
        self.conv_stem, self.bn1 = nn.Conv2d(channels, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32)
        stages, before = [], 32
        for expansion, width, count, stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                                (6, 160, 3, 2), (6, 320, 1, 1)):
            blocks = []
            for block in range(count):
                blocks.append(InvertedResidual(before, width, stride if block == 0 else 1, expansion))
                before = width
            stages.append(nn.Sequential(*blocks))
        self.blocks = nn.Sequential(*stages)
        self.conv_head, self.bn2 = nn.Conv2d(320, 1280, 1, bias=False), nn.BatchNorm2d(1280)
        self.classifier = nn.Linear(1280, classes)

    def forward(self, x):
        x = self.blocks(F.relu6(self.bn1(self.conv_stem(x))))
        return self.classifier(F.relu6(self.bn2(self.conv_head(x))).mean((2, 3)))


def in_order_of_use(model, images):
    """The names of the layers as they are called, and of the norm that is called next behind each."""
    layers, followers, hooks = [], {}, []

    def called(name, module):
        if isinstance(module, nn.BatchNorm2d):
            followers[layers[-1]] = name
        else:
            layers.append(name)
    for name, module in model.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Linear, nn.BatchNorm2d)):
            hooks.append(module.register_forward_hook(lambda m, *_, name=name: called(name, m)))
    with torch.no_grad():
        model.eval()(images)
    for hook in hooks:
        hook.remove()
    return layers, followers
