# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contestants timed in turns, so that a busy moment of the machine hits all of them."""

import dataclasses
import math
import random
import statistics
import sys
import time
from collections.abc import Callable


@dataclasses.dataclass
class Contestant:
    name: str
    run: Callable
    int8: bool = False  # a peer that our ratios are against
    bits: int = 0  # ours
    note: str = ""
    empty: "Contestant | None" = None  # a call of the same library that does next to nothing
    times: list = dataclasses.field(default_factory=list)  # seconds a run, one a round

    @property
    def median(self):
        return statistics.median(self.times)

    @property
    def net(self):
        """Without the cost of a call: a layer of 10 µs is half that. The least of its times, so that a busy moment is
        not taken off."""
        return self.median - (min(self.empty.times) if self.empty else 0)

    def quartiles(self):
        return statistics.quantiles(self.times, n=4)[::2] if len(self.times) > 1 else [self.median] * 2

    def microseconds(self):
        low, high = self.quartiles()
        return f"{self.median * 1e6:.1f} [{low * 1e6:.1f}, {high * 1e6:.1f}]"

    def record(self):
        fields = {key: getattr(self, key) for key in ("name", "int8", "bits", "note", "times", "median", "net")}
        return {**fields, "quartiles": list(self.quartiles())}


TOLD_EVERY = 5.0  # seconds
_last_told = 0.0


def say(text):
    """Progress on standard error: results alone go to standard output."""
    global _last_told
    _last_told = time.monotonic()
    print(text, file=sys.stderr, flush=True)


def say_sometimes(text):
    if time.monotonic() - _last_told >= TOLD_EVERY:
        say(text)


LONG = 0.2  # seconds; such a run needs no warm-up


def time_of(run, repetitions):
    begin = time.perf_counter()
    for _ in range(repetitions):
        run()
    return (time.perf_counter() - begin) / repetitions


def interleave(contestants, rounds, at_least=0.003, pause=0.0):
    """Each round runs every contestant once, in a new order, for `at_least` seconds. `pause` lets the thread pools of
    the one before fall asleep."""
    repetitions, settles = [], []
    for contestant in contestants:
        say_sometimes(f"first run of {contestant.name}")
        once = time_of(contestant.run, 1)
        if once < LONG:
            once = min(time_of(contestant.run, 2) for _ in range(2))
        repetitions.append(max(1, math.ceil(at_least / once)))
        settles.append(once < LONG)
    for turn in range(rounds):
        order = list(range(len(contestants)))
        random.shuffle(order)
        for done, index in enumerate(order):
            say_sometimes(f"round {turn + 1} of {rounds}, {done} of {len(order)} have run; now {contestants[index].name}")
            time.sleep(pause)
            if settles[index]:
                contestants[index].run()  # caches and clock
            contestants[index].times.append(time_of(contestants[index].run, repetitions[index]))


def geometric_mean(values):
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"
