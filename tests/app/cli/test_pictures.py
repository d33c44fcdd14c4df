#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures as people have them, against what Pillow makes of the same files: inks, EXIF orientations, cut files, 16 bits."""

import gzip
import io
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import unittest

import starter
from patience import patience

try:
    import numpy
    from PIL import Image, ImageOps
except ImportError:
    print("needs NumPy and Pillow", file=sys.stderr)
    sys.exit(77)

BIN = os.environ["BITDESK_BIN"]
SAMPLE = os.path.join(os.environ["BITDESK_SOURCE"], "resources/models/fashion-mnist.safetensors")
FASHION = pathlib.Path(os.environ.get("BITDESK_DATA_DIR", "/usr/share/datasets")) / "fashion-mnist"
CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def fashion(name, header):
    with gzip.open(FASHION / name) as file:
        return numpy.frombuffer(file.read()[header:], "uint8")


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def photo(seed, height=40, width=56):
    y, x = numpy.mgrid[:height, :width]
    noise = numpy.random.default_rng(seed).normal(0, 8, (height, width, 3))
    waves = numpy.stack([127 + 60 * numpy.sin(x / (5 + c)) + 50 * numpy.cos(y / (7 + c)) for c in range(3)], -1)
    return Image.fromarray((waves + noise).clip(0, 255).astype("uint8"))


def lying(image, orientation):
    """The image that becomes `image` once it is turned."""
    undo = [None, Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_TOP_BOTTOM,
            Image.Transpose.TRANSPOSE, Image.Transpose.ROTATE_90, Image.Transpose.TRANSVERSE,
            Image.Transpose.ROTATE_270][orientation - 1]
    return image if undo is None else image.transpose(undo)


def in_some_form(image, i):
    """A JPEG file of one of many kinds."""
    options = {"exif": exif(1 + i % 8), "quality": 90}
    kind = i // 8 % 5
    if kind == 0:
        return saved(image.convert("CMYK"), "JPEG", **options)
    if kind == 1:
        return saved(image.convert("CMYK"), "JPEG", progressive=True, **options)
    if kind == 2:
        return saved(image, "MPO", save_all=True, append_images=[image.rotate(90)], **options)
    if kind == 3:
        return saved(image, "JPEG", progressive=True, subsampling=1, **options)
    return saved(image.convert("L"), "JPEG", **options)[:-2] + b"\0" * 20


