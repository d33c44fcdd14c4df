# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sub-commands of compare.py."""

import os

import cpu
import numpy as np
import onnxruntime
import openvino
import torch

import networks
import ours
import peers
import timing
from peers import Case
from timing import Contestant, geometric_mean, table

SQUARE, NARROW, DIRECT = "ResNet-18 3×3", "narrow", "1×1 and strided"
CASES = [
    *[Case(SQUARE, n, n, side) for n, side in ((64, 56), (128, 28), (256, 14), (512, 7))],
    *[Case(NARROW, n, n, side) for n, side in ((32, 14), (64, 7), (128, 4))],
    # What no Winograd kernel takes: ResNet-18's strided layers and shortcuts, and 1×1 layers of ResNet-50.
    *[Case(DIRECT, n, 2 * n, side, 3, 2) for n, side in ((64, 56), (128, 28), (256, 14))],
    *[Case(DIRECT, n, 2 * n, side, 1, 2) for n, side in ((64, 56), (128, 28), (256, 14))],
    *[Case(DIRECT, n, out, side, 1) for n, out, side in ((256, 64, 56), (64, 256, 56), (1024, 256, 14), (512, 2048, 7))],
]


ALLOWED = sorted(os.sched_getaffinity(0))
peers.wake_openvino()  # it looks once how many cores the process may use, which must be before pin()


def pin(cores):
    """To as many of the process's cores as there are threads."""
    if len(ALLOWED) < cores:
        raise SystemExit(f"compare.py: {cores} threads, but {len(ALLOWED)} cores")
    os.sched_setaffinity(0, ALLOWED[:cores])


def isas(options):
    """Our instruction sets: without AVX-512 and VNNI the best is AVX2."""
    return ["avx2"] if options.no_vnni or not (cpu.has_vnni() or cpu.has_avx512()) else ["avx2", None]


def saturates(options):
    """Whether bytes are multiplied by vpmaddubsw, whose sums of 16 bits may saturate."""
    return options.no_vnni or not cpu.has_vnni()


def describe(options):
    torch.set_num_threads(1)
    hidden = "hidden" if options.no_vnni else "as the CPU has them" if cpu.has_vnni() else "not there: VNNI is missing"
    print(f"ONNX Runtime {onnxruntime.__version__}, OpenVINO {openvino.__version__}, PyTorch {torch.__version__}")
    print(f"AVX-512 and VNNI {hidden}; {options.rounds} rounds; load average {os.getloadavg()[0]:.1f}\n", flush=True)


def kernels(options, library, sample):
    pin(1)
    describe(options)
    peak = {name: max(library.peak(name) for _ in range(3)) for name in ("avx2-bytes", "avx2-int8", "avx2-shuffle", "vnni")}
    print("Peak of one core, 10⁹ MAC/s: " + ", ".join(f"{name} {rate:.0f}" for name, rate in peak.items()))
    print()
    wanted = options.shapes or [""]
    cases = [case for case in CASES if any(text in f"{case.name} {case.group}" for text in wanted)]
    if not cases:
        raise SystemExit("compare.py: --shapes: none of " + ", ".join(case.name for case in CASES))
    measured = []
    for number, case in enumerate(cases, 1):
        timing.say(f"{case.name}, {number} of {len(cases)}: preparing")
        measured.append((case, layer(case, options, library, peak)))
    ratios = summary(measured, options)
    shapes = [
        {"shape": case.name, "group": case.group, "macs": case.macs, "times": [one.record() for one in all_]}
        for case, all_ in measured
    ]
    return {"peak": peak, "no_vnni": options.no_vnni, "shapes": shapes, "ratios": ratios}


