# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks as others write them in PyTorch, with quantizers of their own. Nothing here knows of Bitdesk."""

import torch
from torch import nn
from torch.nn import functional as F


def straight_through(value, replacement):
    return value + (replacement - value).detach()


def scaled_gradient(step, share):
    return straight_through(step * share, step) if step.requires_grad else step


def round_ste(value):
    return straight_through(value, torch.round(value))


class LsqConv(nn.Module):
    """A convolution or linear layer with a weight and an activation step for each width (Esser et al. 2020)."""

    def __init__(self, layer, widths, signed=False):
        super().__init__()
        self.layer, self.widths, self.signed = layer, widths, signed
        self.w_step = nn.ParameterList([nn.Parameter(torch.tensor(
            2 * layer.weight.detach().abs().mean().item() / (2 ** (b - 1) - 1) ** 0.5)) for b in widths])
        self.a_step = nn.Parameter(torch.ones(len(widths)))
        self.started = False

    def forward(self, x, bits):
        i = self.widths.index(bits) if bits in self.widths else 0
        bits = self.widths[i]
        low, high = (-(2 ** (bits - 1) - 1), 2 ** (bits - 1) - 1) if self.signed else (0, 2 ** bits - 1)
        if self.training and not self.started:
            with torch.no_grad():
                for k, b in enumerate(self.widths):
                    top = 2 ** (b - 1) - 1 if self.signed else 2 ** b - 1
                    self.a_step[k] = x.abs().max() / top if b == 8 else 2 * x.abs().mean() / top ** 0.5
            self.started = True
        step = scaled_gradient(self.a_step[i], (x.numel() * high) ** -0.5)
        x = round_ste((x / step).clamp(low, high)) * step
        w, top = self.layer.weight, 2 ** (bits - 1)
        step = scaled_gradient(self.w_step[i], (w.numel() * (top - 1)) ** -0.5)
        w = round_ste((w / step).clamp(-top, top - 1)) * step
        if isinstance(self.layer, nn.Linear):
            return F.linear(x, w, self.layer.bias)
        return F.conv2d(x, w, self.layer.bias, self.layer.stride, self.layer.padding, 1, self.layer.groups)


class SwitchableNorm(nn.Module):
    def __init__(self, channels, widths):
        super().__init__()
        self.widths = widths
        self.bns = nn.ModuleList([nn.BatchNorm2d(channels) for _ in widths])

    def forward(self, x, bits):
        return self.bns[self.widths.index(bits)](x)


class PerBitBlock(nn.Module):
    def __init__(self, before, channels, stride, widths):
        super().__init__()
        conv = lambda i, k, s: LsqConv(nn.Conv2d(i, channels, k, s, k // 2, bias=False), widths)
        self.conv1, self.bn1 = conv(before, 3, stride), SwitchableNorm(channels, widths)
        self.conv2, self.bn2 = conv(channels, 3, 1), SwitchableNorm(channels, widths)
        self.project = stride != 1 or before != channels
        if self.project:
            self.short, self.short_bn = conv(before, 1, stride), SwitchableNorm(channels, widths)

    def forward(self, x, bits):
        y = F.relu(self.bn1(self.conv1(x, bits), bits))
        y = self.bn2(self.conv2(y, bits), bits)
        return F.relu(y + (self.short_bn(self.short(x, bits), bits) if self.project else x))


class PerBitResNet20(nn.Module):
    """Switchable batch norms, a step per width; 8-bit ends."""

    def __init__(self, channels, classes, widths):
        super().__init__()
        self.stem, self.stem_bn = LsqConv(nn.Conv2d(channels, 16, 3, 1, 1, bias=False), [8], signed=True), nn.BatchNorm2d(16)
        blocks, before = [], 16
        for stage, width in enumerate((16, 32, 64)):
            for block in range(3):
                blocks.append(PerBitBlock(before, width, 2 if stage > 0 and block == 0 else 1, widths))
                before = width
        self.blocks = nn.ModuleList(blocks)
        self.fc = LsqConv(nn.Linear(64, classes), [8])

    def forward(self, x, bits):
        x = F.relu(self.stem_bn(self.stem(x, 8)))
        for block in self.blocks:
            x = block(x, bits)
        return self.fc(x.mean((2, 3)), 8)


class FloatBlock(nn.Module):
    def __init__(self, before, channels, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or before != channels:
            self.downsample = nn.Sequential(nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class FloatResNet20(nn.Module):
    """Names and order of torchvision's ResNets."""

    def __init__(self, channels, classes):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(channels, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        for stage, (before, width) in enumerate(((16, 16), (16, 32), (32, 64))):
            blocks = [FloatBlock(before if b == 0 else width, width, 2 if stage > 0 and b == 0 else 1) for b in range(3)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


class OddNetwork(nn.Module):
    """What a ResNet has not: a depthwise layer, a linear bottleneck (signed activations), a ReLU with an end, a pool, biases,
    one of them before a norm, a linear layer on a flattened map with a norm of its own. DoReFa weights, PACT
    activations."""

    def __init__(self, widths):
        super().__init__()
        self.widths = widths
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.dw = nn.Conv2d(8, 16, 3, 1, 1, groups=8)
        self.pw = nn.Conv2d(16, 12, 1)
        self.pw_bn = nn.ModuleList([nn.BatchNorm2d(12) for _ in widths])
        self.expand = nn.Conv2d(12, 20, 1)
        self.hidden = nn.Linear(4 * 4 * 20, 24, bias=False)
        self.hidden_bn = nn.BatchNorm1d(24)
        self.fc = nn.Linear(24, 7)
        self.alpha = nn.ParameterDict({name: nn.Parameter(torch.tensor(value)) for name, value in (
            ("stem", 2.5), ("dw", 2.0), ("pw", 3.0), ("expand", 2.5), ("hidden", 2.0), ("fc", 3.0))})

    @staticmethod
    def dorefa(weight, bits):
        t = torch.tanh(weight)
        share = t / (2 * t.abs().max()) + 0.5
        return 2 * torch.round(share * (2 ** bits - 1)) / (2 ** bits - 1) - 1

    def pact(self, x, name, bits, signed=False):
        top = 2 ** (bits - 1) - 1 if signed else 2 ** bits - 1
        step = self.alpha[name] / top
        return torch.round((x / step).clamp(-top if signed else 0, top)) * step

    def conv(self, name, x, bits, signed=False):
        layer = getattr(self, name)
        return F.conv2d(self.pact(x, name, bits, signed), self.dorefa(layer.weight, bits), layer.bias, layer.stride,
                        layer.padding, 1, layer.groups)

    def linear(self, name, x, bits):
        layer = getattr(self, name)
        return F.linear(self.pact(x, name, bits), self.dorefa(layer.weight, bits), layer.bias)

    def forward(self, x, bits):
        x = F.relu(self.conv("stem", x, 8, True))
        x = F.relu(self.conv("dw", x, bits))
        x = self.pw_bn[self.widths.index(bits)](self.conv("pw", x, bits))
        x = F.relu(self.conv("expand", x, bits, True)).clamp(max=1.5)
        x = F.max_pool2d(x, 2)
        x = F.relu(self.hidden_bn(self.linear("hidden", torch.flatten(x, 1), bits)))
        return self.linear("fc", x, 8)
