#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever the classes of a folder are called and however they are sorted, a model's accuracy on it is that on the images
that the folder was made of; or the folder is refused, and the message says how to go on. What is right is counted by NumPy,
from the labels of Fashion-MNIST's IDX file and the predictions of the model on that file."""

import gzip
import json
import os
import pathlib
import shutil
import sys

try:
    import numpy
    import PIL.Image
    import safetensors
    import safetensors.numpy
except ImportError:
    sys.exit(77)

import unittest

from night import BIN, SAMPLE, Night, query, run

FASHION = pathlib.Path(os.environ.get("BITDESK_DATA_DIR", "/usr/share/datasets")) / "fashion-mnist"
COUNT = 300
NAMES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
C = [f"c{i}" for i in range(10)]
BY_NUMBER = "matched by number"


def idx(name, header):
    with gzip.open(FASHION / name) as file:
        return numpy.frombuffer(file.read(), numpy.uint8)[header:]


def with_classes(path, names):
    """The sample under other class names."""
    with safetensors.safe_open(SAMPLE, "numpy") as file:
        metadata = file.metadata()
    metadata["bitdesk.classes"] = json.dumps(names)
    safetensors.numpy.save_file(safetensors.numpy.load_file(SAMPLE), path, metadata)
    return path


@unittest.skipUnless(FASHION.is_dir(), "needs Fashion-MNIST")
class Classes(Night):
    @classmethod
    def setUpClass(cls):
        cls.labels = idx("t10k-labels-idx1-ubyte.gz", 8)[:COUNT]
        cls.images = idx("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)[:COUNT]
        done = run("predict", SAMPLE, "--data", "fashion-mnist", "--bits", "2", "--limit", COUNT, "--no-store", "--quiet",
                   "--json", "-")
        cls.predictions = numpy.array(json.loads(done.stdout)["predictions"])
        cls.right = int((cls.predictions == cls.labels).sum())
        assert cls.right > 0.85 * COUNT

    def setUp(self):
        super().setUp()
        os.environ["XDG_CACHE_HOME"] = str(self.path / "cache")

    def folder(self, names):
        """Images of label k in the folder names[k]; None: they are left out."""
        root = self.path / f"set {len(list(self.path.iterdir()))}"
        for i, (image, k) in enumerate(zip(self.images, self.labels)):
            if names[k] is None:
                continue
            (root / names[k]).mkdir(parents=True, exist_ok=True)
            PIL.Image.fromarray(image).save(root / names[k] / f"{i:04}.png")
        return root

    def evaluated(self, model, data, *more, store=("--no-store",)):
        done = self.done("eval", model, "--data", data, "--bits", "2", *store, "--json", "-", *more)
        found = json.loads(done.stdout)
        for note in found["notes"]:
            self.assertIn(note, done.stderr)
        return found

    def test_names_of_every_kind_give_the_same_accuracy(self):
        file = self.path / "other.safetensors"
        shops = ["t-shirt_top", "TROUSER", "pullover", "Dress", "coat", "sandal", "shirt", "Sneaker", "bag", "AnkleBoot"]
        from_one = [str(i + 1) for i in range(10)]
        cases = [
            (NAMES, C, BY_NUMBER),
            (NAMES, C[:9] + ["C9"], BY_NUMBER),  # capitals come first
            (NAMES, [f"{i:02}" for i in range(10)], BY_NUMBER),
            (NAMES, shops, "letter case, separators or leading zeros differ"),
            (C, C[:9] + ["C9"], "'C9' is 'c9'"),
            (C, [f"c{i:03}" for i in range(10)], "'c000' is 'c0'"),
            (C[::-1], C[::-1], None),
            (from_one, from_one, None),  # a folder sorts 1, 10, 2
            (sorted(from_one), [f"{int(name):02}" for name in sorted(from_one)], "'01' is '1'"),
            ([f"class {i}" for i in range(10)], C, "the model has no class names"),
        ]
        for model_names, data_names, note in cases:  # of the model's outputs in turn
            with self.subTest(model=model_names[:2], data=data_names):
                model = SAMPLE if model_names == NAMES else with_classes(file, model_names)
                found = self.evaluated(model, self.folder(data_names))
                self.assertEqual((found["correct"], found["total"]), (self.right, COUNT))
                if note is None:
                    self.assertEqual(found["notes"], [])
                else:
                    self.assertIn(note, " ".join(found["notes"]))

    def test_what_does_not_match_is_refused_with_both_sides(self):
        animals = [f"animal {chr(97 + i)}" for i in range(10)]
        cases = [(SAMPLE, animals, "'animal a', 'animal b'", "'T-shirt/top', 'Trouser'"),
                 (SAMPLE, [str(i + 1) for i in range(10)], "'1', '10', '2'", "'T-shirt/top'"),
                 (with_classes(self.path / "c.safetensors", C), [n.replace("/", " ") for n in NAMES], "'Ankle boot', 'Bag'", "'c0', 'c1'"),
                 (SAMPLE, NAMES[1:2] * 5 + NAMES[2:6] + ["Hat"], "'Dress', 'Hat'", "10 ('T-shirt/top'")]
        for model, names, data_side, model_side in cases:
            root = self.folder(names)
            for verb in (("eval", model, "--bits", "2"), ("predict", model, "--bits", "2"), ("sweep", model, "--configs", "2")):
                with self.subTest(names=names[:2], verb=verb[0]):
                    db = self.path / "none.sqlite"
                    done = self.refused(3, (root.name, data_side, model_side, "--class-map by-number", "--class-map FILE.json"),
                                        *verb, "--data", root, "--db", db, "--quiet")
                    self.assertEqual(done.stderr.count("\n"), 1)
                    self.assertFalse(db.exists())

    def test_a_map_says_what_names_do_not(self):
        from_one = self.folder([str(i + 1) for i in range(10)])
        self.assertEqual(self.evaluated(SAMPLE, from_one, "--class-map", "by-number")["correct"], self.right)
        # From 1, and the last is not there: which number is the first must be said.
        nine = self.folder([str(i + 1) for i in range(9)] + [None])
        first_nine = int((self.predictions == self.labels)[self.labels < 9].sum())
        self.refused(3, ("from-1 (1 is 'T-shirt/top')", "from-0 (it is 'Trouser')"), "eval", SAMPLE, "--bits", "2",
                     "--data", nine, "--class-map", "by-number", "--no-store")
        self.assertEqual(self.evaluated(SAMPLE, nine, "--class-map", "from-1")["correct"], first_nine)
        shifted = int((self.predictions == self.labels + 1)[self.labels < 9].sum())
        self.assertEqual(self.evaluated(SAMPLE, nine, "--class-map", "from-0")["correct"], shifted)
        animals = [f"animal {(7 * i + 3) % 10}{chr(97 + i)}" for i in range(10)]
        root, file, db = self.folder(animals), self.path / "map.json", self.path / "results.sqlite"
        file.write_text(json.dumps(dict(zip(animals, NAMES))))
        found = self.evaluated(SAMPLE, root, "--class-map", file, store=("--db", db))
        self.assertEqual(found["correct"], self.right)
        # Another matching of the same files is another result, not the stored one.
        other = self.evaluated(SAMPLE, root, "--class-map", "by-number", store=("--db", db))
        places = numpy.array([sorted(animals).index(name) for name in animals])
        self.assertEqual(other["correct"], int((self.predictions == places[self.labels]).sum()))
        self.assertNotEqual(other["data_hash"], found["data_hash"])
        self.assertFalse(other["from_store"])
        self.assertTrue(self.evaluated(SAMPLE, root, "--class-map", file, store=("--db", db))["from_store"])
        self.assertEqual(query(db, "SELECT count(*) FROM evaluations"), [(2,)])
        command = ("eval", SAMPLE, "--data", root, "--bits", "2", "--class-map", file, "--no-store", "--quiet")
        self.refused(2, ("map.json",), *command, "--json", file)
        for text, mentions in (('{"animal x": "Bag"}', ("'animal x' is no class of the data",)),
                               (json.dumps(dict(zip(animals, C))), ("map.json", "'c", "no class of the model")),
                               (json.dumps({animals[0]: "Bag"}), ("map.json", "says nothing of the data's class")),
                               ('{"a": "Bag", "a": "Bag"}', ("map.json",)), ("[" * 100000, ("map.json",))):
            file.write_text(text)
            self.refused(3, mentions, *command)
        self.refused(3, ("nowhere.json",), *command[:-4], "--class-map", "nowhere.json", "--no-store")
        self.refused(2, ("--class-map", "--model"), "data", root, "--class-map", file)

    def test_predictions_are_the_models_classes(self):
        root = self.folder(C[:9] + ["C9"])
        order = sorted(range(COUNT), key=lambda i: ((C[:9] + ["C9"])[self.labels[i]], i))
        found = json.loads(self.done("predict", SAMPLE, "--data", root, "--bits", "2", "--no-store", "--json", "-").stdout)
        self.assertEqual(found["predictions"], self.predictions[order].tolist())
        self.assertEqual(found["classes"], NAMES)
        facts = json.loads(self.done("data", root, "--model", SAMPLE, "--json", "-").stdout)["splits"][0]
        self.assertEqual([(entry["name"], entry["images"]) for entry in facts["classes"]],
                         [(name, int((self.labels == k).sum())) for k, name in enumerate(NAMES)])
        self.assertIn(BY_NUMBER, " ".join(facts["notes"]))

    def test_sweeps_and_batches_match_likewise(self):
        capital, animals = self.folder(C[:9] + ["C9"]), [f"animal {chr(106 - i)}" for i in range(10)]
        root, db = self.folder(animals), self.path / "night.sqlite"
        done = self.done("sweep", SAMPLE, "--data", capital, "--configs", "2", "--db", db, "--json", "-")
        found = json.loads(done.stdout)
        self.assertEqual([row["correct"] for row in found["evaluations"]], [self.right])
        self.assertIn(BY_NUMBER, found["notes"][0])
        self.assertIn("note: ", done.stderr)
        (self.path / "maps").mkdir()
        (self.path / "maps" / "animals.json").write_text(json.dumps(dict(zip(animals, NAMES))))
        file = self.path / "maps" / "night.json"
        sweep = {"model": str(SAMPLE), "data": str(root), "configurations": "2", "class_map": "animals.json"}
        plain = {"model": str(with_classes(self.path / "c.safetensors", C)), "data": str(capital), "configurations": "2"}
        file.write_text(json.dumps({"bitdesk_batch": 1, "db": str(db), "sweeps": [sweep, plain]}))
        sweeps = json.loads(self.done("batch", file, "--json", "-").stdout)["sweeps"]
        self.assertEqual([row["correct"] for found in sweeps for row in found["evaluations"]], [self.right] * 2)
        self.assertIn("animals.json says", sweeps[0]["notes"][0])
        self.assertIn("'C9' is 'c9'", sweeps[1]["notes"][0])
        del sweep["class_map"]
        file.write_text(json.dumps({"bitdesk_batch": 1, "db": str(self.path / "none.sqlite"), "sweeps": [plain, sweep]}))
        self.refused(3, ("night.json: sweeps[1].data", "'animal a'", "'T-shirt/top'", '"class_map" by-number'), "batch", file, "--quiet")
        self.assertFalse((self.path / "none.sqlite").exists())

    def archive(self, file, names):
        """An .npz whose labels are texts, which have no other order than that of their letters."""
        numpy.savez(self.path / file, images=self.images, labels=numpy.array(names)[self.labels])
        return self.path / file

    def test_labels_that_are_texts(self):
        found = self.evaluated(SAMPLE, self.archive("names.npz", NAMES))
        self.assertEqual((found["correct"], found["notes"]), (self.right, []))
        found = self.evaluated(SAMPLE, self.archive("capital.npz", [name.upper() for name in NAMES]))
        self.assertEqual(found["correct"], self.right)
        self.assertIn("letter case", " ".join(found["notes"]))
        numbers = with_classes(self.path / "c.safetensors", C)
        self.refused(3, ("names.npz", "'Ankle boot'", "'c0'"), "eval", numbers, "--bits", "2", "--no-store", "--data",
                     self.path / "names.npz")
        found = self.evaluated(numbers, "fashion-mnist", "--limit", COUNT)  # whose labels are numbers of its own
        self.assertGreater(found["accuracy"], 0.85)
        self.assertIn("the model's classes are numbers", " ".join(found["notes"]))

    def test_a_training_goes_on_with_the_same_classes_alone(self):
        root, out = self.folder(C), self.path / "model.safetensors"
        for part in ("train", "test"):
            shutil.copytree(root, self.path / "parts" / part)
        short = ("train", "--network", "mlp", "--data", self.path / "parts", "--out", out, "--float-epochs", "1", "--stage1-epochs",
                 "1", "--stage2-epochs", "1", "--stage3-epochs", "1", "--threads", "1", "--quiet")
        self.done(*short)
        for part in ("train", "test"):
            (self.path / "parts" / part / "c9").rename(self.path / "parts" / part / "C9")
        self.refused(3, ("model.safetensors.ckpt", "the names of the classes"), *short, "--resume", "--overwrite")


if __name__ == "__main__":
    unittest.main()