class Pictures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.environment = dict(os.environ, XDG_CACHE_HOME=str(self.path / "cache"), XDG_DATA_HOME=str(self.path / "home"))

    def write(self, path, data):
        path = self.path / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def run_bitdesk(self, *arguments, code=0):
        done = starter.run([BIN, *map(str, arguments), "--quiet"], capture_output=True, text=True, timeout=patience(300),
                              env=self.environment)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def json_of(self, *arguments):
        return json.loads(self.run_bitdesk(*arguments, "--json", "-").stdout)

    def seconds_of_cpu(self, *arguments):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([BIN, *map(str, arguments), "--quiet"], capture_output=True, check=True, env=self.environment)  # our own child
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def test_pictures_of_any_form_are_classified_as_pillows(self):
        if not FASHION.is_dir():
            self.skipTest("needs Fashion-MNIST")
        pixels, labels = fashion("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28), fashion("t10k-labels-idx1-ubyte.gz", 8)
        for i in range(240):
            upright = Image.fromarray(pixels[i]).convert("RGB")
            data = in_some_form(lying(upright, 1 + i % 8), i)
            name = f"{CLASSES[labels[i]].replace('/', ' ')}/{i:03}"
            self.write(f"turned/{name}.jpg", data)
            twin = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB").convert("L")
            self.write(f"twins/{name}.png", saved(twin, "PNG"))
        command = ("predict", SAMPLE, "--bits", "4", "--data")
        classes = {name: self.json_of(*command, self.path / folder, *options)["predictions"]
                   for name, folder, options in (("twins", "twins", ()), ("turned", "turned", ("--exif",)),
                                                 ("as they are", "turned", ()))}
        self.assertEqual(len(classes["twins"]), 240)
        self.assertEqual(classes["turned"], classes["twins"])
        self.assertGreater(sum(a != b for a, b in zip(classes["as they are"], classes["twins"])), 60)
        for again in range(2):
            found = self.json_of("data", self.path / "turned", "--model", SAMPLE)["splits"][0]
            self.assertIn("210 images carry an EXIF orientation, which is not applied (--exif applies it)",
                          found["notes"], again)
        turned = self.json_of("data", self.path / "turned", "--model", SAMPLE, "--exif")
        self.assertEqual(turned["preprocessing"].split(",")[0], "turned as their EXIF orientation says")
        self.assertNotEqual(turned["splits"][0]["hash"], found["hash"])

    def test_cut_pictures_are_those_that_pillow_refuses(self):
        random = numpy.random.default_rng(3)
        sources = [saved(photo(1), "JPEG"), saved(photo(2), "JPEG", progressive=True),
                   saved(photo(3).convert("CMYK"), "JPEG"), saved(photo(4), "JPEG", restart_marker_blocks=3),
                   saved(photo(5), "MPO", save_all=True, append_images=[photo(6)]), saved(photo(7).convert("L"), "JPEG")]
        expected = set()
        for i in range(240):
            whole = sources[i % len(sources)]
            # The last bytes, but for the end marker, are where programs differ.
            data = whole if i < 12 else whole[:random.integers(3, len(whole) - 3)]
            path = f"cut/a/{i:03}.jpg"
            self.write(path, data)
            try:
                Image.open(io.BytesIO(data)).load()
            except (OSError, SyntaxError):
                expected.add(str(self.path / path))
        self.assertGreater(len(expected), 150)
        self.assertLess(len(expected), 228)  # some are cut behind the first picture of two
        bad = self.path / "bad.json"
        self.run_bitdesk("data", self.path / "cut", "--resize", "32", "--bad-files", bad, code=3)
        found = {one["path"]: one["reason"] for one in json.loads(bad.read_text())}
        self.assertEqual(set(found), expected)
        self.assertGreater(sum("cut short" in reason for reason in found.values()), len(found) * 9 // 10)

    def test_sixteen_bits_are_told_where_they_are_dark(self):
        grey = numpy.asarray(photo(1).convert("L")).astype("uint16")
        self.write("set/a/1.png", saved(Image.fromarray(grey), "PNG"))
        self.write("set/a/2.png", saved(Image.fromarray(grey * 256), "PNG"))
        for _ in range(2):
            self.assertEqual(self.json_of("data", self.path / "set")["splits"][0]["notes"],
                             ["1 picture of 16 bits has no value above 255: the upper half, which is taken, is black; "
                              "save it as 8 bits"])

    def test_jpegs_are_opened_as_fast_as_by_pillow(self):
        photos = [saved(photo(seed, 375, 500), "JPEG") for seed in range(8)]
        for i in range(202):
            self.write(f"set/a/{i:03}.jpg", photos[i % len(photos)])
        for i in range(2):
            self.write(f"two/a/{i:03}.jpg", photos[i])
        begin = time.process_time()
        for data in photos * 5:
            Image.open(io.BytesIO(data)).convert("RGB")
        pillow = 40 / (time.process_time() - begin)
        ours = 200 / (self.seconds_of_cpu("data", self.path / "set") - self.seconds_of_cpu("data", self.path / "two"))
        print(f"JPEGs of 500×375, images a second of a CPU: {ours:.0f}, their SHA-256 included; Pillow {pillow:.0f}",
              file=sys.stderr)
        self.assertGreater(ours, pillow / 4)


class Unlabelled(unittest.TestCase):
    """Pictures of no class, in no folder of one."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        pixels = fashion("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
        (self.path / "photos/more").mkdir(parents=True)
        (self.path / "photos/notes.txt").write_text("no picture")
        for i in range(30):
            Image.fromarray(pixels[i]).save(self.path / "photos" / ("more" if i % 3 else "") / f"{i:02}.png")
        self.order = sorted(range(30), key=lambda i: f"more/{i:02}" if i % 3 else f"{i:02}")

    def predict(self, *arguments, code=0):
        done = starter.run([BIN, "predict", SAMPLE, "--bits", "4", *map(str, arguments)], capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_are_classified_as_the_same_images_with_labels(self):
        labelled = json.loads(self.predict("--data", "fashion-mnist", "--limit", 30, "--no-store", "--json", "-").stdout)
        logits = self.path / "logits.npy"
        found = json.loads(self.predict("--images", self.path / "photos", "--top", 3, "--logits", logits, "--json", "-").stdout)
        self.assertEqual(found["predictions"], [labelled["predictions"][i] for i in self.order])
        self.assertEqual(found["files"], [f"more/{i:02}.png" if i % 3 else f"{i:02}.png" for i in self.order])
        self.assertIsNone(found["id"])
        values = numpy.load(logits)
        self.assertEqual((values.shape, values.dtype), ((30, 10), numpy.dtype("float32")))
        scores = numpy.exp(values - values.max(1, keepdims=True), dtype="f8")
        scores /= scores.sum(1, keepdims=True)
        for i, ranks in enumerate(found["top"]):
            self.assertEqual([rank["class"] for rank in ranks], (-scores[i]).argsort(kind="stable")[:3].tolist())
            numpy.testing.assert_allclose([rank["score"] for rank in ranks], -numpy.sort(-scores[i])[:3], atol=1e-6)
            self.assertEqual(ranks[0]["name"], CLASSES[ranks[0]["class"]])
        one = self.predict("--images", self.path / "photos/00.png", "--top", 2, "--quiet").stdout.splitlines()
        self.assertEqual(one[0], "index,rank,class,name,score,file")
        self.assertEqual(len(one), 3)

    def test_what_cannot_be_classified_is_refused_and_leaves_nothing(self):
        (self.path / "none").mkdir()
        logits = self.path / "logits.npy"
        for arguments, code, reason in (
                (("--images", self.path / "none"), 3, "no picture"), (("--images", self.path / "nowhere"), 3, "not there"),
                (("--images", self.path / "photos/notes.txt"), 3, "is no picture"), ((), 2, "--images"),
                (("--images", self.path / "photos", "--data", "fashion-mnist"), 2, "not both"),
                (("--images", self.path / "photos", "--top", 0), 2, "--top"),
                (("--images", self.path / "photos", "--logits", SAMPLE), 2, "fashion-mnist.safetensors")):
            done = self.predict("--logits", logits, *arguments, code=code) if "--logits" not in arguments else \
                self.predict(*arguments, code=code)
            self.assertIn(reason, done.stderr)
            self.assertFalse(logits.exists())
        done = starter.run([BIN, "eval", SAMPLE, "--bits", "4", "--data", str(self.path / "photos"), "--no-store"],
                           capture_output=True)
        self.assertEqual(done.returncode, 3)
        done = starter.run([BIN, "eval", SAMPLE, "--bits", "4", "--data", str(self.path / "photos/more"), "--no-store"],
                           capture_output=True, text=True)
        self.assertEqual(done.returncode, 3)
        self.assertIn("predict --images", done.stderr)


if __name__ == "__main__":
    unittest.main()
