#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process can know of its rank under a real mpirun, srun and job array: the ground that a split by rank stands on."""

import json
import os
import sys
import time
import unittest

import launchers
from slurm_node import SlurmNode

# One line in one write, so that the lines of two ranks never mix.
TELL = (sys.executable, "-c", """
import json, os
told = {name: value for name, value in os.environ.items() if name.startswith(("OMPI_COMM_WORLD_", "SLURM_", "PMI_"))}
line = json.dumps({"environment": told, "cpus": sorted(os.sched_getaffinity(0))}) + chr(10)
os.write(1, line.encode())
""")


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
            limit = time.monotonic() + 30
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


if __name__ == "__main__":
    if launchers.MPIRUN_MISSING and launchers.SLURM_MISSING:
        print(f"{launchers.MPIRUN_MISSING}; {launchers.SLURM_MISSING}")
        sys.exit(77)
    unittest.main()
