# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users of other locales bring: decimal commas, spreadsheets that read commas otherwise, letters without a font."""

import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from patience import patience

BIN = os.environ["BITDESK_BIN"]
SAMPLE = os.path.join(os.environ["BITDESK_SOURCE"], "resources/models/fashion-mnist.safetensors")
DEJAVU = pathlib.Path("/usr/share/fonts/truetype/dejavu")

# A network of two layers: its mixes look most like numbers.
NODES = [{"name": "in", "op": "input", "shape": [28, 28, 1]}, {"name": "flat", "op": "flatten", "inputs": ["in"]}]
for layer, before, features in (("first", "flat", 12), ("second", "relu", 10)):
    NODES += [{"name": f"{layer}.input", "op": "quantize", "inputs": [before], "layer": layer, "signed": layer == "first"},
              {"name": layer, "op": "linear", "inputs": [f"{layer}.input"], "out_features": features}]
    if layer == "first":
        NODES.append({"name": "relu", "op": "relu", "inputs": ["first"]})


def run(*arguments, **environment):
    return subprocess.run([BIN, *map(str, arguments)], capture_output=True, timeout=patience(600), env={**os.environ, **environment})


class Locales(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.path = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        network = cls.path / "two.json"
        network.write_text(json.dumps({"name": "two", "nodes": NODES}))
        cls.model, cls.db, cls.table = f"random:{network}", cls.path / "r.sqlite", cls.path / "eval.csv"
        done = run("eval", cls.model, "--bits", "4,3", "--bits", "2,4", "--data", "fashion-mnist", "--limit", 50, "--db",
                   cls.db, "--quiet", "--csv", cls.table)
        assert done.returncode == 0, done.stderr

    def refused(self, told, *arguments):
        done = run(*arguments)
        self.assertEqual((done.returncode, done.stdout, done.stderr.decode().count("\n")), (2, b"", 1), done.stderr)
        self.assertEqual(done.stderr.decode().rstrip(".\n"), f"bitdesk: {told}")

    def test_decimal_commas_are_told_with_what_to_write(self):
        train = ("train", "--out", self.path / "m.safetensors", "--dry-run")
        self.refused("--float-rate: '0,05' has a decimal comma. Write 0.05", *train, "--float-rate", "0,05")
        self.refused("--distillation: '0,5' has a decimal comma. Write 0.5", *train, "--distillation=0,5")
        self.refused("--noise: '0,005' has a decimal comma. Write 0.005", "profile", SAMPLE, "--bits", "4", "--noise", "0,005")
        self.refused("--limit: '1,000' has a comma. Write a whole number, without one", "eval", SAMPLE, "--bits", "4",
                     "--data", "fashion-mnist", "--limit", "1,000")
        for value in ("1e3", "1.000", "1k", "ten"):
            self.refused(f"--limit: '{value}' is no whole number. Write digits alone, as 1000", "eval", SAMPLE, "--bits", "4",
                         "--data", "fashion-mnist", "--limit", value)
            self.refused(f"--batch: '{value}' is no whole number. Write digits alone, as 1000", *train, f"--batch={value}")
        for arguments in (("sweep", SAMPLE, "--seed"), ("profile", SAMPLE, "--samples"), ("new-model", "mlp", "--classes"),
                          ("export", SAMPLE, "--measurement"), ("eval", SAMPLE, "--threads"), ("report", "--out", "r.md", "--")):
            self.assertIn("'1e3' is no whole number", run(*arguments, "1e3").stderr.decode())
        for value in ("28x28x1", "28,28", "28,28,1,1", "28,28,1.0", "28;28;1"):
            self.refused(f"--input: '{value}' is no list of 3 whole numbers. Write it as 28,28,1", "new-model", "mlp", "--input", value)
        self.refused("--input: Value 0 not in range 1 to 1048576. See --help", "new-model", "mlp", "--input", "28,28,0")
        self.refused("--limit: Value -1 not in range 0 to 1099511627776. See --help", "eval", SAMPLE, "--bits", "4", "--data",
                     "fashion-mnist", "--limit", "-1")
        self.refused("--noise: 'much' is no number. Write it as 0.05", "profile", SAMPLE, "--bits", "4", "--noise", "much")
        self.refused("--max-drop: '0,5pp' has a decimal comma. Write 0.5pp", "compare", 1, 2, "--db", self.db, "--max-drop",
                     "0,5pp")
        self.refused("--max-slowdown: '1,05' has a decimal comma. Write 1.05", "compare", 1, 2, "--db", self.db,
                     "--max-slowdown", "1,05")
        self.refused("--fail-on: 'drop>0,5pp' has a decimal comma. Write drop>0.5pp", "report", "--db", self.db, "--out",
                     self.path / "r.md", "--fail-on", "drop>0,5pp")

    def test_commas_that_part_channels_are_told_from_decimal_ones(self):
        normalized = ("import", SAMPLE, "--network", "resnet14", "--out", self.path / "m.safetensors")
        told = "has a decimal comma, and a comma parts the channels. Write"
        self.refused(f"--mean: {told} 0.1307", *normalized, "--mean", "0,1307", "--std", "0.353")
        self.refused(f"--std: {told} 0.353", *normalized, "--mean", "0.286", "--std", "0,353")
        self.refused(f"--mean: {told} 0.485,0.456,0.05", *normalized, "--mean", "0,485,0,456,0,05", "--std", "0.2,0.2,0.2")
        self.refused("--mean and --std: have 2 and 1 numbers. Write one a channel, with a decimal point: "
                     "--mean 0.485,0.456,0.406", *normalized, "--mean", "0,1", "--std", "0.3")

    def test_a_mix_in_csv_is_text_and_is_read_back(self):
        mixes = self.path / "report.csv"
        self.assertEqual(run("report", "--db", self.db, "--out", mixes).returncode, 0)
        for file in (self.table, mixes):
            with open(file, newline="", encoding="utf-8") as opened:
                cells = [row["bits"] for row in csv.DictReader(opened)]
            self.assertLessEqual({"[4,3]", "[2,4]"}, set(cells), "first in its column: no byte order mark before it")
            for cell in cells:
                self.assertEqual(len(json.loads(cell)), 2)
                self.assertIsNone(re.fullmatch(r"[\d.,:/ -]+", cell), "a number or a day to some spreadsheet")
        done = run("eval", self.model, "--bits", "[4,3]", "--data", "fashion-mnist", "--limit", 50, "--db", self.db, "--quiet",
                   "--json", "-")
        self.assertEqual(json.loads(done.stdout)["bits"], [4, 3])

    def test_csv_says_that_it_is_utf8_where_that_is_asked_for(self):
        title, report = "Größe", self.path / "marked.csv"
        self.assertEqual(run("report", "--db", self.db, "--out", report, "--title", title, "--csv-bom").returncode, 0)
        evaluated = run("eval", self.model, "--bits", "4,3", "--data", "fashion-mnist", "--limit", 50, "--db", self.db,
                        "--quiet", "--csv", "-", "--csv-bom").stdout
        swept = self.path / "swept.csv"
        self.assertEqual(run("sweep", self.model, "--data", "fashion-mnist", "--limit", 50, "--configs", "uniform", "--db",
                             self.db, "--quiet", "--report", swept, "--csv-bom").returncode, 0)
        for content in (report.read_bytes(), evaluated, swept.read_bytes()):
            self.assertTrue(content.startswith(b"\xef\xbb\xbf"))
            self.assertIn(content.decode("utf-8-sig").split(",")[0], ("what", "id"))
        self.assertFalse(self.table.read_bytes().startswith(b"\xef"))

    def fonts(self, folder):
        """An environment in which there are the fonts of that folder alone."""
        file = self.path / f"{folder.name}.conf"
        file.write_text(f"<?xml version='1.0'?><fontconfig><dir>{folder}</dir><cachedir>{self.path}/cache</cachedir></fontconfig>")
        return {"FONTCONFIG_FILE": str(file)}

    @unittest.skipUnless(DEJAVU.exists(), "needs Debian's fonts-dejavu-core")
    def test_letters_without_a_font_are_named(self):
        out = self.path / "cat.pdf"
        report = ("report", "--db", self.db, "--out", out, "--title")
        done = run(*report, "猫 한국", **self.fonts(DEJAVU))
        told = done.stderr.decode()
        self.assertEqual((done.returncode, told.count("\n")), (0, 1), told)
        for part in ("cat.pdf", "3 letters stand as boxes", "U+732B", "Install fonts-noto-cjk"):
            self.assertIn(part, told)
        if shutil.which("pdftotext"):
            text = subprocess.run(["pdftotext", out, "-"], capture_output=True, text=True, check=True).stdout
            self.assertIn("Install fonts-noto-cjk", " ".join(text.split()))
        done = run(*report, "Größe und Ж", **self.fonts(DEJAVU))
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_without_a_font_there_is_no_pdf(self):
        out, other = self.path / "none.pdf", self.path / "none.html"
        done = run("report", "--db", self.db, "--out", out, "--out", other, **self.fonts(self.path / "nowhere"))
        self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (4, b"", 1), done.stderr)
        for part in (b"none.pdf: cannot be written", b"fonts-dejavu-core"):
            self.assertIn(part, done.stderr)
        self.assertEqual((out.exists(), other.exists()), (False, True), "what can be written is")

    def test_a_night_finds_out_first_that_there_is_no_font(self):
        out, database = self.path / "night.pdf", self.path / "night.sqlite"
        done = run("sweep", self.model, "--data", "fashion-mnist", "--limit", 50, "--configs", "uniform", "--db", database,
                   "--report", out, **self.fonts(self.path / "nowhere"))
        self.assertEqual((done.returncode, done.stdout), (4, b""), done.stderr)
        for part in (b"night.pdf: cannot be written", b"fonts-dejavu-core"):
            self.assertIn(part, done.stderr)
        self.assertFalse(database.exists(), "nothing was evaluated")


if __name__ == "__main__":
    unittest.main()
