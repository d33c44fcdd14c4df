# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The additions of docs/adding.md, made as it says in a copy of the sources: each fits, touches the files that it says it
touches, and compiles.

    test_adding.py            the test; sources compile with the commands of the build that runs it
    test_adding.py --make DIR leaves a copy of the whole tree with all additions in it, to build and to try"""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("BITDESK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
LICENCE = "// SPDX-FileCopyrightText: 2026 The Bitdesk Developers\n// SPDX-License-Identifier: GPL-3.0-or-later\n"
SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.M | re.S)
DIFF = re.compile(r"^```diff\n(.*?)^```", re.M | re.S)
FILE = re.compile(r"^# (\S+?)( \(new\))?$")


def additions():
    """title of a section → {file: (is it new, its hunks)}; a hunk is the lines of before and after."""
    found = {}
    for title, text in SECTION.findall((ROOT / "docs/adding.md").read_text()):
        files = found.setdefault(title, {})
        for line in (line for diff in DIFF.findall(text) for line in diff.splitlines()):
            named = FILE.match(line)
            if named:
                hunks = files.setdefault(named[1], (bool(named[2]), [([], [])]))[1]
            elif line.startswith("@@"):
                hunks.append(([], []))
            else:
                before, after = hunks[-1]
                if not line.startswith("+"):
                    before.append(line[1:])
                if not line.startswith("-"):
                    after.append(line[1:])
    return {title: files for title, files in found.items() if files}


def make(files, tree):
    """Changes the files of one addition in a tree. ValueError where something does not fit."""
    for name, (new, hunks) in files.items():
        path = tree / name
        if path.exists() == new:
            raise ValueError(f"{name}: {'is there already' if new else 'is not there'}")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "" if new else path.read_text()
        for before, after in hunks:
            old, fresh = ("\n".join(lines) + "\n" for lines in (before, after))
            if not new and text.count(old) != 1:
                raise ValueError(f"{name}: stands {text.count(old)} times there, not once:\n{old}")
            licence = LICENCE if name.endswith((".h", ".cpp")) else ""
            text = licence + fresh if new else text.replace(old, fresh)
        path.write_text(text)


def copy(tree):
    listed = subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, listed):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tree / name)


def command_for(source, commands, tree):
    """How the build that runs this compiles the nearest room, with the copy's headers first and no precompiled ones."""
    room = os.path.dirname(source)
    while room:
        near = [c for c in commands if f" {room}/" in c["command"] and "_autogen" not in c["file"]]
        if near:
            words = shlex.split(near[0]["command"])
            words = words[:words.index("-o")]
            while "-include" in words:
                at = words.index("-include")
                del words[at:at + 2]
            words = [w for w in words if "ccache" not in w and not w.startswith("-Winvalid")]
            words = [f"-I{tree}" if w == f"-I{ROOT}" else w for w in words]
            return [*words, "-fsyntax-only", str(tree / source)], near[0]["directory"]
        room = os.path.dirname(room)
    raise ValueError(f"{source}: no room of the build is near")


class Adding(unittest.TestCase):
    WANTED = {"A plot": 3, "A setting of a sweep": 5, "A quantizer": 6, "An activation": 2, "A verb": 3, "An executor": 6}

    def test_all_are_there_with_the_files_that_they_touch(self):
        self.assertEqual({title: len(files) for title, files in additions().items()}, self.WANTED)

    def test_each_fits_and_compiles(self):
        build = pathlib.Path(os.environ["BITDESK_BIN"]).parents[1]
        commands = json.loads((build / "compile_commands.json").read_text())
        if not any(" app/gui/" in entry["command"] for entry in commands):
            self.skipTest("needs a build with the window")
        for title, files in additions().items():
            with self.subTest(title), tempfile.TemporaryDirectory() as folder:
                tree = pathlib.Path(folder)
                copy(tree)
                make(files, tree)
                for source in (name for name in files if name.endswith(".cpp")):
                    command, directory = command_for(source, commands, tree)
                    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
                    self.assertEqual((done.returncode, done.stderr), (0, ""), source)


def main():
    if sys.argv[1:2] == ["--make"]:
        tree = pathlib.Path(sys.argv[2])
        copy(tree)
        for files in additions().values():
            make(files, tree)
        return
    unittest.main()


if __name__ == "__main__":
    main()
