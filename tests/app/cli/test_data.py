#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data sets on the command line: how fast a folder of 50 000 images loads and what it takes of memory, and that bad
input of every kind ends in one line that names the file, with nothing run and nothing written."""

import csv
import gzip
import io
import json
import os
import pathlib
import random
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile
import zlib

from PIL import Image

import starter
from patience import patience

BIN = os.environ["BITDESK_BIN"]
SAMPLE = os.path.join(os.environ["BITDESK_SOURCE"], "resources/models/fashion-mnist.safetensors")
FASHION = pathlib.Path(os.environ.get("BITDESK_DATA_DIR", "/usr/share/datasets")) / "fashion-mnist"
IMAGES = 50_000
LEAST_RATE = 3_000  # images a second of one core
MEMORY = 32 << 20   # bytes; the pixels of all images are 39 200 000


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(height, width, rows=None):
    """Grey; `rows` with a filter byte each, as they are: a header may claim more."""
    rows = bytes((width + 1) * height) if rows is None else rows
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def npy(array_type, shape, data):
    header = f"{{'descr': '{array_type}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def archive(**entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name + ".npy", data)
    return out.getvalue()


def fashion(name, header):
    with gzip.open(FASHION / name) as file:
        return file.read()[header:]


def write_folder(folder, count):
    pixels, labels = fashion("train-images-idx3-ubyte.gz", 16), fashion("train-labels-idx1-ubyte.gz", 8)
    for label in range(10):
        (folder / f"class {label}").mkdir(parents=True)
    for i in range(count):
        image = pixels[784 * i:784 * (i + 1)]
        rows = b"".join(b"\0" + image[28 * y:28 * (y + 1)] for y in range(28))
        (folder / f"class {labels[i]}" / f"{i:05}.png").write_bytes(png(28, 28, rows))


class Data(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        self.environment = dict(os.environ, XDG_CACHE_HOME=str(self.path / "cache"), XDG_DATA_HOME=str(self.path / "home"))

    def run_bitdesk(self, *arguments, text=True):
        return starter.run([BIN, *map(str, arguments)], capture_output=True, text=text, timeout=patience(600),
                              env=self.environment)

    def measured(self, *arguments):
        """Seconds of processor time, and the most memory that the process had, bytes."""
        child = subprocess.Popen([BIN, *map(str, arguments)], stdout=subprocess.PIPE, env=self.environment)
        out = child.stdout.read()
        child.stdout.close()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(child.returncode, 0)
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, json.loads(out)

    def test_fifty_thousand_images(self):
        if not FASHION.is_dir():
            self.skipTest("needs Fashion-MNIST")
        big, small = self.path / "big", self.path / "small"
        write_folder(big, IMAGES)
        write_folder(small, 300)
        options = ("--data-memory", "32M", "--quiet", "--json", "-")
        start, base, _ = self.measured("data", small, *options)
        for opening in ("first opening", "opening again"):
            seconds, peak, found = self.measured("data", big, *options)
            rate = IMAGES / seconds
            print(f"{opening}: {rate:.0f} images a second of processor time, the start of the program included "
                  f"({seconds:.2f} s, of a small folder {start:.2f} s), {(peak - base) / 2**20:.1f} MiB above a small folder", file=sys.stderr)
            self.assertGreater(rate, LEAST_RATE)
            self.assertLess(peak - base, MEMORY)
            self.assertEqual(found["splits"][0]["images"], IMAGES)
            self.assertEqual(len(found["splits"][0]["classes"]), 10)
            self.assertEqual(found["memory_bytes"], MEMORY)
        # Half of the images are not kept: an evaluation decodes them ahead of itself.
        evaluation = ("eval", SAMPLE, "--bits", "2", "--no-store", "--limit", "5000", *options, "--data")
        _, base, _ = self.measured(*evaluation, small)
        seconds, peak, found = self.measured(*evaluation, big)
        print(f"5000 images evaluated in {seconds:.2f} s, {(peak - base) / 2**20:.1f} MiB above a small folder",
              file=sys.stderr)
        self.assertGreater(found["accuracy"], 0.9)  # they are training images
        self.assertLess(peak - base, MEMORY)

    def test_a_folder_gives_what_its_source_gives(self):
        if not FASHION.is_dir():
            self.skipTest("needs Fashion-MNIST")
        write_folder(self.path / "small", 300)
        command = ("eval", SAMPLE, "--bits", "3", "--no-store", "--quiet", "--json", "-", "--data")
        found = json.loads(self.run_bitdesk(*command, self.path / "small").stdout)
        count = 300
        pixels, labels = fashion("train-images-idx3-ubyte.gz", 16), fashion("train-labels-idx1-ubyte.gz", 8)
        (self.path / "set.png").write_bytes(archive(  # an .npz all the same
            images=npy("|u1", (count, 28, 28), pixels[:784 * count]), labels=npy("|u1", (count,), labels[:count])))
        self.assertEqual(json.loads(self.run_bitdesk(*command, self.path / "set.png").stdout)["correct"],
                         found["correct"])

    def test_images_are_brought_to_the_models_input(self):
        for label in "ab":
            (self.path / "set" / label).mkdir(parents=True)
            for side in (40, 60):
                (self.path / "set" / label / f"{side}.png").write_bytes(png(side, 80))
        done = self.run_bitdesk("data", self.path / "set", "--json", "-", "--resize", "30", "--quiet")
        found = json.loads(done.stdout)
        self.assertEqual(found["shape"], [30, 30, 1])
        self.assertEqual(found["preprocessing"], "shorter side to 30 (triangle filter), centre 30×30")
        self.assertEqual(found["splits"][0]["classes"], [{"name": "a", "images": 2}, {"name": "b", "images": 2}])
        self.refused("set/a/60.png: is 60×80×1, the first image is 40×80×1", "data", self.path / "set")
        self.refused("the data has 2 classes ('a', 'b')", "eval", SAMPLE, "--bits", "2", "--data", self.path / "set")
        for wrong in ("5", "20%", "1T"):
            done = self.run_bitdesk("data", self.path / "set", "--data-memory", wrong)
            self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_a_network_is_trained_on_a_folder_of_many_sizes(self):
        random.seed(3)
        for split, count in (("train", 20), ("test", 4)):
            for label, darkest in (("dark", 0), ("bright", 96)):
                (self.path / "set" / split / label).mkdir(parents=True)
                for i in range(count):
                    side = 20 + 3 * i
                    rows = b"".join(b"\0" + bytes(darkest + random.randrange(160) for _ in range(side)) for _ in range(side + 5))
                    (self.path / "set" / split / label / f"{i}.png").write_bytes(png(side + 5, side, rows))
        model, graph = self.path / "model.safetensors", self.path / "mlp.json"
        short = ("--float-epochs", "4", "--stage1-epochs", "1", "--stage2-epochs", "4", "--stage3-epochs", "4", "--batch", "8",
                 "--data", self.path / "set", "--json", "-")
        self.refused("set/train/bright/1.png: is 28×23×1, the first image is 25×20×1", "train", "--network", "mlp", "--out", model,
                     *short)
        self.assertEqual(self.run_bitdesk("new-model", "mlp", "--input", "10,12,1", "--classes", "2", "--out", graph).returncode, 0)
        for out, network in ((model, ("mlp", "--input", "14,14,1", "--resize", "16")), (self.path / "other.safetensors", (graph,))):
            done = self.run_bitdesk("train", "--network", *network, "--out", out, *short)
            self.assertEqual(done.returncode, 0, done.stderr)
            done = self.run_bitdesk("eval", out, "--bits", "4", "--data", self.path / "set", "--no-store", "--quiet", "--json", "-")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertGreaterEqual(json.loads(done.stdout)["correct"], 7)
        self.refused("its images are 28×28×1 and taken as they are; --input says 14×14×1", "train", "--network", "mlp", "--input",
                     "14,14,1", "--out", self.path / "third.safetensors", "--data", "fashion-mnist")

    def refused(self, mention, *arguments):
        before = sorted(self.path.rglob("*"))
        done = self.run_bitdesk(*arguments, "--quiet", text=False)
        message = done.stderr.decode()  # UTF-8, whatever the names are
        self.assertEqual(done.returncode, 3, message)
        self.assertEqual(done.stdout, b"")
        self.assertIn(mention, message)
        self.assertEqual(message.count("\n"), 1, message)
        written = [path for path in sorted(self.path.rglob("*")) if path not in before]
        self.assertEqual(written, [])

    def test_hostile_folders(self):
        good = png(28, 28)
        cut = good[:60]
        cases = [
            ({b"a/1.png": good, b"b/2.png": cut}, "/b/2.png: is cut short"),
            ({b"a/1.png": cut, b"b/2.png": b"", b"b/3.png": b"x"}, "(and 2 more files fail)"),
            ({b"a/1.png": good, b"b/2.png": b"\xff\xd8\xff\xe0\0\x10JFIF"}, "/b/2.png: is cut short"),
            ({b"a/1.png": good, b"b/one.png": png(1, 1)}, "/b/one.png: has 1×1 pixels"),
            ({b"a/1.png": good, b"b/huge.png": png(30000, 30000, b"x")}, "/b/huge.png: has 30000×30000 pixels"),
            ({b"a/1.png": good, b"b/bomb.png": png(28, 28, bytes(50 << 20))}, "/b/bomb.png: is a damaged PNG image"),
            ({b"a/.keep": b"", b"b/.keep": b""}, "holds folders, but no images in them"),
            ({b"train/a/1.png": good, b"Test/a/1.png": good, b"b/1.png": good}, "holds Test and train beside b"),
            ({b"a/train/1.png": good, b"a/test/1.png": good, b"b/train/1.png": good}, "its parts inside its classes"),
            ({b"1.png": good}, "holds images, but no class folders"),
            ({b"a/1.png": good, b"a/new\nline.png": good}, "/a/new line.png: has a control character"),
            ({b"a/1.png": good, b"new\nclass/1.png": good}, "/new class: has a control character"),
            ({b"a/1.png": good, b"a/\xff.png": good}, "has a name that is no UTF-8"),
            ({"Äpfel 苹果/1.png".encode(): good, "Äpfel 苹果/错.png".encode(): cut}, "/Äpfel 苹果/错.png: is cut short"),
        ]
        for number, (files, mention) in enumerate(cases):
            root = self.path / f"set {number}"
            for name, data in files.items():
                path = os.path.join(os.fsencode(root), name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(data)
            with self.subTest(mention=mention):
                self.refused(mention, "data", root)
                self.refused(mention, "eval", SAMPLE, "--bits", "2", "--data", root, "--db", self.path / "results.sqlite")

    def test_bad_files_are_listed_or_left_out(self):
        """What is bad, Pillow says; the good ones give what they give alone."""
        if not FASHION.is_dir():
            self.skipTest("needs Fashion-MNIST")
        root, alone = self.path / "set", self.path / "alone"
        write_folder(root / "test", 60)
        write_folder(root / "train", 10)
        shutil.copytree(root, alone)
        image = Image.open(root / "test/class 0" / os.listdir(root / "test/class 0")[0])
        for name, kind in (("gif.png", "GIF"), ("bmp.bmp", "BMP"), ("webp.jpg", "WebP"), ("no ending", "TIFF"), ("j2k.jp2", "JPEG2000")):
            image.save(root / "test/class 1" / name, kind)
        (root / "test/class 2/cut.png").write_bytes(pathlib.Path(image.filename).read_bytes()[:200])
        (root / "train/class 2/page.jpg").write_text("<html>404</html>")
        (root / "test/class 2/labels.csv").write_text("cut.png,2")

        def unreadable(path):
            try:
                with Image.open(path) as opened:
                    opened.load()
                    return opened.format not in ("PNG", "JPEG")
            except OSError:
                return path.suffix != ".csv"

        bad = sorted(str(path) for path in root.rglob("*") if path.is_file() and unreadable(path))
        self.assertEqual(len(bad), 7)
        lines, listed = self.path / "bad.tsv", self.path / "bad.json"
        done = self.run_bitdesk("data", root, "--quiet", "--json", "-", "--bad-files", lines)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertEqual(sorted(file["path"] for file in json.loads(done.stdout)["bad_files"]), bad)
        told = dict(line.split("\t") for line in lines.read_text().splitlines())
        self.assertEqual(sorted(told), bad)
        self.assertEqual(told[str(root / "test/class 1/webp.jpg")], "is a WebP picture; PNG and JPEG are read")
        self.assertEqual(told[str(root / "test/class 1/j2k.jp2")], "is a JPEG 2000 picture; PNG and JPEG are read")

        command = ("eval", SAMPLE, "--bits", "2", "--no-store", "--quiet", "--json", "-", "--data")
        done = self.run_bitdesk(*command, root, "--bad-files", listed)
        self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
        self.assertIn("(and 5 more files fail). Convert it", done.stderr)
        self.assertEqual(sorted(file["path"] for file in json.loads(listed.read_text())),
                         [path for path in bad if "/test/" in path])
        done = self.run_bitdesk(*command, root, "--skip-bad", "--bad-files", listed)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(json.loads(listed.read_text())), 6)
        with_bad, without = json.loads(done.stdout), json.loads(self.run_bitdesk(*command, alone).stdout)
        for key in ("correct", "total"):
            self.assertEqual(with_bad[key], without[key])
        found = json.loads(self.run_bitdesk("data", root, "--skip-bad", "--quiet", "--json", "-").stdout)
        self.assertEqual([split["images"] for split in found["splits"]], [9, 1, 60])
        self.assertTrue(any(note.startswith("6 of 66 files cannot be read and were left out") for note in found["splits"][2]["notes"]))
        (self.path / "set.npz").write_bytes(archive(x=npy("|u1", (4, 28, 28), bytes(4 * 784)), y=npy("|u1", (4,), bytes(4))))
        self.assertEqual(self.run_bitdesk("data", self.path / "set.npz", "--bad-files", listed).returncode, 0)
        self.assertEqual(json.loads(listed.read_text()), [])
        for wrong in (root / "test/class 2/cut.png", SAMPLE, "-"):
            done = self.run_bitdesk(*command, root, "--bad-files", wrong)
            self.assertEqual(done.returncode, 2, done.stderr)

    def test_results_name_files_and_what_was_left_out(self):
        if not FASHION.is_dir():
            self.skipTest("needs Fashion-MNIST")
        root, other = self.path / "set", self.path / "other"
        write_folder(root / "test", 40)
        write_folder(other, 40)
        odd = '=1, "two".png'
        for folder in (root / "test", other):
            for name in ("0 cut.png", "9 cut.png"):
                (folder / "class 3" / name).write_bytes(png(28, 28)[:60])
            shutil.copy(sorted((folder / "class 3").glob("0*[0-9].png"))[0], folder / "class 3" / odd)
        options = ("--bits", "2", "--no-store", "--quiet", "--skip-bad")
        good = sorted((str(path.relative_to(root)) for path in root.rglob("*.png") if "cut" not in path.name), key=os.fsencode)
        self.assertEqual(len(good), 41)

        def predicted(*arguments):
            done = self.run_bitdesk("predict", SAMPLE, *options, *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout

        found = json.loads(predicted("--data", root, "--json", "-"))
        self.assertEqual(found["files"], good)
        self.assertEqual(len(found["predictions"]), len(good))
        rows = list(csv.DictReader(io.StringIO(predicted("--data", root, "--csv", "-"))))
        self.assertEqual([row["file"] for row in rows], good)
        self.assertEqual([int(row["class"]) for row in rows], found["predictions"])
        self.assertEqual(list(rows[0])[-1], "file")
        self.assertEqual(predicted("--data", root, "--csv", "-"), predicted("--data", root))
        self.assertEqual(json.loads(predicted("--data", root, "--limit", "7", "--json", "-"))["files"], good[:7])
        rows = list(csv.DictReader(io.StringIO(predicted("--data", other, "--limit", "1000", "--csv", "-"))))
        self.assertEqual([row["file"] for row in rows], [name.removeprefix("test/") for name in good])
        arrays = predicted("--data", "fashion-mnist", "--limit", "5", "--csv", "-")
        self.assertEqual(arrays.splitlines()[0], "index,class,name")
        self.assertNotIn("files", json.loads(predicted("--data", "fashion-mnist", "--limit", "5", "--json", "-")))

        hashes = {}
        for data in (root, "fashion-mnist"):
            done = self.run_bitdesk("eval", SAMPLE, "--data", data, "--limit", "10", "--json", "-", *options)
            hashes[data] = json.loads(done.stdout)["data_hash"]
            table = self.run_bitdesk("eval", SAMPLE, "--data", data, "--limit", "10", "--csv", "-", "--bits", "4", *options).stdout
            swept = self.run_bitdesk("sweep", SAMPLE, "--data", data, "--limit", "10", "--configs", "uniform", "--csv", "-", "--quiet",
                                     "--skip-bad", "--db", self.path / "r.sqlite").stdout
            for text, count in ((table, 2), (swept, 3)):
                rows = list(csv.DictReader(io.StringIO(text)))
                self.assertEqual(len(rows), count)
                for row in rows:
                    self.assertEqual(list(row)[-2:], ["skipped", "data_hash"])
                    self.assertEqual((row["skipped"], row["data_hash"]), ("2" if data == root else "0", hashes[data]))
        self.assertNotEqual(*hashes.values())

    def test_parts_that_can_be_opened_are_shown(self):
        root = self.path / "set"
        for label in "abc":
            for split, count in (("train", 3), ("test", 2)):
                (root / split / label).mkdir(parents=True)
                for i in range(count):
                    (root / split / label / f"{i}.png").write_bytes(png(28, 28))
        told = f"{root}/train: has 9 training images, too few for a tenth of them to be the validation part. " \
               "Give 10 images or more, or a val part."
        done = self.run_bitdesk("data", root, "--quiet")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("train: 9 images", done.stdout)
        self.assertIn("test: 6 images", done.stdout)
        self.assertEqual(done.stdout.splitlines()[-1], f"val: cannot be opened: {told}")
        found = json.loads(self.run_bitdesk("data", root, "--json", "-").stdout)
        self.assertEqual([split["split"] for split in found["splits"]], ["train", "test"])
        self.assertEqual((found["unopened"], found["bad_files"]), ([{"split": "val", "reason": told}], []))
        self.refused(told.removesuffix("."), "data", root, "--split", "val")
        # Images of several shapes are sound, too.
        (root / "train/a/0.png").write_bytes(png(30, 28))
        found = json.loads(self.run_bitdesk("data", root, "--json", "-").stdout)
        self.assertEqual([part["split"] for part in found["unopened"]], ["train", "val"])
        self.assertIn("the first image is 30×28×1", found["unopened"][0]["reason"])
        self.assertEqual(self.run_bitdesk("data", root, "--resize", "28").returncode, 0)
        # Nothing opens; then a file is bad.
        for file in (root / "test").rglob("*.png"):
            file.unlink()
        (root / "test/a/0.png").write_bytes(png(28, 28))
        (root / "test/b/0.png").write_bytes(png(30, 28))
        self.refused("the first image is 30×28×1", "data", root)
        (root / "test/b/0.png").unlink()
        (root / "test/a/1.png").write_bytes(b"damaged")
        (root / "train/a/0.png").write_bytes(png(28, 28))
        self.refused("/test/a/1.png: is neither a PNG nor a JPEG image, but a text that begins 'damaged'", "data", root)

    def test_hostile_archives(self):
        images, labels = npy("|u1", (4, 28, 28), bytes(4 * 784)), npy("|u1", (4,), bytes(4))
        cases = [
            (archive(x=images, y=labels)[:-30], "no zip archive, or its end is cut off"),
            (archive(**{"../x": images, "y": labels}), "leads out of the archive: '../x.npy'"),
            (archive(**{"/x": images, "y": labels}), "absolute path"),
            (archive(**{"x\ny": images, "y": labels}), "a control character"),
            (archive(x=npy("|u1", (80000, 28, 28), bytes(80000 * 784)), y=labels), "200 times its size: 'x.npy'"),
            (archive(x=npy("<f4", (1, 28, 28), bytes(4 * 784)), y=labels), "array x: holds float32 from 0 to 0, no unsigned bytes"),
            (archive(x=images), "has x, but no y"),
        ]
        for data, mention in cases:
            (self.path / "set.npz").write_bytes(data)
            with self.subTest(mention=mention):
                self.refused(mention, "data", self.path / "set.npz")
                self.refused("set.npz", "eval", SAMPLE, "--bits", "2", "--data", self.path / "set.npz", "--db",
                             self.path / "results.sqlite")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    unittest.main()
