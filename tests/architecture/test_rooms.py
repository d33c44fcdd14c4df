# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms' one direction, read off the #include lines."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rooms import INCLUDE, Tree  # noqa: E402

ROOT = pathlib.Path(os.environ.get("BITDESK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
ROOMS = ("core", "profiling", "app/jobs", "app/cli", "app/workbench", "app/gui", "widgets")


def includes(room):
    for path in sorted((ROOT / room).rglob("*")):
        if path.suffix in (".h", ".cpp"):
            for header in INCLUDE.findall(path.read_text()):
                yield path.relative_to(ROOT).as_posix(), header


class Rooms(unittest.TestCase):
    def forbid(self, room, pattern, allowed=()):
        found = [f"{path}: {header}" for path, header in includes(room)
                 if re.match(pattern, header) and not path.startswith(tuple(allowed))]
        self.assertEqual(found, [])

    def test_every_room_was_read(self):
        for room in ROOMS:
            self.assertGreater(len(list(includes(room))), 5, room)

    def test_core_knows_nobody_above(self):
        self.forbid("core", r"(app|widgets|profiling)/")

    def test_profiling_knows_core_alone(self):
        self.forbid("profiling", r"(app|widgets)/")

    def test_jobs_know_no_shell(self):
        self.forbid("app/jobs", r"(app/(cli|workbench|gui)|widgets)/")

    def test_shells_do_not_know_each_other(self):
        self.forbid("app/cli", r"(app/workbench|app/gui|widgets)/")
        self.forbid("app/gui", r"app/cli/")

    def test_the_document_knows_no_window(self):
        self.forbid("app/workbench", r"(app/(cli|gui)|widgets)/")
        self.forbid("app/workbench", r"(QApplication|QGuiApplication|QWidget|QAction|QIcon|QPalette|QColor|QFont|Q\w*Dialog|QMessageBox)$")

    def test_a_widget_knows_no_document(self):
        self.forbid("widgets", r"app/")

    def test_qt_stays_in_the_window(self):
        for room in ("core", "profiling", "app/jobs", "app/cli"):
            self.forbid(room, r"(Q[A-Z]\w+$|Qt|qcustomplot)")

    def test_torch_stays_in_reference_and_train(self):
        for room in ROOMS:
            self.forbid(room, r"(torch|ATen|c10)/", ("core/execute/torch/", "core/train/", "core/posttrain/"))

    def test_kernels_of_one_instruction_set_stay_its_own(self):
        """A function that was compiled for AVX-512 must never be the one that the linker keeps for every CPU."""
        binary = os.environ.get("BITDESK_BIN")
        build = pathlib.Path(binary).parents[1] if binary else None
        objects = list(build.glob("core/execute/packed/**/kernels/avx*.cpp.o")) if build else []
        if not objects or shutil.which("nm") is None:
            self.skipTest("needs a build and nm")
        for path in objects:
            symbols = subprocess.run(["nm", "--defined-only", path], capture_output=True, text=True, check=True).stdout
            shared = [line for line in symbols.splitlines() if re.search(r" [TWVu] ", line)]
            self.assertEqual(shared, [], path.name)

    def test_onnx_stays_in_the_exchange(self):
        for room in ROOMS:
            self.forbid(room, r"(onnx|google/protobuf)/", ("core/exchange/",))

    def test_sqlite_stays_in_the_store(self):
        for room in ROOMS:  # the About box asks SQLite its version
            self.forbid(room, r"(SQLiteCpp/|sqlite3)", ("core/store/", "app/gui/main_window_actions.cpp"))

    def test_every_include_is_linked_and_every_link_included(self):
        tree = Tree(ROOT)
        self.assertGreater(len(tree.rooms), 15)
        self.assertEqual(tree.unlinked(), [])
        self.assertEqual(tree.unused(), [])

    def test_no_file_is_long(self):
        long = [f"{path.relative_to(ROOT)}: {lines}" for room in ROOMS for path in sorted((ROOT / room).rglob("*"))
                if path.suffix in (".h", ".cpp") and (lines := len(path.read_text().splitlines())) > 400]
        self.assertEqual(long, [])  # functions: readability-function-size in .clang-tidy

    def test_no_circle(self):
        self.assertEqual(Tree(ROOT).circles(), [])


class MadeUp(unittest.TestCase):
    """What the reader of the tree is to find, in a tree of three rooms that has it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.room("core/low", "low PRIVATE fmt::fmt")
        self.room("core/middle", "middle PUBLIC bitdesk_low")
        self.room("app/top", "top PRIVATE bitdesk_middle")
        self.write("core/low/low.h", "vector")
        self.write("core/low/low.cpp", "core/low/low.h", "fmt/format.h")
        self.write("core/middle/middle.h", "core/low/low.h")
        self.write("app/top/top.cpp", "core/middle/middle.h", "core/low/low.h", "unistd.h")

    def room(self, folder, line):
        (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / folder / "CMakeLists.txt").write_text(f"# a room\nbitdesk_room({line})\n")

    def write(self, path, *headers):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text("".join(f'#include "{header}"\n' for header in headers))

    def test_a_sound_tree_is_quiet(self):
        tree = Tree(self.root)
        self.assertEqual([sorted(tree.rooms), tree.unlinked(), tree.unused(), tree.circles()],
                         [["bitdesk_low", "bitdesk_middle", "bitdesk_top"], [], [], []])

    def test_what_is_not_linked_is_named(self):
        self.write("core/low/deep/low_tricks.cpp", "core/middle/middle.h", "zlib.h", "strange.hpp")
        self.assertEqual(Tree(self.root).unlinked(), [
            "core/low/deep/low_tricks.cpp: core/middle/middle.h", "core/low/deep/low_tricks.cpp: zlib.h",
            "core/low/deep/low_tricks.cpp: strange.hpp is of no known target"])

    def test_a_private_room_is_not_passed_on(self):
        self.room("core/middle", "middle PRIVATE bitdesk_low")
        self.assertEqual(Tree(self.root).unlinked(), ["app/top/top.cpp: core/low/low.h", "core/middle/middle.h: core/low/low.h"])

    def test_a_private_header_of_others_is_not_passed_on(self):
        self.write("core/low/inner.h", "fmt/core.h")
        self.assertEqual(Tree(self.root).unlinked(), [])
        self.write("core/low/low.h", "core/low/inner.h")
        self.assertEqual(Tree(self.root).unlinked(), ["core/low/inner.h: fmt/core.h"])

    def test_a_program_sees_what_it_links(self):
        self.write("app/top/main.cpp", "CLI/CLI.hpp")
        self.assertEqual(Tree(self.root).unlinked(), ["app/top/main.cpp: CLI/CLI.hpp"])
        with (self.root / "app/top/CMakeLists.txt").open("a") as file:
            file.write("target_link_libraries(top PRIVATE bitdesk_top CLI11::CLI11)\n")
        self.assertEqual(Tree(self.root).unlinked(), [])

    def test_what_nobody_includes_is_named(self):
        self.room("core/low", "low PUBLIC ZLIB::ZLIB PRIVATE fmt::fmt")
        self.assertEqual(Tree(self.root).unused(), ["bitdesk_low: ZLIB::ZLIB"])

    def test_circles_are_found(self):
        self.room("core/low", "low PUBLIC bitdesk_middle PRIVATE fmt::fmt")
        self.assertEqual(Tree(self.root).circles(), [["bitdesk_low", "bitdesk_middle"]])
        self.room("core/low", "low PRIVATE fmt::fmt")
        self.write("core/low/a.h", "core/low/b.h")
        self.write("core/low/b.h", "core/low/c.h")
        self.write("core/low/c.h", "core/low/a.h")
        self.assertEqual(Tree(self.root).circles(), [["core/low/a.h", "core/low/b.h", "core/low/c.h"]])

    def test_sources_that_call_each_other_are_a_circle_and_a_catalogue_is_none(self):
        for name, other in (("a", "b"), ("b", "a")):
            self.write(f"core/low/{name}.h", "vector")
            self.write(f"core/low/{name}.cpp", f"core/low/{name}.h", f"core/low/{other}.h")
        self.assertEqual(Tree(self.root).circles(), [["core/low/a.h", "core/low/b.h"]])
        self.write("core/low/b.h", "core/low/a.h")  # a kind of a, which a's catalogue makes
        self.assertEqual(Tree(self.root).circles(), [])


if __name__ == "__main__":
    unittest.main()
