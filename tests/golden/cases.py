# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of an earlier version, 9d3e3d3: a database that it measured, and what it told of it.

    BITDESK_BIN=…/bitdesk python3 tests/golden/cases.py --changes
        writes since.diff anew: what the present version tells differently, on purpose
    BITDESK_BIN=…/bitdesk BITDESK_SOURCE=… python3 tests/golden/cases.py --remember
        measures with that version, and replaces what is kept"""

import difflib
import hashlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

BIN = os.environ.get("BITDESK_BIN", "bitdesk")
SOURCE = pathlib.Path(os.environ.get("BITDESK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
SAMPLE = SOURCE / "resources/models/fashion-mnist.safetensors"
HERE = pathlib.Path(__file__).resolve().parent
KEPT = HERE / "9d3e3d3"
CHANGES = HERE / "since.diff"

MIX = "4,3,2,4,3,2,4,3,2,4,3,2,4,3"
DATA = ("--data", "fashion-mnist")
SWEEP = ("sweep", "m.safetensors", *DATA, "--configs", "uniform", "--configs", "random:6", "--limit", "100", "--seed", "7")
STORED = ("--db", "results.sqlite", "--quiet")

# What makes the database.
MEASURED = {
    "sweep": (*SWEEP, "--latency", "front", "--samples", "20", "--threads", "1", *STORED),
    "eval": ("eval", "m.safetensors", *DATA, "--bits", "4", "--bits", MIX, "--limit", "100", "--threads", "1", *STORED),
    "table": ("profile", "m.safetensors", "--layer-table", "--checks", "3", "--samples", "5", "--threads", "1", *STORED),
    "profile": ("profile", "m.safetensors", "--bits", "4", "--bits", "2", "--samples", "20", "--threads", "1", *STORED),
}

# name: words; a name's ending says what it is. {first}, {second}: evaluations; {measured}, {other}: measurements of one run.
TOLD = {
    "info.txt": ("info", "m.safetensors"),
    "info.json": ("info", "m.safetensors", "--json", "-"),
    "data.txt": ("data", "fashion-mnist"),
    "data.json": ("data", "fashion-mnist", "--json", "-"),
    "data.csv": ("data", "fashion-mnist", "--csv", "-"),
    "predict.json": ("predict", "m.safetensors", *DATA, "--bits", MIX, "--limit", "40", "--json", "-", "--quiet"),
    "predict.csv": ("predict", "m.safetensors", *DATA, "--bits", MIX, "--limit", "40", "--csv", "-", "--quiet"),
    "list.txt": ("db", "list", "--db", "results.sqlite"),
    "list.json": ("db", "list", "--db", "results.sqlite", "--json", "-"),
    "list.csv": ("db", "list", "--db", "results.sqlite", "--csv", "-"),
    "compare.txt": ("compare", "{first}", "{second}", "--db", "results.sqlite"),
    "compare.json": ("compare", "{first}", "{second}", "--db", "results.sqlite", "--json", "-"),
    "compare_times.txt": ("compare", "{measured}", "{other}", "--db", "results.sqlite"),
    "compare_times.json": ("compare", "{measured}", "{other}", "--db", "results.sqlite", "--json", "-"),
    "eval.txt": ("eval", "m.safetensors", *DATA, "--bits", "4", "--bits", MIX, "--limit", "100", "--threads", "1", *STORED),
    "eval.json": ("eval", "m.safetensors", *DATA, "--bits", "4", "--bits", MIX, "--limit", "100", "--threads", "1", *STORED, "--json", "-"),
    "eval.csv": ("eval", "m.safetensors", *DATA, "--bits", "4", "--bits", MIX, "--limit", "100", "--threads", "1", *STORED, "--csv", "-"),
    "sweep.txt": (*SWEEP, "--threads", "1", *STORED),
    "sweep.json": (*SWEEP, "--threads", "1", *STORED, "--json", "-"),
    "sweep.csv": (*SWEEP, "--threads", "1", *STORED, "--csv", "-"),
    "report.html": ("report", "--db", "results.sqlite", "--out", "report.html"),
    "report.md": ("report", "--db", "results.sqlite", "--out", "report.md"),
    "report.csv": ("report", "--db", "results.sqlite", "--out", "report.csv"),
    "report.json": ("report", "--db", "results.sqlite", "--out", "report.json"),
    "chosen.json": ("report", "{first}", "{second}", "{measured}", "{other}", "--db", "results.sqlite", "--out", "chosen.json",
                    "--title", "Four of them", "--fail-on", "drop>0.5pp"),
    "chosen.md": ("report", "{first}", "{second}", "{measured}", "{other}", "--db", "results.sqlite", "--out", "chosen.md"),
    "mix.onnx": ("export", "m.safetensors", "--bits", MIX, "--out", "mix.onnx", "--quiet"),
    "mix.qonnx.onnx": ("export", "m.safetensors", "--bits", MIX, "--out", "mix.qonnx.onnx", "--quiet"),
    "nodes.json": ("export", "m.safetensors", "--bits", MIX, "--out", "nodes.json", "--format", "node-data", "--metric", "bitops", "--quiet"),
    "nvbench.json": ("export", "m.safetensors", "--bits", "4", "--out", "nvbench.json", "--format", "nvbench", "--db", "results.sqlite",
                     "--measurement", "{measured}", "--quiet"),
    "mix.json": ("export", "m.safetensors", "--bits", MIX, "--out", "mix.json", "--format", "mix", "--quiet"),
    **{f"{name}.network.json": ("new-model", name) for name in ("resnet14", "resnet18", "mobilenetv2", "vgg7", "mlp")},
    **{f"{verb}.help": (verb, "--help") for verb in ("info", "data", "eval", "predict", "profile", "sweep", "batch", "report", "export",
                                                     "compare", "import", "new-model", "train", "db")},
    "no_model.error": ("eval", "none.safetensors", *DATA, "--bits", "4"),
    "no_data.error": ("eval", "m.safetensors", "--data", "nowhere", "--bits", "4", "--no-store"),
    "no_bits.error": ("eval", "m.safetensors", *DATA, "--bits", "5", "--no-store"),
    "no_device.error": ("eval", "m.safetensors", *DATA, "--bits", "4", "--device", "tpu", "--no-store"),
    "no_id.error": ("compare", "1", "999999", "--db", "results.sqlite"),
    "no_range.error": ("sweep", "m.safetensors", *DATA, "--configs", "uniform", "--noise", "7", "--latency", "all", "--no-store"),
}


def run(arguments, folder):
    environment = {**os.environ, "XDG_DATA_HOME": str(folder / "home"), "LC_ALL": "C.UTF-8"}
    return subprocess.run([BIN, *arguments], cwd=folder, env=environment, capture_output=True, timeout=600)


def ids(database):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        first, second = [row[0] for row in connection.execute("SELECT id FROM evaluations ORDER BY id LIMIT 2")]
        measured, other = [row[0] for row in connection.execute("SELECT id FROM measurements ORDER BY id DESC LIMIT 2")]
    return {"first": first, "second": second, "measured": min(measured, other), "other": max(measured, other)}


def steady(text):
    """Without what is of this machine, this build or this day."""
    text = re.sub(rb"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?Z?( UTC)?", b"(time)", text)
    return re.sub(rb"(/[\w.-]+)+/results\.sqlite", b"results.sqlite", text)


def answers(database):
    """name → bytes of all that is told from this database."""
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shutil.copy(SAMPLE, folder / "m.safetensors")
        shutil.copy(database, folder / "results.sqlite")
        known = ids(database)
        for case, words in TOLD.items():
            done = run([word.format(**known) for word in words], folder)
            written = folder / case
            text = written.read_bytes() if written.exists() else done.stdout
            if case.endswith((".error", ".txt")):
                text += b"\n--- standard error, exit code %d\n" % done.returncode + done.stderr
            elif done.returncode not in (0, 1):
                raise SystemExit(f"{case}: {done.stderr.decode()}")
            found[case] = hashlib.sha256(text).hexdigest().encode() + b"\n" if case.endswith(".onnx") else steady(text)
        found["store.sql"] = schema(folder / "results.sqlite").encode()
    return found


def schema(database):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return "\n".join(row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name")) + "\n"


def paths(value, at=""):
    """Which fields a JSON value has; of an array, those of all its elements."""
    if isinstance(value, dict):
        return {path for key, part in value.items() for path in paths(part, f"{at}/{key}")}
    if isinstance(value, list):
        return {path for part in value for path in paths(part, f"{at}[]")}
    return {at}


def measured(folder):
    """A database of this version."""
    shutil.copy(SAMPLE, folder / "m.safetensors")
    for words in MEASURED.values():
        done = run(words, folder)
        if done.returncode:
            raise SystemExit(done.stderr.decode())
    return folder / "results.sqlite"


def stored_fields(database):
    """The JSON that is kept in columns, as fields: table.column/path."""
    found = set()
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        for (table,) in list(connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")):
            rows = connection.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in rows.description]
            for row in rows:
                for name, cell in zip(names, row):
                    if isinstance(cell, str) and cell[:1] in "{[":
                        found |= paths(json.loads(cell), f"{table}.{name}")
    return sorted(found)


def changes(found):
    """What the present version tells differently from 9d3e3d3, as one text."""
    text = []
    for case in sorted(found):
        before = (KEPT / case).read_bytes().decode().splitlines()
        after = found[case].decode().splitlines()
        text += difflib.unified_diff(before, after, case, case, n=0, lineterm="")
    return "\n".join(text) + "\n"


def remember():
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        database = measured(pathlib.Path(name))
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("VACUUM")
        shutil.copy(database, KEPT / "results.sqlite")
    (KEPT / "stored_fields.txt").write_text("\n".join(stored_fields(KEPT / "results.sqlite")) + "\n")
    for case, text in answers(KEPT / "results.sqlite").items():
        (KEPT / case).write_bytes(text)


if __name__ == "__main__":
    if sys.argv[1:] == ["--remember"]:
        remember()
    elif sys.argv[1:] == ["--changes"]:
        CHANGES.write_text(changes(answers(KEPT / "results.sqlite")))
    else:
        sys.exit(__doc__)
