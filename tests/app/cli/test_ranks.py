#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process can know of its rank under a real mpirun, srun and job array: the ground that a split by rank stands on."""

import json
import os
import shlex
import subprocess
import sys
import time
import unittest

import launchers
import night
from patience import patience
from slurm_node import SlurmNode

# One line in one write, so that the lines of two ranks never mix.
TELL = (sys.executable, "-c", """
import json, os
told = {name: value for name, value in os.environ.items() if name.startswith(("OMPI_COMM_WORLD_", "SLURM_", "PMI_"))}
line = json.dumps({"environment": told, "cpus": sorted(os.sched_getaffinity(0))}) + chr(10)
os.write(1, line.encode())
""")


# Runs a command and writes when it did, and for how many seconds of a processor, into FOLDER/watched.RANK, or watched.alone.
WATCH = """
import json, os, pathlib, subprocess, sys, time
folder, *command = sys.argv[1:]
begin = time.monotonic()
child = subprocess.Popen(command)
_, status, usage = os.wait4(child.pid, 0)
told = {"begin": begin, "end": time.monotonic(), "seconds": usage.ru_utime + usage.ru_stime}
(pathlib.Path(folder) / ("watched." + os.environ.get("OMPI_COMM_WORLD_RANK", "alone"))).write_text(json.dumps(told))
sys.exit(os.waitstatus_to_exitcode(status))
"""


class Ranks(unittest.TestCase):
    def told(self, done):
        """What each rank told, once all have ended well."""
        code, output, errors = done
        self.assertEqual(code, 0, errors or output)
        return [json.loads(line) for line in output.splitlines() if line.startswith("{")]

    def seen(self, ranks, *names):
        """The named variables of each rank, in order; None where one is not set."""
        return sorted(tuple(rank["environment"].get(name) for name in names) for rank in ranks)