def layer(case, options, library, peak):
    random = np.random.default_rng(1)
    empty = {**peers.empty_calls(), "ours": Contestant("ours, empty call", library.c.bitdesk_error)}
    all_ = peers.contestants(peers.Data(case, random), empty, saturates(options))
    for isa in isas(options):
        conv = None
        for bits in sorted(options.bits, reverse=True):
            conv = ours.Conv(library, case, bits, isa, random, conv)
            conv.verify()
            name = f"ours {bits} bits, {isa or 'best'}"
            all_.append(Contestant(name, conv.run, bits=bits, note=conv.kernel, empty=empty["ours"]))
    timing.interleave([*all_, *empty.values()], options.rounds)
    best = best_int8(all_)
    rows = []
    for one in all_:
        rate = case.macs / one.median / 1e9
        share = ""
        if one.bits:
            kernel = one.note
            instruction = "vnni" if kernel.startswith("vnni") else "avx2-shuffle" if "table" in kernel else "avx2-bytes"
            share = f"{rate / peak[instruction]:.0%} of {instruction}"
            if "winograd" in kernel:
                share += " (fewer products than the direct sum)"
        rows.append([one.name, one.microseconds(), f"{rate:.1f}", f"{best.median / one.median:.2f}", one.note, share])
    print(f"### {case.name} ({case.group}, {case.macs / 1e6:.1f} M MAC)\n")
    print("An empty call, µs: " + ", ".join(f"{name} {one.median * 1e6:.1f}" for name, one in empty.items()) + "\n")
    print(table(["", "µs median [quartiles]", "10⁹ MAC/s", "best int8 / this", "kernel", "share of the peak"], rows), flush=True)
    return all_


def int8_peers(contestants):
    """Those that compute what was asked; where none does, the others, so that there is something to compare with."""
    return [one for one in contestants if one.int8] or [one for one in contestants if not one.bits]


def best_int8(contestants):
    return min(int8_peers(contestants), key=lambda one: one.median)


def summary(measured, options):
    """Best int8 peer over ours, for each of our variants; `net` takes the empty calls off both sides."""
    names = [one.name for one in measured[0][1] if one.bits]
    ratios = {name: {} for name in names}
    rows = []
    for case, contestants in measured:
        best, cheapest = best_int8(contestants), min(one.net for one in int8_peers(contestants))
        cells = []
        for one in (one for one in contestants if one.bits):
            ratios[one.name][case.name] = {"ratio": best.median / one.median, "net": cheapest / one.net}
            cells.append(f"{best.median / one.median:.2f} ({cheapest / one.net:.2f})")
        rows.append([case.name, best.name, *cells])
    for group in dict.fromkeys(case.group for case, _ in measured):
        inside = [case.name for case, _ in measured if case.group == group]
        cells = []
        for name in names:
            means = [geometric_mean(ratios[name][case][key] for case in inside) for key in ("ratio", "net")]
            ratios[name][f"geometric mean, {group}"] = dict(zip(("ratio", "net"), means, strict=True))
            cells.append(f"**{means[0]:.2f}** ({means[1]:.2f})")
        rows.append([f"**geometric mean, {group}**", "", *cells])
    print("### Best int8 peer / ours (in brackets: without the cost of an empty call on either side)\n")
    print(table(["", "best int8 peer", *names], rows))
    return ratios


def network(options, library, sample):
    describe(options)
    results, ratios = [], []
    for name in options.networks:
        model = "random:resnet18" if name == "resnet18" else sample
        for threads in options.threads:
            pin(threads)
            nets = {isa: ours.Network(library, model, threads, isa) for isa in isas(options)}
            for batch in options.batches:
                timing.say(f"{name}, batch {batch}, {threads} threads: preparing")
                all_ = network_contestants(name, batch, threads, nets, options)
                # Thread pools spin for a while after a run; the next contestant should not pay for it.
                timing.interleave(all_, options.rounds, pause=0.03 if threads > 1 else 0)
                title = f"{name}, batch {batch}, {threads} thread{'s' * (threads > 1)}"
                base = all_[0]
                rows = []
                for one in all_:
                    rate, ratio = f"{batch / one.median:.0f}", f"{base.median / one.median:.2f}"
                    rows.append([one.name, one.microseconds(), rate, ratio, one.note])
                print(f"### {title}\n")
                print(table(["", "µs a batch, median [quartiles]", "images/s", "ORT int8 / this", ""], rows), flush=True)
                results.append({"case": title, "times": [one.record() for one in all_]})
                mine = [one for one in all_ if one.bits]
                best = best_int8(all_).median
                cells = (f"{base.median / one.median:.2f} ({best / one.median:.2f})" for one in mine)
                ratios.append([title, *cells])
    print("### ORT int8 / ours (in brackets: best int8 peer / ours)\n")
    print(table(["", *(one.name for one in mine)], ratios))
    return {"no_vnni": options.no_vnni, "networks": results}


