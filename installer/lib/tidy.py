#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs clang-tidy on files of a build, but for those that it found clean as they are now: what the preprocessor makes of a
file, and the checks, are the key. A whole run takes a quarter of an hour, one after a small change a minute.

    tidy.py BUILD CACHE FILE..."""

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
    build, cache, *files = sys.argv[1:]
    stamps = pathlib.Path(cache)
    stamps.mkdir(parents=True, exist_ok=True)
    for stamp in stamps.iterdir():
        if time.time() - stamp.stat().st_mtime > KEPT_DAYS * 86400:
            stamp.unlink(missing_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    checks = version + pathlib.Path(".clang-tidy").read_bytes()
    commands = {os.path.realpath(entry["file"]): entry
                for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text())}

    def check(file):
        entry = commands[os.path.realpath(file)]
        stamp = stamps / hashlib.sha256(checks + preprocessed(entry["command"], entry["directory"])).hexdigest()
        if stamp.exists():
            stamp.touch()
            return None
        done = subprocess.run(["clang-tidy", "--quiet", "-p", build, file], capture_output=True, text=True)
        if done.returncode == 0:
            stamp.touch()
        else:
            print(done.stdout, flush=True)
        return done.returncode == 0

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(check, files))
    print(f"{len(found)} files: {found.count(None)} known to be clean, {found.count(True)} checked and clean, "
          f"{found.count(False)} with findings")
    return 1 if False in found else 0


if __name__ == "__main__":
    sys.exit(main())
