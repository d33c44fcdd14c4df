# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Others look into a results database, lock it, or may only read it; and readers of our output go away."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from night import BIN, SAMPLE, Night, query, run
from patience import patience

EVAL = ["eval", SAMPLE, "--data", "fashion-mnist", "--limit", "20", "--quiet"]
# Root passes by permissions; without these two capabilities it is bound by them as anybody.
AS_ANYBODY = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()


def outsider(db):
    """Another program: Python's sqlite3."""
    return sqlite3.connect(db, isolation_level=None)


def started(*arguments):
    return subprocess.Popen([BIN, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def next_notice(process):
    """The line that tells of the lock; each other line is an error."""
    line = process.stderr.readline()
    while "locked by another program" not in line:
        if not line or line.startswith("bitdesk: "):
            raise AssertionError(line + process.stderr.read())
        line = process.stderr.readline()
    return line


def said(process):
    """Its last lines but those of the lock, of which there are few: after 5 s, 50 s, 8 minutes."""
    lines = process.communicate(timeout=patience(120))[1].splitlines(keepends=True)
    others = [line for line in lines if "locked by another program" not in line]
    if len(lines) - len(others) > 2:
        raise AssertionError("".join(lines))
    return others


def listing(folder):
    return sorted((entry.name, entry.stat().st_size, entry.stat().st_mtime_ns) for entry in folder.iterdir())


class Locked(Night):
    def setUp(self):
        super().setUp()
        self.db = self.path / "r.sqlite"
        self.done(*EVAL, "--bits", "4", "--bits", "2", "--db", self.db)

    def test_what_is_found_is_stored_once_the_lock_is_gone(self):
        """Three verbs at once, each with a database of its own, locked for longer than the ten seconds that SQLite's
        users usually wait; then one is let through, two are interrupted."""
        databases = [self.path / f"{name}.sqlite" for name in ("sweep", "eval", "profile")]
        for path in databases:
            shutil.copy(self.db, path)
        others = [outsider(path) for path in databases]
        for other in others:
            other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        out = [self.path / f"{name}.json" for name in ("sweep", "eval", "profile")]
        works = [
            started("sweep", SAMPLE, "--data", "fashion-mnist", "--configs", "uniform", "--limit", 20, "--quiet", "--db",
                    databases[0], "--json", out[0]),
            started(*EVAL, "--bits", "3", "--db", databases[1], "--json", out[1]),
            started("profile", SAMPLE, "--bits", "4", "--samples", 5, "--quiet", "--db", databases[2], "--json", out[2])]
        for work, path in zip(works, databases):
            self.assertIn(str(path), next_notice(work))
        time.sleep(max(0.0, begun + 11 - time.monotonic()))
        self.assertEqual([work.poll() for work in works], [None] * 3)
        others[0].execute("COMMIT")
        self.assertNotIn("bitdesk: ", "".join(said(works[0])))
        self.assertEqual(works[0].returncode, 0)
        self.assertEqual(json.loads(out[0].read_text())["evaluated"], 1)  # all 3; 4 and 2 were there
        self.assertEqual(query(databases[0], "SELECT count(*) FROM evaluations"), [(3,)])
        for work in works[1:]:
            work.send_signal(signal.SIGINT)
        for work in works[1:]:
            self.assertEqual(said(work), ["bitdesk: interrupted\n"])
            self.assertEqual(work.returncode, 130)
        # What was found is told all the same.
        evaluated, profiled = json.loads(out[1].read_text()), json.loads(out[2].read_text())
        self.assertIsNone(evaluated["id"])
        self.assertEqual(evaluated["total"], 20)
        self.assertIsNone(profiled["runs"][0]["id"])
        self.assertEqual(profiled["runs"][0]["latency_ms"]["n"], 5)
        for other, path in zip(others[1:], databases[1:]):
            other.execute("COMMIT")
            self.assertEqual(query(path, "SELECT count(*) FROM evaluations"), [(2,)])
            self.assertEqual(query(path, "SELECT count(*) FROM measurements"), [(0,)])
        # Interrupted, not broken: the same again is stored.
        self.assertEqual(json.loads(self.done(*EVAL, "--bits", "3", "--db", databases[1], "--json", "-").stdout)["id"], 3)

    def test_looking_waits_for_nobody(self):
        other = outsider(self.db)
        other.execute("BEGIN EXCLUSIVE")
        self.look(self.db)
        # Nor does an evaluation that is stored already.
        done = self.done(*EVAL, "--bits", "4", "--db", self.db)
        self.assertIn("stored", done.stdout)
        self.assertEqual(done.stderr, "")
        other.execute("ROLLBACK")

    def look(self, db, before=()):
        """All verbs that only read. SQLite itself says what is right."""
        out, into = self.path / "o", self.path / "o" / "merged.sqlite"
        out.mkdir(exist_ok=True)
        into.unlink(missing_ok=True)
        listed = json.loads(self.done("db", "list", "--db", db, "--json", "-", before=before).stdout)
        self.assertEqual([(e["id"], e["correct"]) for e in listed["evaluations"]], self.rows)
        self.done("db", "check", "--db", db, before=before)
        self.done("report", "--db", db, "--out", out / "r.md", before=before)
        compared = self.done("compare", 1, 2, "--db", db, "--json", "-", before=before)
        self.assertEqual(json.loads(compared.stdout)["accuracy"]["n"], 20)
        self.done("db", "merge", into, db, before=before)
        self.assertEqual(query(into, "SELECT count(*) FROM evaluations"), [(len(self.rows),)])

    @property
    def rows(self):
        return query(self.db, "SELECT id, correct FROM evaluations ORDER BY id DESC")

    def closed(self, *files):
        """A folder of somebody else's that holds these and that nobody here may write."""
        folder = self.path / "theirs"
        folder.mkdir()
        for file in files:
            shutil.copy(file, folder)
        for path in [*folder.iterdir(), folder]:
            path.chmod(0o555 if path.is_dir() else 0o444)
            if os.geteuid() == 0:
                os.chown(path, 65534, 65534)
        self.addCleanup(folder.chmod, 0o755)
        return folder

    def test_a_file_that_may_only_be_read_is_read(self):
        folder = self.closed(self.db)
        before = listing(folder)
        self.look(folder / self.db.name, before=AS_ANYBODY)
        for words in (["sweep", SAMPLE, "--data", "fashion-mnist", "--configs", "uniform", "--limit", 20, "--dry-run"],
                      [*EVAL, "--bits", "4", "--dry-run"], [*EVAL, "--bits", "3"]):
            self.refused(3, [str(folder / self.db.name), "cannot be written"], *words, "--db", folder / self.db.name,
                         before=AS_ANYBODY)
        self.assertEqual(listing(folder), before)

    def test_an_older_schema_is_read_where_it_lies(self):
        with outsider(self.db) as other:
            for column in ("skipped", "preparation"):
                other.execute(f"ALTER TABLE data_sets DROP COLUMN {column}")
            other.execute("PRAGMA user_version = 3")
        other.close()
        folder = self.closed(self.db)
        before = listing(folder)
        self.look(folder / self.db.name, before=AS_ANYBODY)
        self.assertEqual(listing(folder), before)

    def test_rows_that_are_still_in_a_log(self):
        """As kill -9 leaves them: read where SQLite can, else said."""
        other = outsider(self.db)
        other.execute("PRAGMA wal_autocheckpoint = 0")
        other.execute("UPDATE evaluations SET seconds = 1")
        files = [pathlib.Path(f"{self.db}{ending}") for ending in ("", "-wal", "-shm")]
        self.assertGreater(files[1].stat().st_size, 0)
        folder = self.closed(*files)
        before = listing(folder)
        self.look(folder / self.db.name, before=AS_ANYBODY)
        self.assertEqual(listing(folder), before)
        folder.chmod(0o755)
        (folder / files[2].name).unlink()
        folder.chmod(0o555)
        self.refused(3, [f"{self.db.name}-wal", "Copy both"], "db", "list", "--db", folder / self.db.name,
                     before=AS_ANYBODY)
        other.close()

    def test_a_reader_that_goes_away_is_no_error(self):
        for words in (["info", SAMPLE], ["db", "list", "--db", self.db, "--json", "-"], ["--help"],
                      ["eval", SAMPLE, "--data", "fashion-mnist", "--bits", "4", "--dry-run", "--no-store"],
                      [*EVAL, "--bits", "4", "--db", self.db]):
            process = started(*words)
            process.stdout.close()
            self.assertEqual(process.stderr.read(), "", words)
            process.stderr.close()
            self.assertEqual(process.wait(timeout=patience(60)), 0, words)
        if pathlib.Path("/dev/full").exists():
            with open("/dev/full", "w") as full:
                done = subprocess.run([BIN, "info", SAMPLE], stdout=full, stderr=subprocess.PIPE, text=True, timeout=patience(60))
            self.assertEqual(done.returncode, 4)
            self.assertIn("standard output", done.stderr)


if __name__ == "__main__":
    if AS_ANYBODY and subprocess.run([*AS_ANYBODY, "true"], capture_output=True).returncode != 0:
        raise SystemExit(77)
    unittest.main()