def network_contestants(name, batch, threads, nets, options):
    """ORT int8 first: the ratios are against it."""
    plan = networks.PLANS[name]
    images = np.random.default_rng(2).integers(0, 256, (batch, plan.side, plan.side, plan.channels), np.uint8)
    nchw = np.ascontiguousarray(images.transpose(0, 3, 1, 2))
    real = (nchw / 255).astype(np.float32)
    all_ = []

    model = networks.onnx_model(plan, batch, int8=True)
    note = ", ".join(f"{count} {kind}" for kind, count in networks.ort_convolutions(model).items())
    all_.append(Contestant("ORT int8", peers.ort_run(peers.ort_session(model, threads), nchw)[0], True, note=note))
    # OpenVINO's int8 plan needs a QuantizeLinear to start from.
    compiled = peers.openvino_compile(networks.onnx_model(plan, batch, int8=True, quantize_input=True), threads)
    note = ", ".join(f"{count} {kind}" for kind, count in peers.openvino_kernels(compiled).items())
    all_.append(Contestant("OpenVINO int8", peers.openvino_run(compiled, real)[0], True, note=note))
    model = networks.onnx_model(plan, batch, int8=False)
    all_.append(Contestant("ORT fp32", peers.ort_run(peers.ort_session(model, threads), real)[0]))
    compiled = peers.openvino_compile(model, threads)
    all_.append(Contestant("OpenVINO fp32", peers.openvino_run(compiled, real)[0]))
    for isa, net in nets.items():
        for bits in options.bits:
            all_.append(Contestant(f"ours {bits} bits, {isa or 'best'}", mixed(net, bits, images), bits=bits))
    return all_


def mixed(net, bits, images):
    """The networks of one instruction set share a model: the mix is set again before each run, and is not timed much
    (a few µs of planning) unless it really changes."""
    run, state = net.runner(images), net.__dict__

    def call():
        if state.get("current") != bits:
            net.mix(bits)
            state["current"] = bits
        run()

    return call


def live(options, library, sample):
    pin(options.threads)
    describe(options)
    torch.set_num_threads(options.threads)
    plan = networks.PLANS["sample"]
    shape = (options.images, plan.side, plan.side, plan.channels)
    images = np.random.default_rng(3).integers(0, 256, shape, np.uint8)
    all_ = []
    for bits in options.bits:
        timing.say(f"PyTorch, {bits} bits: looking for its fastest layout and batch")
        run, note = networks.fastest_fake_quantized(plan, images, bits)
        all_.append(Contestant(f"PyTorch fake quantization, {bits} bits", run, note=note))
    for isa in isas(options):
        timing.say(f"ours, {isa or 'best'}: packing")
        net = ours.Network(library, sample, options.threads, isa)
        for bits in options.bits:
            batches = [mixed(net, bits, part) for part in np.array_split(images, max(1, options.images // 64))]

            def run(batches=batches):
                for batch in batches:
                    batch()

            all_.append(Contestant(f"ours {bits} bits, {isa or 'best'}", run, bits=bits, note="batch 64"))
    timing.interleave(all_, options.rounds, at_least=0, pause=0.03)
    peer = dict(zip(options.bits, all_, strict=False))
    rows = []
    for one in all_:
        low, high = (options.images / t for t in reversed(one.quartiles()))
        ratio = f"{peer[one.bits].median / one.median:.2f}" if one.bits else ""
        rows.append([one.name, f"{options.images / one.median:.0f} [{low:.0f}, {high:.0f}]", ratio, one.note])
    print(f"### {options.images} images of {plan.side} × {plan.side}, {options.threads} threads\n")
    print(table(["", "images/s, median [quartiles]", "PyTorch / this, times", ""], rows))
    return {"no_vnni": options.no_vnni, "images": options.images, "times": [one.record() for one in all_]}
