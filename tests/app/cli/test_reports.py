#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as a browser shows them: nothing asked of the network, nothing wrong in the console, both color schemes, and paper."""

import contextlib
import csv
import json
import pathlib
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import unittest

import chromium
import night

CLEAN = """<!doctype html><meta charset=utf-8><title>Clean</title>
<style>:root { color-scheme: light dark } div { height: 2000px }</style>
<img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="><div>Text</div>"""


def size_of_png(png):
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", png[16:24])


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(chromium.Browser())
        cls.path = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))

    def page(self, text):
        path = self.path / "page.html"
        path.write_text(text)
        return self.browser.open(path)

    def test_a_clean_page_is_clean(self):
        page = self.page(CLEAN)
        self.assertEqual((page.messages, page.exceptions, page.requests), ([], [], []))

    def test_what_a_page_does_wrong_is_seen(self):
        page = self.page(CLEAN + """<img alt="" src="https://images.example/a.png"><link rel=stylesheet href="near.css">
            <iframe src="http://192.0.2.1/frame"></iframe>
            <script>console.error("wrong", 7); new WebSocket("wss://sockets.example/"); throw Error("thrown")</script>""")
        self.assertIn(("error", "wrong 7"), page.messages)
        self.assertTrue(any("https://images.example/a.png" in text for _, text in page.messages), page.messages)
        self.assertRegex(page.exceptions[0], "^Error: thrown")
        near = (self.path / "near.css").as_uri()
        self.assertEqual(set(page.requests), {"https://images.example/a.png", near, "http://192.0.2.1/frame",
                                              "wss://sockets.example/"})

    def test_a_page_is_seen_in_both_schemes_and_on_paper(self):
        page = self.page(CLEAN)
        light, dark = page.screenshot(400), page.screenshot(400, "dark")
        self.assertNotEqual(light, dark)
        for png in (light, dark):
            width, height = size_of_png(png)
            self.assertEqual(width, 400)
            self.assertGreater(height, 2000)
        self.assertEqual(page.pdf()[:5], b"%PDF-")


