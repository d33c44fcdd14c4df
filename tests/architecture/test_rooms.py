# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms' one direction, read off the #include lines."""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(os.environ.get("BITDESK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
INCLUDE = re.compile(r'^\s*#include\s+[<"]([^>"]+)[>"]', re.M)
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
            self.forbid(room, r"(torch|ATen|c10)/", ("core/execute/torch/", "core/train/"))

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


if __name__ == "__main__":
    unittest.main()
