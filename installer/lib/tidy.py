#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs clang-tidy on files of a build, but for those that it found clean as they are now: what the preprocessor makes of a
file, and the checks, are the key. Files that changed last come first; after MINUTES no other is begun, and those that are
left are counted and come with the next run.

    tidy.py BUILD CACHE MINUTES FILE..."""

import collections
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

KEPT_DAYS = 60


def preprocessed(command, folder):
    """With comments, which may hold NOLINT, and without line numbers and paths."""
    words = shlex.split(command)
    output = words.index("-o")
    words = [word for word in words[:output] + words[output + 2:] if word != "-c" and not word.endswith("ccache")]
    return subprocess.run([*words, "-E", "-P", "-C"], cwd=folder, capture_output=True, check=True).stdout


def main():
    build, cache, minutes, *files = sys.argv[1:]
    end = time.monotonic() + 60 * float(minutes)
    stamps = pathlib.Path(cache)
    stamps.mkdir(parents=True, exist_ok=True)
    for stamp in stamps.iterdir():
        if time.time() - stamp.stat().st_mtime > KEPT_DAYS * 86400:
            stamp.unlink(missing_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    checks = version + pathlib.Path(".clang-tidy").read_bytes()
    commands = {os.path.realpath(entry["file"]): entry
                for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text())}

    history = subprocess.run(["git", "log", "--format=", "--name-only"], capture_output=True, text=True, check=True).stdout
    age = {}
    for position, file in enumerate(history.split()):
        age.setdefault(file, position)
    files.sort(key=lambda file: age.get(file, -1))

    def check(file):
        entry = commands[os.path.realpath(file)]
        stamp = stamps / hashlib.sha256(checks + preprocessed(entry["command"], entry["directory"])).hexdigest()
        if stamp.exists():
            stamp.touch()
            return "known to be clean"
        if time.monotonic() > end:
            return "left for the next run"
        done = subprocess.run(["clang-tidy", "--quiet", "-p", build, file], capture_output=True, text=True)
        if done.returncode == 0:
            stamp.touch()
            return "checked and clean"
        print(done.stdout, flush=True)
        return "with findings"

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = collections.Counter(pool.map(check, files))
    print(f"{len(files)} files:", ", ".join(f"{count} {outcome}" for outcome, count in found.items()), flush=True)
    return 1 if found["with findings"] > 0 else 0


if __name__ == "__main__":
    sys.exit(main())
