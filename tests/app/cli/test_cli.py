#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line as scripts meet it: fields, exit codes, and one clear error for each bad input."""

import csv
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

import starter
from patience import patience

BIN = os.environ["BITDESK_BIN"]
SAMPLE = os.path.join(os.environ["BITDESK_SOURCE"], "resources/models/fashion-mnist.safetensors")
EVAL = ("--data", "fashion-mnist", "--limit", "200", "--quiet", "--json", "-")


def run(*arguments, before=()):
    return starter.run([*before, BIN, *map(str, arguments)], capture_output=True, text=True, timeout=patience(300))


# Root may write what is read-only; without this capability it may not.
UNPRIVILEGED = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()


class Cli(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        self.db = self.path / "results.sqlite"

    def refused(self, code, mentions, *arguments):
        done = run(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        for text in mentions:
            self.assertIn(text, done.stderr)
        return done

    def evaluate(self, bits="4"):
        done = run("eval", SAMPLE, "--bits", bits, "--db", self.db, *EVAL)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_info_of_resnet18(self):
        done = run("info", "random:resnet18", "--json", "-")
        layers = json.loads(done.stdout)["layers"]
        self.assertEqual(len(layers), 19)

    def test_eval_is_stored_and_listed(self):
        found = self.evaluate()
        self.assertEqual(found["bits"], [4] * 14)
        self.assertEqual(found["total"], 200)
        self.assertAlmostEqual(found["accuracy"], found["correct"] / 200)
        self.assertEqual(self.evaluate()["id"], found["id"])
        listed = json.loads(run("db", "list", "--db", self.db, "--json", "-").stdout)["evaluations"]
        self.assertEqual([(row["id"], row["correct"], row["total"]) for row in listed],
                         [(found["id"], found["correct"], 200)])

    def listed(self):
        return json.loads(run("db", "list", "--db", self.db, "--json", "-").stdout)["evaluations"]

    def test_predictions_are_in_the_files_order_and_agree_with_eval(self):
        command = ("predict", SAMPLE, "--bits", "2", "--data", "fashion-mnist", "--quiet", "--json", "-")
        first = json.loads(run(*command, "--limit", "300", "--no-store").stdout)["predictions"]
        self.assertEqual(len(first), 300)
        found = json.loads(run(*command, "--db", self.db).stdout)
        self.assertEqual(len(found["predictions"]), 10000)
        self.assertEqual(found["predictions"][:300], first)
        row, = self.listed()
        self.assertEqual((row["id"], row["total"]), (found["id"], 10000))
        again = json.loads(run(*command, "--db", self.db, "--limit", "50").stdout)
        self.assertTrue(again["from_store"])
        self.assertEqual(again["predictions"], first[:50])

    def profile(self, backend):
        done = run("profile", SAMPLE, "--bits", "4", "--bits", "2,2,2,2,2,2,2,3,3,3,3,3,3,3", "--samples", "5",
                   "--backend", backend, "--db", self.db, "--quiet", "--json", "-")
        return json.loads(done.stdout)

    def test_profile_names_the_kernels_of_the_packed_runtime(self):
        for r in self.profile("packed")["runs"]:
            self.assertFalse(r["simulated"])
            for bits, layer in zip(r["bits"], [x for x in r["layers"] if x["requested_bits"] in (2, 3, 4)]):
                self.assertEqual(layer["requested_bits"], bits)
                self.assertIn(layer["executed_bits"], (bits, 8, 16), "of what is fastest on this machine")
                self.assertIn("-", layer["kernel"])

    def test_profile_figures_carry_spread_count_and_conditions(self):
        found = self.profile("packed")
        self.assertIn("before", found["environment"])
        self.assertIn("unreadable", found["environment"])
        for r in found["runs"]:
            self.assertEqual(len(r["samples_ms"]), r["latency_ms"]["n"])
            low, high = r["median_ci95_ms"]
            self.assertLessEqual(low, r["latency_ms"]["median"])
            self.assertGreaterEqual(high, r["latency_ms"]["median"])
            self.assertEqual(r["stop_reason"], "count")
            self.assertIsInstance(r["warnings"], list)
            whole = r["reconciliation"]
            self.assertAlmostEqual(whole["layers_ms"]["value"] + whole["outside_ms"]["value"], whole["whole_ms"]["median"])
            self.assertEqual(len(whole["layers_ms"]["ci95"]), 2)
            told = " ".join([m["tag"] for m in r["metrics"]] + r["unreadable"])
            self.assertIn("energy", told)
            self.assertIn("peak_resident", told)
        self.assertIsNone(found["runs"][0]["against_first"])
        self.assertIn(found["runs"][1]["against_first"]["verdict"], ("same", "faster", "slower", "unclear"))

    def test_profile_stops_when_the_noise_is_low_enough(self):
        done = run("profile", SAMPLE, "--bits", "4", "--noise", "0.05", "--max-seconds", "5", "--no-store", "--quiet",
                   "--json", "-")
        r, = json.loads(done.stdout)["runs"]
        self.assertIn(r["stop_reason"], ("target", "plateau", "time"))
        low, high = r["median_ci95_ms"]
        if r["stop_reason"] == "target":
            self.assertLessEqual((high - low) / 2 / r["latency_ms"]["median"], 0.05)

    def test_layer_table_predicts_and_explains(self):
        done = run("profile", SAMPLE, "--layer-table", "--checks", "8", "--bits", "3", "--samples", "20", "--db", self.db,
                   "--threads", "1", "--quiet", "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        table = found["layer_table"]
        self.assertEqual((table["mixes"], len(table["checks"]), table["widths"]), (81, 8, [2, 3, 4]))
        self.assertLess(table["median_error"], 0.25)
        faders = [layer for layer in table["layers"] if layer["fader"] is not None]
        self.assertEqual(len(faders), 14)
        for layer in faders:
            self.assertEqual([len(layer["time_ms"]), len(layer["kernels"]), len(layer["executed_bits"])], [3, 3, 3])
        for finding in table["findings"]:
            self.assertIn(finding["cause"], ("noise", "fallback", "memory-bound", "epilogue-bound", "kernel"))
            self.assertTrue(finding["explanation"])
        prediction = found["runs"][0]["prediction"]
        self.assertAlmostEqual(prediction["error"],
                               prediction["value_ms"] / found["runs"][0]["latency_ms"]["median"] - 1)
        again = run("profile", SAMPLE, "--layer-table", "--db", self.db, "--threads", "1", "--quiet", "--json", "-")
        self.assertEqual(json.loads(again.stdout)["layer_table"]["id"], table["id"])

    def test_trace_opens_and_nests(self):
        trace = self.path / "trace.json"
        for _ in range(20):  # on a busy machine one thread may do all the work of a short run
            done = run("profile", SAMPLE, "--bits", "4", "--bits", "2", "--samples", "5", "--batch", "64", "--threads", "2",
                       "--trace", trace, "--no-store", "--quiet", "--json", "-")
            self.assertEqual(done.returncode, 0, done.stderr)
            events = json.loads(trace.read_text())["traceEvents"]
            if len({event["tid"] for event in events if event["ph"] == "X"}) == 2:
                break
        self.assertEqual(sum(e["name"] == "run" for e in events), 10)
        tracks = {}
        for event in events:
            self.assertIn(event["ph"], ("X", "M"))
            self.assertTrue({"pid", "tid", "name", "args"} <= set(event))
            if event["ph"] == "X":
                tracks.setdefault(event["tid"], []).append((event["ts"], event["ts"] + event["dur"]))
        self.assertEqual(set(tracks), {0, 1})
        for spans in tracks.values():
            open_ends = []
            for begin, end in sorted(spans, key=lambda span: (span[0], -span[1])):
                while open_ends and open_ends[-1] <= begin + 1e-6:
                    open_ends.pop()
                self.assertTrue(not open_ends or end <= open_ends[-1] + 1e-6)
                open_ends.append(end)

    def compare(self, *arguments):
        done = run("compare", "--db", self.db, *arguments, "--json", "-")
        return done.returncode, json.loads(done.stdout)

    def test_compare_gives_verdicts_and_keeps_limits(self):
        four, two = self.evaluate("4")["id"], self.evaluate("2")["id"]
        runs = self.profile("packed")["runs"]
        a, b = runs[0]["id"], runs[1]["id"]
        self.assertEqual(len({four, two, a, b}), 4, "one sequence of ids")
        code, found = self.compare(four, two)
        self.assertEqual(code, 0)
        self.assertEqual(found["accuracy"]["n"], 200)
        self.assertIn(found["accuracy"]["verdict"], ("same", "better", "worse", "unclear"))
        self.assertLessEqual(found["accuracy"]["p_value"], 1)
        code, found = self.compare(a, b)
        self.assertGreater(found["latency"]["ratio"], 0)
        code, found = self.compare(a, b, "--max-slowdown", "1")
        self.assertEqual(code, 1 if found["latency"]["ratio"] > 1 or found["latency"]["ci95"] is None else 0)
        self.assertEqual(self.compare(four, four, "--max-drop", "0pp")[0], 0)
        self.assertEqual(self.compare(two, four, "--max-slowdown", "2")[0], 1, "what cannot be checked is not kept")
        self.assertEqual(self.compare(a, self.profile("packed")["runs"][0]["id"])[1]["latency"]["verdict"], "unclear")

    def test_compare_stops_a_build_that_lost_accuracy(self):
        four = self.evaluate("4")["id"]
        whole = ("--data", "fashion-mnist", "--quiet", "--json", "-", "--db", self.db)
        both = json.loads(run("eval", SAMPLE, "--bits", "4", "--bits", "2", *whole).stdout)["evaluations"]
        ids = [e["id"] for e in both]
        self.assertEqual(both[1]["against_first"]["verdict"], "worse")
        self.assertEqual(self.compare(*ids, "--max-drop", "0.5pp")[0], 1)
        self.assertEqual(self.compare(*ids, "--max-drop", "1pp")[0], 0)
        self.assertEqual(self.compare(four, ids[1])[1]["accuracy"]["n"], 200, "on the images that both have seen")

    def test_compare_refuses(self):
        self.evaluate("4")
        self.refused(3, ["99", "db list"], "compare", "--db", self.db, "1", "99")
        self.refused(3, ["no such database"], "compare", "--db", self.path / "none.sqlite", "1", "2")
        self.refused(2, ["--max-drop", "0.5pp"], "compare", "--db", self.db, "1", "1", "--max-drop", "0.5")
        self.refused(2, ["--max-slowdown"], "compare", "--db", self.db, "1", "1", "--max-slowdown", "0.9")
        for wrong in ("one", "0", "1x"):
            self.refused(2, ["A", f"'{wrong}' is no id", "db list"], "compare", "--db", self.db, wrong, "1")
        self.refused(2, ["--latency-margin", "100 %", "2%"], "compare", "--db", self.db, "1", "1", "--latency-margin", "2")

    def test_eval_stops_where_the_verdict_is_settled(self):
        done = run("eval", SAMPLE, "--bits", "4", "--bits", "4,4,4,4,4,4,4,4,4,4,4,4,4,3", "--data", "fashion-mnist",
                   "--until-settled", "--margin", "1pp", "--db", self.db, "--quiet", "--json", "-")
        first, second = json.loads(done.stdout)["evaluations"]
        self.assertEqual(first["total"], 10000)
        self.assertLess(second["total"], 10000)
        self.assertEqual(second["against_first"]["verdict"], "same")
        self.assertEqual((first["stopped_early"], second["stopped_early"]), (False, True))
        again = self.compare(first["id"], second["id"], "--accuracy-margin", "1pp")[1]["accuracy"]
        self.assertEqual(again["ci95"], second["against_first"]["ci95"], "the looks count afterwards, too")
        listed = json.loads(run("db", "list", "--db", self.db, "--json", "-").stdout)["evaluations"]
        self.assertEqual({e["id"]: e["stopped_early"] for e in listed}, {first["id"]: False, second["id"]: True})
        self.refused(2, ["--until-settled"], "eval", SAMPLE, "--bits", "4", "--until-settled", "--db", self.db, *EVAL)

    def test_profile_usage(self):
        self.refused(2, ["--layer-table"], "profile", SAMPLE, "--bits", "4", "--checks", "3", "--no-store")
        self.refused(2, ["--layer-table"], "profile", SAMPLE, "--bits", "4", "--fresh", "--no-store")
        self.refused(2, ["--bits"], "profile", SAMPLE, "--no-store")
        self.refused(2, ["--trace"], "profile", SAMPLE, "--layer-table", "--trace", self.path / "t.json", "--no-store")
        self.refused(4, ["/nowhere/t.json"], "profile", SAMPLE, "--bits", "4", "--trace", "/nowhere/t.json", "--no-store")
        self.refused(2, ["same file"], "profile", SAMPLE, "--bits", "4", "--trace", self.path / "x", "--json",
                     self.path / "x", "--no-store")

    def test_info_tells_the_memory_of_a_ready_model(self):
        memory = json.loads(run("info", SAMPLE, "--memory", "--json", "-").stdout)["memory"]
        self.assertEqual(memory["backend"], "packed")
        self.assertGreater(memory["resident_bytes"], memory["packed_weight_bytes"])
        self.assertGreater(memory["packed_weight_bytes"], 100_000)
        self.assertEqual(len(memory["kernels"]), 2 + 3 * 14)

    def test_profile_says_that_bits_are_simulated(self):
        found = self.profile("reference")
        self.assertEqual([len(r["bits"]) for r in found["runs"]], [14, 14])
        self.assertIn("cpu", json.dumps(found["environment"]).lower())
        for r in found["runs"]:
            self.assertTrue(r["simulated"])
            self.assertEqual(set(r["latency_ms"]), {"median", "q1", "q3", "n"})
            layers = {layer["name"]: layer for layer in r["layers"]}
            self.assertEqual(layers["stage1.block1.conv1"]["requested_bits"], r["bits"][0])
            self.assertEqual({layer["executed_bits"] for layer in r["layers"]}, {32})

    def test_csv_has_a_row_a_mix(self):
        done = run("eval", SAMPLE, "--bits", "4", "--bits", "2", "--data", "fashion-mnist", "--limit", "50", "--quiet",
                   "--no-store", "--csv", "-")
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([row["bits"] for row in rows], ["[" + ",".join(width * 14) + "]" for width in "42"])

    def test_interrupted_leaves_what_is_finished_and_goes_on(self):
        self.evaluate("4")
        command = [BIN, "eval", SAMPLE, "--bits", "3", "--data", "fashion-mnist", "--db", self.db, "--batch", "8",
                   "--backend", "reference"]  # slow enough to be caught in the middle
        for stop, code in ((signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)):
            with self.subTest(stop), subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
                self.assertIn("3,3", process.stderr.readline())  # the first line of progress: it is in the middle
                process.send_signal(stop)
                process.communicate(timeout=patience(30))
                self.assertEqual(process.returncode, code)
                self.assertEqual([row["bits"][0] for row in self.listed()], [4])
        self.assertEqual(run("db", "check", "--db", self.db).returncode, 0)
        self.evaluate("3")
        self.assertEqual([row["bits"][0] for row in self.listed()], [3, 4])

    def test_two_processes_write_at_once(self):
        mixes = ["4", "3", "2", "2,2,2,2,2,2,2,4,4,4,4,4,4,4"]
        running = [subprocess.Popen([BIN, "eval", SAMPLE, "--bits", m, "--db", self.db, "--threads", "1", *EVAL],
                                    stdout=subprocess.DEVNULL) for m in mixes * 2]
        self.assertEqual([process.wait(timeout=patience(300)) for process in running], [0] * 8)
        self.assertEqual(len(self.listed()), 4)

    def test_training_interrupted_is_resumable(self):
        out = self.path / "small.safetensors"
        command = [BIN, "train", "--network", "resnet14", "--data", "fashion-mnist", "--out", out, "--limit", "256",
                   "--float-epochs", "50", "--batch", "32"]
        with subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True) as process:
            first = [process.stderr.readline() for _ in range(2)]  # after the note that val is cut
            self.assertRegex(first[1], "epoch 1 of 50|val: .* of ", first)  # its first progress, which a slow machine tells later
            process.send_signal(signal.SIGINT)
            _, progress = process.communicate(timeout=patience(60))
        self.assertEqual(process.returncode, 130)
        self.assertIn("--resume", progress)
        self.assertFalse(out.exists())
        self.assertTrue(out.with_name(out.name + ".ckpt").exists())

    def test_usage(self):
        self.refused(2, ["--frobnicate"], "info", SAMPLE, "--frobnicate")
        self.refused(2, ["bogus"], "bogus")
        self.refused(2, ["no option --smaples"], "profile", SAMPLE, "--bits", "4", "--smaples", "5")
        self.refused(2, ["'lsit' is no verb of db", "list", "check"], "db", "lsit")
        self.refused(2, ["--json", "names no file"], "info", SAMPLE, "--json", "")
        self.refused(2, ["MODEL"], "info")
        self.refused(2, ["--limit"], "eval", SAMPLE, "--bits", "4", "--data", "fashion-mnist", "--limit", "-5")
        self.refused(2, ["imagined"], "eval", SAMPLE, "--bits", "4", "--backend", "imagined", "--db", self.db, *EVAL)
        self.refused(2, ["--csv"], "eval", SAMPLE, "--bits", "4", "--csv", "-", "--db", self.db, *EVAL)
        self.refused(3, ["MODEL"], "info", "")
        self.refused(3, ["--data"], "eval", SAMPLE, "--bits", "4", "--data", "", "--db", self.db)

    def test_bad_bits(self):
        self.refused(3, ["5"], "eval", SAMPLE, "--bits", "5", "--db", self.db, *EVAL)
        mix = self.path / "mix.json"
        mix.write_text('{"no.such.layer": 4}')
        self.refused(3, ["no.such.layer", "mix.json"], "eval", SAMPLE, "--bits", f"@{mix}", "--db", self.db, *EVAL)

    def test_truncated_model(self):
        bad = self.path / "cut.safetensors"
        bad.write_bytes(pathlib.Path(SAMPLE).read_bytes()[:5000])
        self.refused(3, ["cut.safetensors"], "info", bad)
        self.refused(3, ["cut.safetensors"], "eval", bad, "--bits", "4", "--db", self.db, *EVAL)

    def test_missing_data(self):
        self.refused(3, ["/nowhere"], "eval", SAMPLE, "--bits", "4", "--data", "/nowhere", "--db", self.db)

    def test_data_of_another_shape(self):
        self.refused(3, ["resnet18"], "eval", "random:resnet18", "--bits", "4", "--db", self.db, *EVAL)

    def test_corrupt_database(self):
        self.db.write_text("x" * 5000)
        self.refused(3, ["results.sqlite"], "eval", SAMPLE, "--bits", "4", "--db", self.db, *EVAL)
        self.assertEqual(self.db.read_text(), "x" * 5000)

    def test_damaged_database_is_not_worked_on(self):
        self.evaluate("4")
        damaged = bytearray(self.db.read_bytes())
        damaged[len(damaged) // 2 : len(damaged) // 2 + 6000] = b"\xa5" * 6000
        self.db.write_bytes(damaged)
        self.refused(3, ["results.sqlite", "damaged"], "eval", SAMPLE, "--bits", "4", "--db", self.db, *EVAL)
        self.refused(3, ["results.sqlite", "damaged"], "profile", SAMPLE, "--bits", "4", "--db", self.db)
        self.assertEqual(self.db.read_bytes(), bytes(damaged))
        done = run("db", "check", "--db", self.db, "--json", "-")
        self.assertEqual(done.returncode, 3)
        self.assertTrue(json.loads(done.stdout)["problems"])
        empty = self.path / "empty.sqlite"
        empty.touch()
        for verb in ("list", "check"):
            self.refused(3, ["empty.sqlite"], "db", verb, "--db", empty)
        self.assertEqual(empty.stat().st_size, 0)

    def test_read_only_database(self):
        self.evaluate("4")
        before = self.db.read_bytes()
        for file in self.path.iterdir():
            file.chmod(0o444)
        self.path.chmod(0o555)
        self.addCleanup(self.path.chmod, 0o755)
        done = run("eval", SAMPLE, "--bits", "3", "--db", self.db, *EVAL, before=UNPRIVILEGED)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("results.sqlite", done.stderr)
        self.assertIn("permission", done.stderr)
        self.assertEqual(self.db.read_bytes(), before)

    def test_output_that_cannot_be_written_is_told_before_the_work(self):
        """Before the images are even looked for: of two faults this one is told, and nothing else."""
        done = self.refused(4, ["/nowhere/result.json"], "eval", SAMPLE, "--bits", "4", "--data", self.path / "none",
                            "--db", self.db, "--json", "/nowhere/result.json")
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertFalse(self.db.exists())

    def test_results_do_not_replace_inputs(self):
        model = self.path / "model.safetensors"
        model.write_bytes(pathlib.Path(SAMPLE).read_bytes())
        self.refused(2, ["model.safetensors"], "info", model, "--json", model)
        self.evaluate("4")
        before = self.db.read_bytes()
        self.refused(2, ["results.sqlite"], "eval", model, "--bits", "4", "--data", "fashion-mnist", "--db", self.db,
                     "--csv", self.db)
        # A database that no option names, such as the user's own.
        self.refused(2, ["results.sqlite", "database"], "eval", model, "--bits", "4", "--data", "fashion-mnist", "--no-store",
                     "--json", self.db)
        self.refused(2, ["results.sqlite", "database"], "info", model, "--json", self.db)
        data = self.path / "images"
        shutil.copytree("/usr/share/datasets/fashion-mnist", data)
        images = data / "t10k-images-idx3-ubyte.gz"
        self.refused(2, ["t10k-images", "input"], "eval", model, "--bits", "4", "--data", data, "--no-store", "--json", images)
        self.assertEqual(images.read_bytes(), pathlib.Path("/usr/share/datasets/fashion-mnist", images.name).read_bytes())
        both = self.path / "both"
        self.refused(2, ["same file"], "eval", model, "--bits", "4", "--data", "fashion-mnist", "--json", both,
                     "--csv", both)
        self.assertEqual(model.read_bytes(), pathlib.Path(SAMPLE).read_bytes())
        self.assertEqual(self.db.read_bytes(), before)

    def test_missing_device(self):
        self.refused(4, ["cuda:7"], "eval", SAMPLE, "--bits", "4", "--device", "cuda:7", "--db", self.db, *EVAL)

    def test_training_does_not_overwrite(self):
        out = self.path / "kept.safetensors"
        out.write_text("mine")
        self.refused(3, ["kept.safetensors"], "train", "--network", "resnet14", "--data", "fashion-mnist",
                     "--out", out, "--quiet")
        self.assertEqual(out.read_text(), "mine")


if __name__ == "__main__":
    unittest.main()
