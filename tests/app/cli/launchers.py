# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""One command as two or more processes: under mpirun, srun, or as a job array. Each returns (exit code, output, errors)."""

import os
import shlex
import shutil
import subprocess

import slurm_node
from patience import patience

MPIRUN_MISSING = "" if shutil.which("mpirun") else "needs Debian's openmpi-bin: no mpirun"
SLURM_MISSING = slurm_node.missing()


def mpirun(*command, n=2, options=(), timeout=patience(120)):
    """Output of all ranks, mixed; the first failed rank's exit code, and then the others are ended."""
    root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
    done = subprocess.run(["mpirun", "-n", str(n), "--oversubscribe", *root, *options, *map(str, command)],
                          capture_output=True, text=True, timeout=timeout, env=slurm_node.clean_environment())
    return done.returncode, done.stdout, done.stderr


def srun(node, *command, n=2, options=(), timeout=patience(120)):
    """Output of all tasks, mixed; the highest exit code."""
    done = node.srun("-n", n, *options, *command, timeout=timeout)
    return done.returncode, done.stdout, done.stderr


def array(node, *command, n=2, first=0, step=1, timeout=patience(120)):
    """A job array, one process a task; the highest exit code. What tasks print and their errors are one text."""
    script = f"#!/bin/sh\nexec {shlex.join(map(str, command))}\n"
    tasks = node.sbatch_array(script, n, first, step, timeout).values()
    return max(code for code, _ in tasks), "".join(text for _, text in tasks), ""
