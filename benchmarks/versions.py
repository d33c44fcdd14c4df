#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two built trees in turns, so that a machine's moods meet both: is the second as fast as the first?

    benchmarks/versions.py FIRST/build/release SECOND/build/release [--rounds 7] [--model random:resnet18 …]

Each needs the targets bitdesk and bitdesk_benchmarks. The order is drawn anew in each round. A row's ratio is the median of
the rounds' ratios, second over first, with the smallest and the largest; below 1 the second is faster."""

import argparse
import json
import pathlib
import random
import statistics
import subprocess
import tempfile

SAMPLE = pathlib.Path(__file__).resolve().parents[1] / "resources/models/fashion-mnist.safetensors"
DATA = ("--data", "fashion-mnist")


def told(build, *words):
    done = subprocess.run([build / "bin/bitdesk", *map(str, words)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def live(build):
    """Milliseconds from a move to the first estimate, and of all 10 000 images."""
    done = subprocess.run([build / "bin/bitdesk_benchmarks", "--benchmark_filter=moveTo|fullTestSet", "--benchmark_format=json"],
                          capture_output=True, text=True, check=True)
    return {row["name"].split("/iter")[0]: row["real_time"] for row in json.loads(done.stdout)["benchmarks"]}


def sweep(build):
    """Seconds of 60 random mixes on 1 000 images, as the program itself counts them, and of the whole process."""
    with tempfile.TemporaryDirectory() as folder:
        result = told(build, "sweep", SAMPLE, *DATA, "--configs", "random:60", "--limit", 1000, "--db", f"{folder}/r.sqlite",
                      "--json", "-", "--quiet")
    return {"sweep of 60 mixes": result["seconds"]}


def networks(build, models):
    """Median milliseconds of one image, at each uniform width of each model."""
    found = {}
    for model in models:
        runs = told(build, "profile", model, "--bits", 4, "--bits", 3, "--bits", 2, "--samples", 60, "--threads", 1, "--no-store", "--json",
                    "-", "--quiet")["runs"]
        for bits, run in zip((4, 3, 2), runs):
            found[f"{pathlib.Path(model).stem} at {bits}"] = run["latency_ms"]["median"]
    return found


def measure(build, models):
    return {**live(build), **sweep(build), **networks(build, models)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=pathlib.Path)
    parser.add_argument("second", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--model", action="append", default=[])
    words = parser.parse_args()
    models = words.model or [str(SAMPLE), "random:resnet18", "random:mobilenetv2"]
    builds = [words.first.resolve(), words.second.resolve()]
    rounds = []
    for number in range(words.rounds):
        order = random.sample((0, 1), 2)
        both = [None, None]
        for which in order:
            both[which] = measure(builds[which], models)
        rounds.append(both)
        print(f"round {number + 1} of {words.rounds}", flush=True)
    print(f"{'':32}{'first':>10}{'second':>10}{'ratio':>8}   smallest, largest")
    for name in rounds[0][0]:
        first, second = ([both[which][name] for both in rounds] for which in (0, 1))
        ratios = sorted(b / a for a, b in zip(first, second))
        print(f"{name:32}{statistics.median(first):10.3f}{statistics.median(second):10.3f}{statistics.median(ratios):8.3f}"
              f"   {ratios[0]:.3f}, {ratios[-1]:.3f}")


if __name__ == "__main__":
    main()
