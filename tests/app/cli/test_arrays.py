#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays as other programs write them, made here by pickle, NumPy, tarfile and gzip: that the images and labels that
arrive are those that went in, and that what cannot be read is told as what it is."""

import gzip
import hashlib
import json
import os
import pathlib
import pickle
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest

import starter
from patience import patience

try:
    import numpy as np
except ImportError:
    sys.exit(77)

BIN = os.environ["BITDESK_BIN"]
SAMPLE = os.path.join(os.environ["BITDESK_SOURCE"], "resources/models/fashion-mnist.safetensors")
NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def expected_hash(images, labels):
    """Of a data set in memory: its shape, pixels [N, H, W, C] and labels."""
    height, width, channels = (*images.shape[1:], 1)[:3]
    digest = hashlib.sha256(f"{height}x{width}x{channels};".encode() + np.ascontiguousarray(images).tobytes())
    digest.update("".join(f"{label}," for label in labels).encode())
    return digest.hexdigest()


def idx(array):
    return struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def python2(labels, data, key="labels"):
    """A batch as cPickle wrote it in 2009, for CIFAR's page: protocol 2, a str for every text."""
    def text(value):
        return b"U" + bytes([len(value)]) + value.encode()
    numbers = b"".join(b"K" + bytes([label]) for label in labels)
    return (b"\x80\x02}q\x01(" + text("batch_label") + text("training batch 1 of 5") + text(key) + b"]q\x02(" + numbers + b"e"
            + text("data") + b"cnumpy.core.multiarray\n_reconstruct\nq\x03cnumpy\nndarray\nq\x04K\x00\x85" + text("b") + b"\x87Rq\x05("
            + b"K\x01M" + struct.pack("<H", len(labels)) + b"M\x00\x0c\x86cnumpy\ndtype\nq\x06" + text("u1") + b"K\x00K\x01\x87Rq\x07("
            + b"K\x03" + text("|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T" + struct.pack("<I", data.size) + data.tobytes()
            + b"tb" + text("filenames") + b"]q\x08(" + text("a_s_000.png") * len(labels) + b"eu.")


class Arrays(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.random = np.random.default_rng(17)

    def run_bitdesk(self, *arguments):
        return starter.run([BIN, *map(str, arguments)], capture_output=True, text=True, timeout=patience(120),
                              env=dict(os.environ, XDG_CACHE_HOME=str(self.path / "cache")))

    def of_split(self, data, split="test"):
        run = self.run_bitdesk("data", data, "--split", split, "--json", "-", "--quiet")
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)["splits"][0]

    def refused(self, mentions, *arguments):
        run = self.run_bitdesk(*arguments)
        self.assertEqual(run.returncode, 3, run.stderr)
        self.assertEqual(len(run.stderr.strip().splitlines()), 1, run.stderr)
        for mention in mentions:
            self.assertIn(mention, run.stderr)

    def test_one_content_under_two_names_goes_by_the_last(self):
        first, second, db = (self.path / name for name in ("first.npz", "second.npz", "r.sqlite"))
        np.savez(first, x_test=self.random.integers(0, 256, (20, 28, 28), dtype=np.uint8), y_test=np.arange(20) % 10)
        second.write_bytes(first.read_bytes())
        words = ("--db", db, "--quiet", "--json", "-")
        model = self.path / "moved.safetensors"
        model.write_bytes(pathlib.Path(SAMPLE).read_bytes())
        one = self.run_bitdesk("eval", SAMPLE, "--data", first, "--bits", 2, *words)
        self.assertEqual(one.returncode, 0, one.stderr)
        first.unlink()
        # Both are what was named now, though one is from the store.
        both = json.loads(self.run_bitdesk("eval", model, "--data", second, "--bits", 2, "--bits", 4, *words).stdout)
        for row in both["evaluations"]:
            self.assertEqual((row["model"], row["data"]), ("moved", str(second)))
        self.assertEqual([row["from_store"] for row in both["evaluations"]], [True, False])
        for more in (("--data", second), ("--data", os.path.relpath(second)), ("--model", model), ("--model", "moved")):
            listed = json.loads(self.run_bitdesk("db", "list", *more, *words[:2], "--json", "-").stdout)["evaluations"]
            self.assertEqual([row["data"] for row in listed], [str(second)] * 2, more)
        gone = json.loads(self.run_bitdesk("db", "list", "--data", first, *words[:2], "--json", "-").stdout)
        self.assertEqual(gone["evaluations"], [])

    def batch(self, count):
        data = self.random.integers(0, 256, (count, 3072), dtype=np.uint8)
        labels = [int(label) for label in self.random.integers(0, 10, count)]
        return data, labels, expected_hash(data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), labels)

    def test_cifars_batches_of_every_python(self):
        data, labels, digest = self.batch(7)
        old = python2(labels, data)
        read = pickle.loads(old, encoding="bytes")  # it is what it says
        np.testing.assert_array_equal(read[b"data"], data)
        self.assertEqual(read[b"labels"], labels)
        as_bytes = {b"labels": labels, b"data": data, b"filenames": [b"a.png"] * 7}
        as_text = {"data": data.reshape(-1, 3, 32, 32), "labels": np.array(labels), "note": None}
        folder = self.path / "cifar-10-batches-py"
        folder.mkdir()
        (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": NAMES, "num_cases_per_batch": 7}, 2))
        contents = [old] + [pickle.dumps(value, protocol) for value in (as_bytes, as_text) for protocol in (2, 3, 4, 5)]
        for content in contents:
            (folder / "test_batch").write_bytes(content)
            split = self.of_split(self.path)
            self.assertEqual(split["hash"], digest, content[:40])
        self.assertEqual([entry["name"] for entry in split["classes"]], NAMES)

    def test_cifars_archives(self):
        batches = [self.batch(4) for _ in range(5)]
        data, labels, digest = self.batch(3)
        for version in ("py", "bin"):
            folder = self.path / f"cifar-10-batches-{version}"
            folder.mkdir()
            for number, (pixels, classes, _) in enumerate([*batches, (data, labels, None)], 1):
                stem = f"data_batch_{number}" if number < 6 else "test_batch"
                if version == "py":
                    (folder / stem).write_bytes(python2(classes, pixels))
                else:
                    records = b"".join(bytes([label]) + row.tobytes() for label, row in zip(classes, pixels))
                    (folder / (stem + ".bin")).write_bytes(records)
            if version == "bin":
                (folder / "batches.meta.txt").write_text("\n".join(NAMES) + "\n\n")
            else:
                (folder / "batches.meta").write_bytes(pickle.dumps({b"label_names": [name.encode() for name in NAMES]}, 2))
            name = self.path / f"cifar-10-{'python' if version == 'py' else 'binary'}.tar.gz"
            with tarfile.open(name, "w:gz") as archive:
                archive.add(folder, folder.name)
            split = self.of_split(name)
            self.assertEqual(split["hash"], digest)
            self.assertEqual([entry["name"] for entry in split["classes"]], NAMES)
            trains = [self.of_split(place, "train")["hash"] for place in (name, folder)]
            self.assertEqual(trains[0], trains[1])
        self.refused(["cifar-10-batches-bin, cifar-10-batches-py", "Name the one that is meant"], "data", self.path)

    def test_names_of_emnist_and_torchvision(self):
        images = self.random.integers(0, 256, (27, 28, 28), dtype=np.uint8)
        labels = np.arange(1, 28, dtype=np.uint8).clip(max=26)
        raw = self.path / "EMNIST" / "raw"
        raw.mkdir(parents=True)
        for part, count in (("train", 27), ("test", 4)):
            for kind, array in (("images-idx3", images[:count]), ("labels-idx1", labels[:count])):
                (raw / f"emnist-letters-{part}-{kind}-ubyte.gz").write_bytes(gzip.compress(idx(array)))
        (raw / "emnist-letters-mapping.txt").write_text("".join(f"{i} {64 + i} {96 + i}\n" for i in range(1, 27)))
        split = self.of_split(self.path)
        self.assertEqual(split["hash"], expected_hash(images[:4], labels[:4]))
        self.assertEqual(len(split["classes"]), 27)  # those of the training images
        self.assertEqual([entry["name"] for entry in split["classes"]][:3], ["class 0", "A/a", "B/b"])
        self.assertIn("class 0, E/e, F/f", " ".join(split["notes"]))

    def test_arrays_as_numpy_saves_them(self):
        images = self.random.integers(0, 256, (6, 5, 4, 3), dtype=np.uint8)
        labels = np.array([2, 0, 1, 2, 1, 0])
        names = np.array(["cat", "dog", "owl"])
        digest = expected_hash(images, labels)
        for y in (labels.astype(np.float64), np.eye(3, dtype=np.float32)[labels], labels[:, None], names[labels],
                  names[labels].astype("S")):
            np.savez_compressed(self.path / "set.npz", X_test=images, y_test=y)
            self.assertEqual(self.of_split(self.path / "set.npz")["hash"], digest)
        np.savez(self.path / "set.npz", images.astype(np.float32), labels)  # arr_0, arr_1
        self.assertEqual(self.of_split(self.path / "set.npz")["hash"], digest)
        pairs = self.path / "pairs"
        pairs.mkdir()
        np.save(pairs / "X_test.npy", images)
        np.save(pairs / "y_test.npy", labels)
        self.assertEqual(self.of_split(pairs)["hash"], digest)
        np.savez(self.path / "set.npz", x=images, y=np.array(["a", None, 3, 4, 5, 6], dtype=object))
        self.refused(["set.npz, array y: holds Python objects"], "data", self.path / "set.npz")
        np.savez(self.path / "set.npz", x=images / 255, y=labels)
        self.refused(["set.npz, array x: holds float64 from", "x=(x * 255).round().astype(np.uint8))"], "data",
                     self.path / "set.npz")
        x = np.load(self.path / "set.npz")["x"]
        np.savez(self.path / "set.npz", y=labels, x=(x * 255).round().astype(np.uint8))  # the line works
        self.assertEqual(self.of_split(self.path / "set.npz")["hash"], digest)

    def memory_of(self, *arguments):
        """Exit code, and the most memory that the process had, bytes."""
        child = subprocess.Popen([BIN, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        return child.returncode, usage.ru_maxrss * 1024

    def test_a_bomb_takes_no_memory(self):
        """2 GiB of zeros in 2 MB, all that the header says: before, 4.6 GB and exit code 0."""
        (self.path / "t10k-labels-idx1-ubyte").write_bytes(idx(np.array([0, 1], dtype=np.uint8)))
        images = self.path / "t10k-images-idx3-ubyte.gz"
        images.write_bytes(gzip.compress(idx(np.zeros((2, 28, 28), dtype=np.uint8))))
        code, usual = self.memory_of("data", self.path)
        self.assertEqual(code, 0)
        members = gzip.compress(bytes(1 << 20), 9) * 2047  # members of a gzip follow each other
        images.write_bytes(gzip.compress(struct.pack(">HBBIII", 0, 8, 3, 2, 16376, 65536 - 32)) + members)
        code, most = self.memory_of("data", self.path)
        self.assertEqual(code, 3)
        self.assertLess(most, usual + (64 << 20))
        self.refused(["t10k-images-idx3-ubyte.gz: says that it unpacks to 2145"], "data", self.path)

    def test_what_is_none_is_told(self):
        with tarfile.open(self.path / "model.pth.tar", "w:gz") as archive:
            archive.add(SAMPLE, "model/weights.bin")
        files = {"model.pth.tar": "a tar archive packed by gzip (model/weights.bin)",
                 "page.npz": "a web page (HTML), as a failed download leaves one",
                 "weights.bin": "a pointer of Git LFS, in place of the file",
                 "data.csv.gz": "packed by gzip: a table in text (CSV) that begins 'label,pixel0'",
                 "net.h5": "an HDF5 file", "nothing": "empty (0 bytes)"}
        (self.path / "page.npz").write_text("<!DOCTYPE html><html><title>404 Not Found</title></html>")
        (self.path / "weights.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n")
        (self.path / "data.csv.gz").write_bytes(gzip.compress(b"label,pixel0\n1,2\n"))
        (self.path / "net.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
        (self.path / "nothing").write_bytes(b"")
        for name, text in files.items():
            self.refused([f"{name}: holds no data set of a known format: it is {text}"], "data", self.path / name)
            self.refused([f"{name}: is {text}"], "import", self.path / name, "--network", "resnet14", "--input", "28,28,1",
                         "--classes", "10", "--suggest", "--out", self.path / "mapping.json")


if __name__ == "__main__":
    unittest.main()
