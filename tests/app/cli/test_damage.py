#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases that were damaged, or changed by others: what is wrong is found, told of the right one, and shown as text."""

import contextlib
import json
import pathlib
import re
import resource
import shutil
import sqlite3
import subprocess
import unittest

import night
from night import SAMPLE, SOURCE, rows, sweep


def change(db, sql):
    with contextlib.closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.executescript(sql)


class Damage(night.Night):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(night.tempfile.TemporaryDirectory()))
        cls.whole = cls.folder / "whole.sqlite"
        done = night.run(*sweep(("uniform",), 50, cls.whole, "--latency", "front", "--samples", 5))
        assert done.returncode == 0, done.stderr

    def damaged(self, sql):
        db = self.path / "from.sqlite"
        shutil.copy(self.whole, db)
        change(db, sql)
        return db

    def checked(self, db):
        done = self.done("db", "check", "--db", db, "--json", "-", code=3)
        return json.loads(done.stdout)["problems"], done.stderr

    def test_what_others_refuse_a_check_finds(self):
        self.done("db", "check", "--db", self.whole)
        for sql in ("UPDATE evaluations SET correct = total - 1 WHERE id = 2",
                    "UPDATE evaluations SET total = 9223372036854775807 WHERE id = 2",
                    "UPDATE evaluations SET looks = 9223372036854775807 WHERE id = 2",
                    "UPDATE predictions SET correct = x'' WHERE evaluation = 2",
                    "UPDATE predictions SET correct = zeroblob(50) WHERE evaluation = 2",
                    "UPDATE predictions SET correct = hex(zeroblob(25)) WHERE evaluation = 2"):
            with self.subTest(sql):
                db = self.damaged(sql)
                (problem,), told = self.checked(db)
                self.assertTrue(problem.startswith("evaluation 2 is damaged: "), problem)
                self.assertIn("docs/cli.md", told)
                into = self.path / "into.sqlite"
                for words in (("compare", 1, 2, "--db", db), ("report", 1, 2, "--db", db, "--out", self.path / "r.md"),
                              ("db", "merge", into, db)):
                    self.refused(3, [f"{db}: {problem}"], *words)
                self.assertFalse(into.exists())
        found, told = self.checked(self.damaged("DROP TABLE predictions"))
        self.assertIn("column predictions.classes is missing", found)
        self.assertIn("Move it away", told)

    def test_what_is_listed_is_bounded(self):
        db = self.damaged("""WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1149)
            INSERT INTO evaluations (id, model, data_set, subset, order_seed, bits, numerics_version, correct, total, bitops,
            weight_bytes, norm_bytes, device, backend, seconds, created_at) SELECT i, 1, 1, i, 0, '4', 1, 0, 1, 0, 0, 0, '', '',
            0, '' FROM n""")
        problems, _ = self.checked(db)
        self.assertEqual((len(problems), problems[-1]), (101, "… and 50 more like the last"))

    def test_what_it_says_can_be_done_works(self):
        db = self.damaged("UPDATE measurements SET samples_ms = x'00' WHERE id = (SELECT min(id) FROM measurements)")
        problems, told = self.checked(db)
        self.assertRegex(problems[0], r"measurement \d+ is damaged: its samples are no times")
        advice = re.search(r"bitdesk (db merge )NEW.sqlite (\S+)", told)
        new = self.path / "new.sqlite"
        self.done(*advice[1].split(), new, advice[2])
        self.done("db", "check", "--db", new)
        self.assertEqual(rows(new), rows(self.whole))
        # The rows of evaluations are removed as docs/cli.md says.
        db = self.damaged("UPDATE predictions SET correct = x'' WHERE evaluation = 2")
        page = re.sub(r"\s+", " ", (SOURCE / "docs/cli.md").read_text())
        change(db, re.search(r"sqlite3 results.sqlite '([^']*)'", page)[1].replace("12", "2"))
        self.done("db", "check", "--db", db)
        self.done(*sweep(("uniform",), 50, db, "--resume"))
        self.assertEqual(rows(db), rows(self.whole))

    def test_names_of_others_steer_no_terminal(self):
        hostile = "a'||char(27)||'[31mX'||char(155)||char(8238)||'"
        db = self.damaged(f"UPDATE models SET name = '{hostile}', hash = '{hostile}'; UPDATE data_sets SET name = '{hostile}'")
        self.done("report", "--db", db, "--out", self.path / "r.csv", "--out", self.path / "r.json")
        shown = [(self.path / name).read_text() for name in ("r.csv", "r.json")]
        for words in (("list", "--json", "-"), ("list", "--csv", "-"), ("list",)):
            shown.append(self.done("db", *words, "--db", db).stdout)
        for text in shown:
            self.assertNotRegex(text, "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
        self.assertEqual(json.loads(shown[2])["evaluations"][0]["model"], "a\x1b[31mX\x9b\u202e")


class FileSizeLimit(night.Night):
    """`ulimit -f`, which Slurm hands on: a file that must not grow is a full disk, not a silent end."""

    def refused_at(self, kib, says, *words):
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kib << 10, kib << 10))
        self.refused(4, [says, "file size limit (ulimit -f)"], *words, preexec_fn=limit)

    def test_it_is_told_and_leaves_no_half_file(self):
        db = self.path / "r.sqlite"
        evaluate = ("eval", SAMPLE, "--data", "fashion-mnist", "--bits", 4, "--bits", 2, "--limit", 5000, "--quiet")
        self.refused_at(1, "out.json", *evaluate, "--no-store", "--json", self.path / "out.json")
        self.refused_at(16, "model.onnx", "export", SAMPLE, "--bits", 4, "--out", self.path / "model.onnx")
        self.assertEqual(list(self.path.iterdir()), [])
        self.done(*evaluate, "--db", db)
        self.refused_at(36, "report.json", "report", "--db", db, "--out", self.path / "report.json")
        self.assertEqual([file.name for file in self.path.iterdir()], ["r.sqlite"])

    def test_a_database_keeps_what_it_has(self):
        db = self.path / "r.sqlite"
        self.refused_at(200, "r.sqlite", *sweep(("random:60",), 2000, db, "--threads", "1"))
        self.assertEqual(night.query(db, "PRAGMA integrity_check"), [("ok",)])
        self.assertLess(len(rows(db)), 60)
        self.done(*sweep(("random:60",), 2000, db, "--resume"))
        self.assertEqual(len(rows(db)), 60)

    def test_standard_output_is_one(self):
        with open(self.path / "out.json", "wb") as file:
            done = subprocess.run([night.BIN, "info", SAMPLE, "--json", "-"], stdout=file, stderr=subprocess.PIPE, text=True,
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024)))
        self.assertEqual((done.returncode, "standard output" in done.stderr), (4, True), done.stderr)


if __name__ == "__main__":
    unittest.main()
