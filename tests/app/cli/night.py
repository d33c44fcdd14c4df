# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of sweeps, ranks and reports have in common."""

import contextlib
import os
import pathlib
import sqlite3
import tempfile
import unittest

import starter
from patience import patience

BIN = os.environ.get("BITDESK_BIN", "bitdesk")
SOURCE = pathlib.Path(os.environ.get("BITDESK_SOURCE", pathlib.Path(__file__).resolve().parents[3]))
SAMPLE = SOURCE / "resources/models/fashion-mnist.safetensors"


def run(*arguments, before=(), timeout=patience(300), **more):
    return starter.run([*map(str, before), BIN, *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout, **more)


def sweep(configs, limit, db, *more):
    """The words of a sweep of the sample model."""
    words = [word for config in configs for word in ("--configs", config)]
    return ["sweep", SAMPLE, "--data", "fashion-mnist", *words, "--limit", limit, "--db", db, "--quiet", *more]


def opened(db):
    return contextlib.closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True))


def rows(db):
    """What must be the same however a sweep came about: every evaluation with its answers, in an order of its own."""
    with opened(db) as connection:
        return sorted(connection.execute(
            "SELECT m.hash, d.hash, d.split, e.subset, e.order_seed, e.bits, e.numerics_version, e.correct, e.total, "
            "e.bitops, e.weight_bytes, e.norm_bytes, e.looks, p.classes, p.correct FROM evaluations e "
            "JOIN models m ON m.id = e.model JOIN data_sets d ON d.id = e.data_set "
            "JOIN predictions p ON p.evaluation = e.id"))


def query(db, sql):
    with opened(db) as connection:
        return list(connection.execute(sql))


class Night(unittest.TestCase):
    def setUp(self):
        self.path = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def done(self, *arguments, code=0, **more):
        finished = run(*arguments, **more)
        self.assertEqual(finished.returncode, code, finished.stderr + finished.stdout)
        return finished

    def refused(self, code, mentions, *arguments, **more):
        """One line on standard error that says all of `mentions`, nothing on standard output."""
        finished = run(*arguments, **more)
        self.assertEqual(finished.returncode, code, finished.stderr)
        self.assertEqual(finished.stdout, "")
        for text in mentions:
            self.assertIn(text, finished.stderr)
        return finished
