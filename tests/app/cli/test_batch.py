#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sweeps and batch files: they survive being killed, share a store, and refuse what does not fit before they begin."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
import unittest

import fastjsonschema

import full_disk
from night import BIN, SAMPLE, SOURCE, Night, query, rows, run, sweep
from patience import patience

# Root may write what is read-only; without this capability it may not.
UNPRIVILEGED = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()


def ready(db):
    """Whether a database was brought to the schema that is read here."""
    return db.exists() and query(db, "PRAGMA user_version")[0][0] >= 3


class Schema(unittest.TestCase):
    """The same documents are held against the reader by batch_file_test.cpp."""

    def test_the_published_schema_says_what_the_reader_says(self):
        validate = fastjsonschema.compile(json.loads((SOURCE / "docs/batch.schema.json").read_text()))
        documents = json.loads((SOURCE / "tests/app/jobs/batch_documents.json").read_text())
        for document in documents["valid"]:
            validate(document)
        for entry in documents["invalid"]:
            with self.assertRaises(fastjsonschema.JsonSchemaValueException, msg=entry):
                validate(entry["document"])


class Killed(Night):
    CONFIGS = ("uniform", "random:117")
    LATENCY = ("--latency", "front", "--samples", "20", "--threads", "1")

    def words(self, db, *more):
        return sweep(self.CONFIGS, 300, db, *self.LATENCY, *more)

    def measured(self, db):
        """Bits of what the job's items say was measured, and how many rows there are."""
        items = query(db, "SELECT i.request FROM job_items i JOIN measurements m ON m.id = i.measurement ORDER BY 1")
        return [bits for bits, in items], query(db, "SELECT count(*) FROM measurements")[0][0]

    def progress(self, db):
        """How many rows there are so far."""
        counts = "SELECT (SELECT count(*) FROM evaluations) + (SELECT count(*) FROM measurements)"
        return query(db, counts)[0][0] if ready(db) else 0

    def test_kill_9_at_twenty_moments_loses_and_repeats_nothing(self):
        whole = self.path / "whole.sqlite"
        self.done(*self.words(whole))
        expected, expected_measured = rows(whole), self.measured(whole)
        self.assertEqual(len(expected), 120)
        chance = random.Random(int(os.environ.get("BITDESK_TEST_SEED", "6")))
        kills, round_, seen = 0, 0, set()
        while kills < 20:
            db = self.path / f"killed{round_}.sqlite"
            round_ += 1
            while True:
                # A moment is so many rows further on, and not quite at the row.
                moment = self.progress(db) + chance.randint(0, 30)
                process = subprocess.Popen([BIN, *map(str, self.words(db, "--resume"))], stdout=subprocess.DEVNULL,
                                           stderr=subprocess.PIPE)
                while kills < 20 and process.poll() is None:
                    if self.progress(db) >= moment:
                        time.sleep(chance.uniform(0, 0.02))
                        process.send_signal(signal.SIGKILL)
                        kills += 1
                        break
                    time.sleep(0.005)
                process.communicate()
                if process.returncode == 0:
                    break
                self.assertEqual(process.returncode, -signal.SIGKILL)
                if ready(db):
                    seen.add(len(rows(db)))
            self.assertEqual(rows(db), expected)
            self.assertEqual(self.measured(db), expected_measured)
            self.assertEqual(query(db, "SELECT count(*), min(state) FROM jobs"), [(1, "done")])
            self.assertEqual(query(db, "PRAGMA integrity_check"), [("ok",)])
        print(f"{kills} kills over {round_} sweeps; killed with {sorted(seen)} rows stored")
        self.assertGreater(len(seen), 3, "killed at too few different states")

    def test_an_interrupt_leaves_what_is_finished(self):
        db = self.path / "interrupted.sqlite"
        process = subprocess.Popen([BIN, *map(str, self.words(db))], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        limit = time.monotonic() + patience(60)
        while not (ready(db) and rows(db)):
            self.assertLess(time.monotonic(), limit)
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=patience(60))
        self.assertEqual((process.returncode, output), (130, ""), errors)
        stored = len(rows(db))
        self.assertEqual(query(db, "SELECT state FROM jobs"), [("cancelled",)])
        found = json.loads(self.done(*self.words(db, "--resume", "--json", "-")).stdout)
        self.assertEqual((found["from_store"], found["evaluated"]), (stored, 120 - stored))


