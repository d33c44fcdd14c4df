#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as a browser shows them: nothing asked of the network, nothing wrong in the console, both color schemes, and paper."""

import pathlib
import struct
import sys
import tempfile
import unittest

import chromium

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


if __name__ == "__main__":
    if not chromium.available():
        sys.exit(77)
    unittest.main()
