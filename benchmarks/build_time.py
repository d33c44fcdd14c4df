#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processor time of a clean build of both programs, without ccache, of two commits in one run, and their ratio; then how long
an edit of a widget takes to a window that can be started (wall time). docs/benchmarks.md has figures.

    benchmarks/build_time.py BEFORE [AFTER] [-- cmake options]"""

import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[1]
TARGETS = ("bitdesk", "bitdesk-gui")


def told(*command, cwd=SOURCE):
    done = subprocess.run([*map(str, command)], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout[-8000:]}")
    return done.stdout.strip()


def processor_seconds(*command, cwd):
    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    told(*command, cwd=cwd)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime


def build(tree):
    told_targets = [word for target in TARGETS for word in ("--target", target)]
    return ("cmake", "--build", tree / "build/release", "-j", os.cpu_count(), *told_targets)


def clean_build(tree, options):
    told("cmake", "--preset", "release", "-DBITDESK_CCACHE=OFF", *options, cwd=tree)
    return processor_seconds(*build(tree), cwd=tree)


def edit(tree):
    begin = time.monotonic()
    with (tree / "widgets/trade_off_plot.cpp").open("a") as file:
        file.write("// edited\n")
    told(*build(tree), cwd=tree)
    told(tree / "build/release/bin/bitdesk-gui", "--help", cwd=tree)
    return time.monotonic() - begin


def main():
    words = sys.argv[1:]
    options = words[words.index("--") + 1:] if "--" in words else []
    commits = words[: words.index("--")] if "--" in words else words
    if not 1 <= len(commits) <= 2:
        sys.exit(__doc__)
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for name, commit in zip(("before", "after"), (*commits, "HEAD")):
            tree = pathlib.Path(folder) / name
            told("git", "worktree", "add", "--detach", tree, commit)
            try:
                seconds.append(clean_build(tree, options))
                print(f"{told('git', 'describe', '--always', commit)}: {seconds[-1]:.0f} s of processor time, "
                      f"an edit of a widget {edit(tree):.1f} s", flush=True)
            finally:
                told("git", "worktree", "remove", "--force", tree)
    print(f"ratio {seconds[1] / seconds[0]:.3f}")


if __name__ == "__main__":
    main()
