#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What words on the command line are taken for: numbers, networks, lists of mixes."""

import os
import unittest

import night
import starter
from night import BIN, SAMPLE
from patience import patience


class Words(night.Night):
    def test_a_seed_is_a_whole_number(self):
        for verb in (("eval", SAMPLE, "--bits", "4", "--no-store", "--data", "fashion-mnist"), ("info", SAMPLE),
                     ("sweep", SAMPLE, "--data", "fashion-mnist", "--configs", "random:2", "--no-store"),
                     ("train", "--network", "resnet14", "--data", "fashion-mnist", "--out", self.path / "m.safetensors")):
            for seed in ("-1", "99999999999999999999999", "1e3", "0x10", " 1")[: 5 if verb[0] == "info" else 1]:
                self.refused(2, ["--seed", f"'{seed}' is no whole number from 0 to 18446744073709551615"], *verb,
                             "--seed", seed)
        self.done("info", "random:mlp", "--seed", 2**64 - 1)

    def test_a_network_that_lies_there_is_a_file(self):
        (self.path / "la").symlink_to("lb")
        (self.path / "lb").symlink_to("la")
        os.mkfifo(self.path / "pipe")
        (self.path / "resnet14").mkdir()  # no network's name is taken by what lies around
        for name, reason in (("la", "Too many levels"), ("pipe", "no regular file"), ("n" * 300, "name too long")):
            for words in (("train", "--network", name, "--data", "fashion-mnist", "--out", "m.safetensors"),
                          ("import", SAMPLE, "--network", name, "--out", "m.safetensors"), ("info", "random:" + name)):
                done = starter.run([BIN, *words], capture_output=True, text=True, cwd=self.path, timeout=patience(60))
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertRegex(done.stderr, f"{name}: .*{reason}")
        self.refused(2, ["'resnet99' is not in the catalogue"], "info", "random:resnet99")
        done = starter.run([BIN, "info", "random:resnet14"], capture_output=True, text=True, cwd=self.path, timeout=patience(60))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_list_of_mixes_may_be_a_column_of_our_own_csv(self):
        table, column = self.path / "table.csv", self.path / "column.csv"
        words = ("sweep", SAMPLE, "--data", "fashion-mnist", "--limit", 20, "--no-store", "--quiet", "--csv")
        self.done(*words, table, "--csv-bom", "--configs", "uniform")
        cells = ["\"" + line.split("\"")[1] + "\"" for line in table.read_text("utf-8-sig").splitlines()[1:]]
        column.write_bytes(("\ufeffbits\r\n" + " \r\n".join(cells)).encode())
        # Ids are in the order in which workers are done.
        of_file, of_word = ([line.split(",", 1)[1] for line in self.done(*words, "-", "--configs", mixes).stdout.splitlines()]
                            for mixes in (column, "uniform"))
        self.assertEqual(len(of_file), 4)
        self.assertEqual(of_file, of_word)


if __name__ == "__main__":
    unittest.main()
