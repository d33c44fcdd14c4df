#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our low-bit kernels and networks beside int8 and float32 peers, in one process and in turns.

The peers (ONNX Runtime, OpenVINO, PyTorch) are installed from PyPI on the first run, into the user's cache.
"""

import argparse
import json
import pathlib

import environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "build/release/lib/libbitdesk_kernel_abi.so"
SAMPLE = ROOT / "resources/models/fashion-mnist.safetensors"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--library", type=pathlib.Path, default=LIBRARY, help="our library (default: %(default)s)")
    common.add_argument("--rounds", type=int, help="rounds of turns (default: 15, live: 5)")
    common.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write every time there as well")
    common.add_argument("--bits", type=int, nargs="+", default=[4, 3, 2], help="our widths (default: 4 3 2)")
    common.add_argument(
        "--no-vnni", action="store_true", help="all run as on a core with AVX2 but without AVX-512 and VNNI (a CPU "
        "without VNNI needs no telling)"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    kernels = commands.add_parser("kernels", parents=[common], help="single convolutions on one core")
    kernels.add_argument("--shapes", nargs="+", metavar="TEXT", help="only those whose name or group holds TEXT")
    network = commands.add_parser("network", parents=[common], help="whole networks")
    network.add_argument("--networks", nargs="+", default=["resnet18", "sample"], choices=["resnet18", "sample"])
    network.add_argument("--batches", type=int, nargs="+", default=[1, 16])
    network.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    live = commands.add_parser("live", parents=[common], help="evaluation of the sample against fake quantization")
    live.add_argument("--images", type=int, default=10000)
    live.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if options.rounds is None:
        options.rounds = 5 if options.command == "live" else 15
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    return options


def main():
    options = arguments()
    home = environment.enter()
    mask = None
    if options.no_vnni:
        import without_vnni

        mask = without_vnni.Mask(home, environment.packages(home))
    # Only now: they import the peers.
    import commands
    import ours

    results = getattr(commands, options.command)(options, ours.Library(options.library), SAMPLE)
    if mask is not None:
        print(f"without VNNI: {mask.answers()} cpuid answered for ONNX Runtime and OpenVINO")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