class OneStore(Night):
    def test_two_writers_lose_and_double_nothing(self):
        db = self.path / "shared.sqlite"
        both = [subprocess.Popen([BIN, *map(str, sweep(("uniform", f"random:{n}"), 500, db, "--threads", "1"))],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for n in (30, 40)]
        for process in both:
            _, errors = process.communicate(timeout=patience(120))
            self.assertEqual(process.returncode, 0, errors)
        alone = self.path / "alone.sqlite"
        self.done(*sweep(("uniform", "random:40"), 500, alone))
        self.assertEqual(rows(db), rows(alone), "random:30 is the beginning of random:40")

    def test_a_full_disk_is_told_and_what_was_stored_stays(self):
        with full_disk.SmallDisk(400) as disk:
            db = disk / "results.sqlite"
            done = self.refused(4, ["results.sqlite"], *sweep(("random:60",), 2000, db, "--threads", "1"))
            self.assertRegex(done.stderr, "full|I/O")
            stored = rows(db)
            self.assertEqual(query(db, "PRAGMA integrity_check"), [("ok",)])
            self.assertLess(len(stored), 60)
            roomy = self.path / "roomy.sqlite"
            self.done("db", "merge", roomy, db)
            self.done(*sweep(("random:60",), 2000, roomy, "--resume"))
        whole = self.path / "whole.sqlite"
        self.done(*sweep(("random:60",), 2000, whole))
        self.assertEqual(rows(roomy), rows(whole))

    def test_a_report_on_a_full_disk_leaves_the_old_one(self):
        db = self.path / "results.sqlite"
        self.done(*sweep(("uniform",), 200, db))
        with full_disk.SmallDisk(64) as disk:
            (disk / "report.html").write_text("the old one")
            full_disk.fill(disk)
            self.refused(4, ["report.html"], "report", "--db", db, "--out", disk / "report.html")
            self.assertEqual((disk / "report.html").read_text(), "the old one")
            self.assertEqual(sorted(file.name for file in disk.iterdir()), ["filler", "report.html"])


class BatchFile(Night):
    def write(self, **changes):
        batch = {"bitdesk_batch": 1, "db": "night.sqlite",
                 "sweeps": [{"model": str(SAMPLE), "data": "fashion-mnist", "limit": 300,
                             "configurations": ["uniform", "random:20"],
                             "latency": {"of": "front", "samples": 20}}],
                 "reports": [{"out": ["night.html", "night.md", "night.csv", "night.json", "night.pdf"],
                              "fail_on": ["drop>50pp"]}], **changes}
        file = self.path / "night.json5"
        file.write_text(json.dumps(batch))
        return file

    def test_one_file_is_a_night(self):
        found = json.loads(self.done("batch", self.write(), "--quiet", "--json", "-").stdout)
        self.assertEqual(found["sweeps"][0]["evaluated"], 23)
        self.assertGreaterEqual(found["sweeps"][0]["measured"], 2)
        self.assertFalse(any(limit["broken"] for limit in found["reports"][0]["limits"]))
        for ending in ("html", "md", "csv", "json", "pdf"):
            self.assertGreater((self.path / f"night.{ending}").stat().st_size, 2000)
        again = json.loads(self.done("batch", self.write(), "--resume", "--quiet", "--json", "-").stdout)
        self.assertEqual((again["sweeps"][0]["evaluated"], again["sweeps"][0]["measured"]), (0, 0))
        self.assertEqual(len(rows(self.path / "night.sqlite")), 23)

    def test_a_broken_limit_is_exit_code_1_and_the_report_is_there(self):
        file = self.write(reports=[{"out": "night.md", "fail_on": "accuracy<99.9%"}])
        done = self.done("batch", file, "--quiet", code=1)
        self.assertIn("accuracy<99.9%", done.stderr)
        self.assertIn("broken", (self.path / "night.md").read_text())

    def test_nothing_begins_where_something_is_wrong(self):
        wrong = {
            "colour is not known": (3, {"colour": 1}),
            "missing.safetensors": (3, {"sweeps": [
                {"model": str(SAMPLE), "data": "fashion-mnist", "configurations": "2"},
                {"model": "missing.safetensors", "data": "fashion-mnist", "configurations": "2"}]}),
            "no-such-data": (3, {"sweeps": [{"model": str(SAMPLE), "data": "no-such-data", "configurations": "2"}]}),
            "mixes.txt": (3, {"sweeps": [{"model": str(SAMPLE), "data": "fashion-mnist", "configurations": "mixes.txt"}]}),
            "3^14": (2, {"sweeps": [{"model": str(SAMPLE), "data": "fashion-mnist", "configurations": "all"}]}),
            "report.doc": (2, {"reports": [{"out": "report.doc"}]}),
            "no/such/folder": (4, {"reports": [{"out": "no/such/folder/report.html"}]}),
            "drop>1": (2, {"reports": [{"out": "report.md", "fail_on": ["drop>1"]}]}),
            "layer": (3, {"reports": [{"out": "report.md", "baseline": "7"}]}),
            "is an input": (2, {"reports": [{"out": "night.json5.md"}, {"out": str(SAMPLE) + ".md"}],
                                "sweeps": [{"model": str(SAMPLE), "data": "fashion-mnist",
                                            "configurations": "night.json5.md"}]}),
            "night.json5.json: is an input": (2, {"reports": [{"out": "night.json5.json"}]}),
            "two reports": (2, {"reports": [{"out": "a.md"}, {"out": ["b.md", "a.md"]}]}),
            "tpu": (2, {"backend": "tpu"}),
        }
        (self.path / "night.json5.md").write_text("2\n")
        for says, (code, changes) in wrong.items():
            with self.subTest(says):
                file = self.write(**changes)
                if says.startswith("night.json5.json"):  # a batch file under a name that a report may have
                    file = file.rename(self.path / "night.json5.json")
                told = self.refused(code, [says, f"{file}: "], "batch", file, "--quiet").stderr
                self.assertNotRegex(told, "--(configs|fail-on|baseline|backend|data|out)", "a file has keys, no options")
                self.assertFalse((self.path / "night.sqlite").exists())
        self.refused(3, ["no-such-batch.json"], "batch", self.path / "no-such-batch.json")
        (self.path / "cut.json").write_text('{"bitdesk_batch": 1,')
        self.refused(3, ["cut.json", "JSON"], "batch", self.path / "cut.json")

    def test_sweeps_follow_each_other(self):
        file = self.write(sweeps=[
            {"model": str(SAMPLE), "data": "fashion-mnist", "limit": 100, "configurations": "2"},
            {"model": str(SAMPLE), "data": "fashion-mnist", "limit": 100, "configurations": "3"}])
        done = self.done("batch", file, "--quiet", "--json", "-")
        self.assertEqual([one["evaluated"] for one in json.loads(done.stdout)["sweeps"]], [1, 1])

    def test_a_dry_run_writes_nothing(self):
        done = self.done("batch", self.write(), "--dry-run")
        self.assertIn("would evaluate 23 configurations", done.stdout)
        self.assertIn("would write", done.stdout)
        self.assertEqual([file.name for file in self.path.iterdir()], ["night.json5"])


class Sweep(Night):
    def test_its_words_are_checked(self):
        db = self.path / "r.sqlite"
        for says, words in {"names no configurations": ["--configs", "every"], "random:0": ["--configs", "random:0"],
                            "--part": ["--configs", "2", "--part", "3/2"], "--fail-on": ["--configs", "2", "--fail-on", "drop>1pp"],
                            "--latency": ["--configs", "2", "--latency", "best"]}.items():
            self.refused(2, [says], "sweep", SAMPLE, "--data", "fashion-mnist", "--db", db, *words)
        self.assertFalse(db.exists())

    def test_it_needs_no_store_for_a_look(self):
        found = json.loads(self.done("sweep", SAMPLE, "--data", "fashion-mnist", "--configs", "uniform", "--limit", 100,
                                     "--no-store", "--quiet", "--json", "-").stdout)
        self.assertEqual([len(point["bits"]) for point in found["evaluations"]], [14] * 3)
        self.assertEqual(found["baseline"], [4] * 14)

    def test_its_rows_are_those_of_eval(self):
        db, other = self.path / "sweep.sqlite", self.path / "eval.sqlite"
        self.done(*sweep(("uniform",), 400, db))
        for bits in "234":
            self.done("eval", SAMPLE, "--data", "fashion-mnist", "--bits", bits, "--limit", 400, "--db", other, "--quiet")
        self.assertEqual(rows(db), rows(other))

    @unittest.skipIf(os.geteuid() == 0 and run("info", SAMPLE, before=UNPRIVILEGED).returncode != 0, "needs setpriv")
    def test_a_store_that_cannot_be_written_is_named_before_the_work(self):
        folder = self.path / "locked"
        folder.mkdir(mode=0o500)
        self.refused(3, ["locked"], *sweep(("2",), 50, folder / "r.sqlite"), before=UNPRIVILEGED)


class Merge(Night):
    def test_sources_must_be_there_and_be_ours(self):
        db = self.path / "a.sqlite"
        self.done(*sweep(("2",), 50, db))
        self.refused(3, ["missing.sqlite"], "db", "merge", self.path / "new.sqlite", db, self.path / "missing.sqlite")
        self.assertFalse((self.path / "new.sqlite").exists(), "sources are looked at first")
        (self.path / "text.sqlite").write_text("not a database")
        self.refused(3, ["text.sqlite"], "db", "merge", self.path / "new.sqlite", self.path / "text.sqlite")
        self.refused(2, ["into itself"], "db", "merge", db, db)
        with contextlib.closing(sqlite3.connect(db, isolation_level=None)) as connection:
            connection.execute("UPDATE predictions SET correct = zeroblob(50)")
        self.refused(3, ["damaged"], "db", "merge", self.path / "new.sqlite", db)
        self.assertFalse((self.path / "new.sqlite").exists(), "what began empty is taken away")


if __name__ == "__main__":
    unittest.main()
