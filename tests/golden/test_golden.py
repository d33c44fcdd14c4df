#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What scripts, spreadsheets and databases of an earlier version rely on: 9d3e3d3's own database, told again, gives what it
gave, but for the changes that since.diff lists. A change on purpose: write since.diff anew (cases.py) and read it."""

import pathlib
import shutil
import tempfile
import unittest

import cases


class Golden(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.maxDiff = None

    def test_an_earlier_version_s_database_is_told_as_it_told_it(self):
        found = cases.answers(cases.KEPT / "results.sqlite")
        known = cases.changes(found)
        self.assertEqual(known.splitlines(), cases.CHANGES.read_text().splitlines())

    def test_nothing_kept_was_left_untold(self):
        told = set(cases.TOLD) | {"store.sql", "results.sqlite", "stored_fields.txt"}
        self.assertEqual({path.name for path in cases.KEPT.iterdir()}, told)

    def test_an_earlier_version_s_database_is_sound_and_goes_on(self):
        shutil.copy(cases.KEPT / "results.sqlite", self.folder)
        shutil.copy(cases.SAMPLE, self.folder / "m.safetensors")
        check = cases.run(("db", "check", "--db", "results.sqlite"), self.folder)
        self.assertEqual(check.returncode, 0, check.stderr)
        done = cases.run((*cases.SWEEP, "--configs", "random:8", "--json", "-", *cases.STORED), self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b'"from_store": 9', done.stdout)

    def test_what_is_stored_has_every_field_that_it_had(self):
        now = set(cases.stored_fields(cases.measured(self.folder)))
        kept = (cases.KEPT / "stored_fields.txt").read_text().splitlines()
        may_be_empty = ("findings[]", "outside[]", "warnings[]")
        gone = [field for field in kept if field not in now and not any(part in field for part in may_be_empty)]
        self.assertEqual(gone, [])


if __name__ == "__main__":
    unittest.main()