@unittest.skipIf(launchers.MPIRUN_MISSING, launchers.MPIRUN_MISSING)
class Mpirun(Ranks):
    def test_each_process_has_its_rank(self):
        ranks = self.told(launchers.mpirun(*TELL))
        self.assertEqual(self.seen(ranks, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"),
                         [("0", "2", "2"), ("1", "2", "2")])
        self.assertEqual(self.seen(ranks, "SLURM_PROCID", "PMI_RANK"), [(None, None)] * 2)

    def test_unbound_processes_may_use_every_cpu(self):
        ranks = self.told(launchers.mpirun(*TELL, options=("--bind-to", "none")))
        self.assertEqual([rank["cpus"] for rank in ranks], [sorted(os.sched_getaffinity(0))] * 2)

    def test_the_exit_code_is_that_of_the_rank_that_failed(self):
        code, _, errors = launchers.mpirun("sh", "-c", "[ $OMPI_COMM_WORLD_RANK = 0 ] || exit 3")
        self.assertEqual(code, 3, errors)


@unittest.skipIf(launchers.SLURM_MISSING, launchers.SLURM_MISSING)
class Slurm(Ranks):
    @classmethod
    def setUpClass(cls):
        cls.node = cls.enterClassContext(SlurmNode())

    def test_each_task_of_srun_has_its_rank(self):
        ranks = self.told(launchers.srun(self.node, *TELL))
        self.assertEqual(self.seen(ranks, "SLURM_PROCID", "SLURM_NTASKS", "SLURM_STEP_NUM_TASKS"),
                         [("0", "2", "2"), ("1", "2", "2")])
        self.assertEqual(self.seen(ranks, "PMI_RANK", "SLURM_ARRAY_TASK_ID"), [(None, None)] * 2)

    def test_pmi2_tells_the_same_rank_twice(self):
        ranks = self.told(launchers.srun(self.node, *TELL, options=("--mpi=pmi2",)))
        self.assertEqual(self.seen(ranks, "PMI_RANK", "PMI_SIZE", "SLURM_PROCID"), [("0", "2", "0"), ("1", "2", "1")])

    def test_each_task_of_an_array_has_its_index(self):
        ranks = self.told(launchers.array(self.node, *TELL, first=5, step=3))
        names = [f"SLURM_ARRAY_TASK_{name}" for name in ("ID", "MIN", "MAX", "STEP", "COUNT")]
        self.assertEqual(self.seen(ranks, *names), [("5", "5", "8", "3", "2"), ("8", "5", "8", "3", "2")])
        self.assertEqual(self.seen(ranks, "SLURM_PROCID", "SLURM_NTASKS"), [("0", None)] * 2)

    def test_an_array_of_listed_indices_has_more_room_than_tasks(self):
        """MIN, MAX and STEP say 1…9 of 1 where three tasks run: COUNT alone shows that the index gives no rank."""
        ranks = self.told(self.batch("--array=1,4,9"))
        names = [f"SLURM_ARRAY_TASK_{name}" for name in ("ID", "MIN", "MAX", "STEP", "COUNT")]
        self.assertEqual(self.seen(ranks, *names), [(index, "1", "9", "1", "3") for index in "149"])

    def test_a_batch_script_is_one_process_whatever_its_tasks(self):
        """Not started by srun: it has a PROCID and NTASKS=2, and no step. Splitting by these would lose half the work."""
        ranks = self.told(self.batch("-n", "2"))
        self.assertEqual(self.seen(ranks, "SLURM_PROCID", "SLURM_NTASKS", "SLURM_STEP_ID", "SLURM_STEP_NUM_TASKS"),
                         [("0", "2", None, None)])

    @unittest.skipIf(launchers.MPIRUN_MISSING, launchers.MPIRUN_MISSING)
    def test_mpirun_within_a_job_leaves_slurms_rank_at_0(self):
        root = "--allow-run-as-root" if os.geteuid() == 0 else ""
        ranks = self.told(self.batch("-n", "2", before=f"mpirun {root} "))
        self.assertEqual(self.seen(ranks, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "SLURM_PROCID", "SLURM_NTASKS"),
                         [("0", "2", "0", "2"), ("1", "2", "0", "2")])

    def test_the_exit_code_of_a_failed_task_is_kept(self):
        code, output, _ = launchers.array(self.node, "sh", "-c", "exit $((SLURM_ARRAY_TASK_ID + 3))")
        self.assertEqual(code, 4, output)

    def test_a_node_ends_with_all_that_runs_on_it(self):
        with SlurmNode() as node:
            node.command("sbatch", "--wrap", "setsid sleep 1000 & wait")
            limit = time.monotonic() + patience(30)
            while "sleep 1000" not in (seen := node.processes()).values():
                self.assertLess(time.monotonic(), limit, seen)
                time.sleep(0.05)
        self.assertEqual([process for process in seen if os.path.exists(f"/proc/{process}/exe")], [])

    def batch(self, *options, before=""):
        """TELL as a batch script's own process, or behind `before`."""
        script = self.node.folder / "tell.py"
        script.write_text(TELL[2])
        tasks = self.node.sbatch(f"#!/bin/sh\n{before}{sys.executable} {script}\n", *options).values()
        return max(code for code, _ in tasks), "".join(text for _, text in tasks), ""


class Shared(night.Night):
    """A sweep that is shared is the sweep of one process, whichever way it is shared."""
    CONFIGS = ("uniform", "random:157")

    def words(self, db, limit=200):
        return (night.BIN, *night.sweep(self.CONFIGS, limit, db, "--threads", "1"))

    def merged(self, count=2):
        parts = [self.path / f"shared.rank{rank}.sqlite" for rank in range(count)]
        for part in parts:
            self.assertTrue(part.exists(), sorted(file.name for file in self.path.iterdir()))
        whole = self.path / "merged.sqlite"
        self.done("db", "merge", whole, *parts)
        return night.rows(whole), [len(night.rows(part)) for part in parts]

    def expected(self, limit=200):
        alone = self.path / "alone.sqlite"
        self.done(*self.words(alone, limit)[1:])
        return night.rows(alone)

    def check(self, done):
        self.assertEqual(done[0], 0, done[1] + done[2])
        found, parts = self.merged()
        self.assertEqual(found, self.expected())
        self.assertEqual(sorted(parts), [80, 80])

    @unittest.skipIf(launchers.MPIRUN_MISSING, launchers.MPIRUN_MISSING)
    def test_two_ranks_of_mpirun_take_about_half_the_time(self):
        """Each needs about half of one process's processor time, and they compute at once: on cores of their own that
        is half the time, whatever else this machine is doing."""
        limit = 1500
        watched = (sys.executable, "-c", WATCH, self.path)
        done = launchers.mpirun(*watched, *self.words(self.path / "shared.sqlite", limit))
        self.assertEqual(done[0], 0, done[2])
        ranks = [json.loads((self.path / f"watched.{rank}").read_text()) for rank in range(2)]
        subprocess.run([*map(str, (*watched, *self.words(self.path / "alone.sqlite", limit)))], check=True, capture_output=True)
        alone = json.loads((self.path / "watched.alone").read_text())
        found, parts = self.merged()
        self.assertEqual(found, night.rows(self.path / "alone.sqlite"))
        self.assertEqual(parts, [80, 80])
        print("seconds of processor time:", *(f"{rank['seconds']:.2f}" for rank in (*ranks, alone)), flush=True)
        self.assertLess(max(rank["seconds"] for rank in ranks), 0.7 * alone["seconds"])
        self.assertLess(max(rank["begin"] for rank in ranks), min(rank["end"] for rank in ranks))

    def test_parts_by_hand(self):
        for part in ("1/2", "2/2"):
            self.done(*self.words(self.path / "shared.sqlite")[1:], "--part", part)
        self.check((0, "", ""))

    @unittest.skipIf(launchers.MPIRUN_MISSING, launchers.MPIRUN_MISSING)
    def test_a_killed_rank_goes_on_alone(self):
        words = (*self.words(self.path / "shared.sqlite"), "--resume")
        killer = "[ $OMPI_COMM_WORLD_RANK = 0 ] && exec timeout -s KILL 0.8 \"$@\"; exec \"$@\""
        launchers.mpirun("sh", "-c", killer, "sh", *words)
        self.check(launchers.mpirun(*words))


@unittest.skipIf(launchers.SLURM_MISSING, launchers.SLURM_MISSING)
class SharedBySlurm(Shared):
    @classmethod
    def setUpClass(cls):
        cls.node = cls.enterClassContext(SlurmNode())

    test_two_ranks_of_mpirun_take_about_half_the_time = None
    test_parts_by_hand = None
    test_a_killed_rank_goes_on_alone = None

    def test_two_tasks_of_srun(self):
        self.check(launchers.srun(self.node, *self.words(self.path / "shared.sqlite")))

    def array(self, ids, db, *more):
        """{id: (exit code, what it printed)} of an array of the sweep."""
        return self.node.sbatch(f"#!/bin/sh\nexec {shlex.join(map(str, (*self.words(db), *more)))}\n", f"--array={ids}")

    def test_an_array_of_two(self):
        self.check(launchers.array(self.node, *self.words(self.path / "shared.sqlite"), first=1, step=3))

    def test_a_part_of_an_array_that_is_submitted_again_is_the_part_that_it_was(self):
        db = self.path / "shared.sqlite"
        stores = [self.path / f"shared.rank{rank}.sqlite" for rank in range(4)]
        for index, (code, text) in self.array("0-3%2", db).items():
            self.assertEqual(code, 0, text)
            self.assertIn(f"part {index + 1} of 4 (Slurm job array 0-3), into {stores[index]}; --part", text)
        parts = [night.rows(store) for store in stores]
        self.assertEqual([len(part) for part in parts], [40] * 4)
        for ids in ("3", "0,2"):  # alone, and a list with gaps
            again = [int(id) for id in ids.split(",")]
            for index in again:
                stores[index].unlink()
            ended = self.array(ids, db, "--resume")
            self.assertEqual(sorted(ended), again)
            for index, (code, text) in ended.items():
                self.assertEqual(code, 0, text)
                self.assertIn(f"part {index + 1} of 4 ", text)
                self.assertEqual(night.rows(stores[index]), parts[index])
        (code, text), = self.array("4", db).values()
        self.assertEqual(code, 2, text)
        self.assertIn("no part of 0-3", text)
        self.assertFalse(db.exists(), "nobody took itself for the whole")
        self.refused(3, ["no such database", "bitdesk db merge", str(stores[2])],
                     "report", "--db", db, "--out", self.path / "r.md")
        self.done("db", "merge", db, *stores[:3])
        report = self.done("report", "--db", db, "--out", self.path / "r.md")
        self.assertIn(f"note: {stores[3].name} beside {db} holds results that it lacks", report.stderr)
        self.assertIn(f"bitdesk db merge {db} {stores[3]}", report.stderr)
        self.done("db", "merge", db, stores[3])
        self.assertEqual(self.done("report", "--db", db, "--out", self.path / "r.md").stderr, "")
        self.assertEqual(night.rows(db), self.expected())

    def test_a_part_of_an_array_that_nobody_knows_of_is_refused(self):
        db = self.path / "shared.sqlite"
        for code, text in self.array("3-4", db).values():
            self.assertEqual(code, 2, text)
            self.assertIn("begins in the middle", text)
            self.assertIn("--part 4/16", text)
        self.assertEqual(list(self.path.iterdir()), [])
        (code, text), = self.array("3", db, "--part", "1/2").values()
        self.assertEqual(code, 0, text)
        self.assertEqual(len(night.rows(self.path / "shared.rank0.sqlite")), 80)

    def test_what_runs_in_an_allocation_is_told_what_it_does(self):
        db = self.path / "shared.sqlite"
        done = self.node.command("salloc", "-n", "2", *self.words(db, 20), "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, rf"all of the work, by this process alone \(in Slurm job \d+\), into {db}; srun")
        done = self.node.command("srun", "-n", "2", *self.words(db, 20), "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        for rank in (0, 1):
            self.assertIn(f"part {rank + 1} of 2 (srun), into {self.path}/shared.rank{rank}.sqlite; --part says otherwise",
                          done.stderr)

    def test_an_array_with_gaps_is_refused(self):
        script = f"#!/bin/sh\nexec {shlex.join(map(str, self.words(self.path / 'shared.sqlite')))}\n"
        for code, text in self.node.sbatch(script, "--array=1,5,6").values():
            self.assertEqual(code, 2, text)
            self.assertIn("gaps", text)

    def test_a_batch_script_of_two_tasks_does_all_of_it(self):
        script = f"#!/bin/sh\nexec {shlex.join(map(str, self.words(self.path / 'shared.sqlite')))}\n"
        (code, text), = self.node.sbatch(script, "-n", "2").values()
        self.assertEqual(code, 0, text)
        self.assertEqual(night.rows(self.path / "shared.sqlite"), self.expected())


if __name__ == "__main__":
    if launchers.MPIRUN_MISSING and launchers.SLURM_MISSING:
        print(f"{launchers.MPIRUN_MISSING}; {launchers.SLURM_MISSING}")
        sys.exit(77)
    unittest.main()