class OfBitdesk(night.Night):
    """Reports of real results, of a model whose name would be markup."""
    NAME = "<script>alert(1)<img src=x onerror=alert(2)>"

    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(chromium.Browser())
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.db = cls.folder / "results.sqlite"
        model = cls.folder / (cls.NAME + ".safetensors")
        shutil.copy(night.SAMPLE, model)
        cls.out = [cls.folder / f"report.{ending}" for ending in ("html", "pdf", "md", "csv", "json")]
        words = ["sweep", model, "--data", "fashion-mnist", "--configs", "uniform", "--configs", "random:60", "--limit",
                 "500", "--latency", "front", "--samples", "30", "--db", cls.db, "--quiet"]
        for file in cls.out:
            words += ["--report", file]
        done = night.run(*words, "--title", "=HYPERLINK(1) & <b>night</b>")
        assert done.returncode == 0, done.stderr

    def test_the_html_is_quiet_in_both_schemes_and_on_paper(self):
        page = self.browser.open(self.out[0])
        width = 900
        shots = [page.screenshot(width), page.screenshot(width, "dark"), page.screenshot(400)]
        self.assertNotEqual(shots[0], shots[1])
        self.assertEqual([size_of_png(shot)[0] for shot in shots], [width, width, 400], "nothing sticks out sideways")
        self.assertEqual(page.evaluate("document.querySelectorAll('script, img, iframe, link').length"), 0)
        self.assertIn(self.NAME, page.evaluate("document.body.innerText"))
        self.assertIn("<b>night</b>", page.evaluate("document.title"))
        self.assertGreater(page.evaluate("document.querySelectorAll('svg').length"), 4)
        self.assertEqual(page.pdf()[:5], b"%PDF-")
        self.assertEqual((page.messages, page.exceptions, page.requests), ([], [], []))

    @unittest.skipIf(shutil.which("pdftotext") is None, "needs Debian's poppler-utils")
    def test_the_pdf_has_its_text_and_every_page_something(self):
        text = subprocess.run(["pdftotext", "-layout", self.out[1], "-"], capture_output=True, text=True, check=True).stdout
        for part in ("<b>night</b>", "<script>", "Trade-off", "Conditions", "To repeat this report", "bitdesk sweep"):
            self.assertIn(part, text)
        for page in text.split("\f")[:-1]:
            self.assertGreater(len(page.strip()), 40)
        facts = subprocess.run(["pdfinfo", self.out[1]], capture_output=True, text=True, check=True)
        self.assertIn("A4", facts.stdout)
        self.assertEqual(facts.stderr, "")
        subprocess.run(["pdftoppm", "-r", "30", "-png", self.out[1], self.folder / "page"], check=True)
        self.assertGreater(len(list(self.folder.glob("page*.png"))), 3)

    def test_the_markdown_fits_a_comment_and_the_csv_a_spreadsheet(self):
        markdown = self.out[2].read_text()
        self.assertLess(len(markdown), 60_000)
        self.assertNotIn("<script", markdown.split("```")[0])
        with open(self.out[3], newline="") as file:
            table = list(csv.DictReader(file))
        self.assertGreater(len(table), 60)
        self.assertFalse([cell for row in table for cell in row.values()
                          if cell[:1] in "=+@\t\r" and cell or cell[:1] == "-" and not is_number(cell)])

    def test_the_json_has_what_scripts_rely_on(self):
        report = json.loads(self.out[4].read_text())
        self.assertEqual(report["bitdesk_report"], 1)
        self.assertEqual(report["subjects"][0]["bits"], [4] * 14)
        self.assertEqual(len(report["points"]), 63)
        for subject in report["subjects"][1:]:
            accuracy = subject["comparison"]["accuracy"]
            flips = subject["comparison"]["flips"]
            self.assertAlmostEqual(accuracy["delta"] * 500, sum(f["gained"] - f["lost"] for f in flips))
            self.assertIn(subject["comparison"]["latency"]["verdict"], ("faster", "same", "slower", "unclear"))

    def test_any_ids_can_be_compared_and_limits_gate(self):
        listed = json.loads(night.run("db", "list", "--db", self.db, "--json", "-").stdout)
        two = [listed["evaluations"][0]["id"], listed["evaluations"][1]["id"]]
        measured = [row["id"] for row in listed["measurements"][:2]]
        out = self.path / "r.json"
        self.done("report", *two, *measured, "--db", self.db, "--out", out)
        self.assertEqual(len(json.loads(out.read_text())["subjects"]), 4)
        self.done("report", *two, "--db", self.db, "--out", self.path / "r.md", "--fail-on", "drop>60pp", "--fail-on", "bitops>1G")
        broken = self.done("report", *two, "--db", self.db, "--out", self.path / "r.md", "--fail-on", "accuracy<99.9%", code=1)
        self.assertIn("accuracy<99.9%", broken.stderr)

    def test_bad_input_is_told_and_nothing_written(self):
        out = self.path / "r.html"
        empty = self.path / "empty.sqlite"
        self.done("db", "merge", empty, self.db)
        with contextlib.closing(sqlite3.connect(empty, isolation_level=None)) as connection:
            for table in ("job_items", "jobs", "predictions", "evaluations", "measurements", "layer_tables"):
                connection.execute(f"DELETE FROM {table}")
        self.refused(3, ["empty.sqlite", "nothing to report"], "report", "--db", empty, "--out", out)
        self.refused(3, ["random:resnet14"], "report", "--db", self.db, "--out", out, "--model", "random:resnet14")
        self.refused(3, ["no such database"], "report", "--db", self.path / "none.sqlite", "--out", out)
        self.refused(3, ["999999"], "report", "999999", "--db", self.db, "--out", out)
        self.refused(2, ["ending"], "report", "--db", self.db, "--out", self.path / "r.txt")
        self.refused(2, ["drop>1"], "report", "--db", self.db, "--out", out, "--fail-on", "drop>1")
        copy = self.path / "copy.html"
        shutil.copy(self.db, copy)
        self.refused(2, ["is a database"], "report", "--db", self.db, "--out", copy)
        self.refused(4, ["no/folder"], "report", "--db", self.db, "--out", self.path / "no/folder/r.html")
        self.assertFalse(out.exists())
        self.assertEqual(sorted(file.name for file in self.path.iterdir() if "sqlite" not in file.name), ["copy.html"])


def is_number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


if __name__ == "__main__":
    if not chromium.available():
        sys.exit(77)
    unittest.main()
