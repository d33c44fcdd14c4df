#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the output of ninja or apt-get, and tells how far it is: n of m and the time that is left. On a terminal in
place, elsewhere a line now and then, without control characters. All else that a build says (warnings, errors) goes
through as it is.

    ninja … | progress.py build WHAT
    apt-get install … | progress.py packages WHAT"""

import re
import sys
import time

SECONDS_BETWEEN_LINES = 20


def duration(seconds):
    """As a person says it: 45 s, 3 min, 1 h 20 min."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


class Ninja:
    """[n/m] is how many steps have ended; the rest of the line is no news."""

    STEP = re.compile(r"\[(\d+)/(\d+)\] (?!Re-checking)")

    def step(self, line):
        found = self.STEP.match(line)
        return (int(found[1]), int(found[2])) if found else None

    def passes(self, line):
        return not line.startswith("[0/")


class Apt:
    """Each package is fetched, unpacked and set up."""

    TOTAL = re.compile(r"(\d+) upgraded, (\d+) newly installed")
    STEP = re.compile(r"(Get:\d+|Unpacking|Setting up) ")

    def __init__(self):
        self.done = self.steps = 0

    def step(self, line):
        total = self.TOTAL.match(line)
        if total:
            self.steps = 3 * (int(total[1]) + int(total[2]))
        if not self.STEP.match(line):
            return None
        self.done += 1
        return min(self.done, self.steps), self.steps

    def passes(self, line):
        return line.startswith(("E: ", "W: ", "dpkg: error"))


class Progress:
    def __init__(self, source, what, out, in_place, clock):
        self.source, self.what, self.out, self.in_place, self.clock = source, what, out, in_place, clock
        self.begun = self.next = clock()
        self.open = False

    def text(self, done, total):
        text = f"bitdesk: {self.what}: {done} of {total}"
        if 0 < done < total:
            text += f", {duration((self.clock() - self.begun) / done * (total - done))} left"
        return text

    def close(self):
        """Ends the line that was written in place."""
        if self.open:
            self.out.write("\n")
        self.open = False

    def take(self, line):
        step = self.source.step(line)
        if step is not None:
            self.show(*step)
        elif self.source.passes(line):
            self.close()
            self.out.write(line.rstrip("\n") + "\n")
        self.out.flush()

    def show(self, done, total):
        if self.in_place:
            self.out.write(f"\r{self.text(done, total)}\033[K")
            self.open = True
        elif self.clock() >= self.next or done == total:
            self.out.write(self.text(done, total) + "\n")
            self.next = self.clock() + SECONDS_BETWEEN_LINES


def main():
    kind, what = sys.argv[1:]
    progress = Progress({"build": Ninja, "packages": Apt}[kind](), what, sys.stderr, sys.stderr.isatty(), time.monotonic)
    for line in sys.stdin:
        progress.take(line)
    progress.close()


if __name__ == "__main__":
    main()
