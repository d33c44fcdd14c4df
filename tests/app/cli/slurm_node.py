# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private Slurm of one node for tests: everything it writes lies in one temporary folder, and no daemon outlives it.

    with SlurmNode() as node:
        node.srun("-n", "2", "hostname")
        node.sbatch_array("#!/bin/sh\necho $SLURM_ARRAY_TASK_ID\n", 2)

No systemd, no cgroups, no accounting, no network beyond loopback, and nothing of /etc/slurm or /etc/munge is read.
"""

import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from patience import patience

# Debian keeps the daemons out of a user's PATH.
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
NEEDED = ("munged", "slurmctld", "slurmd", "sinfo", "srun", "sbatch", "scontrol", "setpriv")
LAUNCHERS = ("SLURM", "OMPI_", "PMI", "PRTE_")
ATTEMPTS = 3  # a port that was free may be taken before it is used
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "BOOT_FAIL", "DEADLINE", "OUT_OF_MEMORY", "PREEMPTED"}

# With loopback alone Slurm resolves no address, not even 127.0.0.1, unless both families are asked for.
BOTH_FAMILIES = "CommunicationParameters=EnableIPv6"
CONFIGURATION = """\
ClusterName=bitdesk-test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld_port}
SlurmdPort={slurmd_port}
{communication}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin={task_plugin}
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
KillWait=2
ReturnToService=2
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmdSpoolDir={folder}/spool
StateSaveLocation={folder}/state
MailProg=/bin/true
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus}
PartitionName=test Nodes=ALL Default=YES State=UP MaxTime=10 OverSubscribe=NO
"""


def missing():
    """Why no node can be started here; empty when one can."""
    absent = [name for name in NEEDED if shutil.which(name, path=PATH) is None]
    if absent:
        return f"needs Debian's slurm-wlm and munge: no {', '.join(absent)}"
    return "" if user() else f"Slurm needs a user with a name, and {os.geteuid()} has none"


def user():
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return ""


def clean_environment():
    """The environment without what another launcher, this process's own one perhaps, has left in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LAUNCHERS)}
    return {**kept, "PATH": PATH}


def free_ports(count):
    """Ports that are free now; another process may still take one before it is used."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def has_ipv6():
    try:
        socket.socket(socket.AF_INET6).close()
        return True
    except OSError:
        return False


def command_of(process):
    """Its command line; empty for one that has ended."""
    try:
        return pathlib.Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def parent_of(process):
    return int(pathlib.Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()[1])


class NotReady(Exception):
    """What did not come up, with the ends of the daemons' logs."""


class SlurmNode:
    def __init__(self, cpus=2, task_plugin="task/none", seconds=patience(60)):
        """cpus: what the node claims to have, whatever there is. task/affinity binds each task to its CPUs, task/none none."""
        self.cpus = cpus
        self.task_plugin = task_plugin
        self.seconds = seconds
        self.daemons = []

    def __enter__(self):
        limit = time.monotonic() + self.seconds
        for attempt in range(ATTEMPTS):
            self.folder = pathlib.Path(tempfile.mkdtemp(prefix="slurm.", dir="/tmp"))  # a socket's path must be short
            try:
                return self._start(limit)
            except BaseException as problem:
                self._stop()
                if not isinstance(problem, NotReady) or attempt + 1 == ATTEMPTS or time.monotonic() > limit:
                    raise

    def __exit__(self, *_):
        self._stop()

    def environment(self):
        return {**clean_environment(), "SLURM_CONF": str(self.folder / "slurm.conf")}

    def command(self, *arguments, timeout=patience(60)):
        return subprocess.run([*map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                              env=self.environment(), cwd=self.folder)

    def srun(self, *arguments, timeout=patience(60)):
        return self.command("srun", *arguments, timeout=timeout)

    def sbatch(self, script, *options, timeout=patience(60)):
        """Runs a batch script to its end: {array index, or None: (exit code, what it printed)}."""
        path = self.folder / "batch.sh"
        path.write_text(script)
        sent = self.command("sbatch", "--parsable", f"--output={self.folder}/out.%A.%a", *options, path)
        if sent.returncode != 0:
            raise RuntimeError(f"sbatch: {sent.stderr}")
        tasks = self._ended(sent.stdout.strip(), timeout)
        return {index: (code, self._output(job, index)) for job, index, code in tasks}

    def sbatch_array(self, script, n, first=0, step=1, timeout=patience(60)):
        """Runs a job array of n tasks to its end: {array index: (exit code, what it printed)}."""
        return self.sbatch(script, f"--array={first}-{first + (n - 1) * step}:{step}", timeout=timeout)

    def _ended(self, job, timeout):
        """(job, array index, exit code) of every task, once all have ended."""
        limit = time.monotonic() + timeout
        while True:
            shown = self.command("scontrol", "--oneliner", "show", "job", job).stdout
            rows = [dict(re.findall(r"(\w+)=(\S*)", line)) for line in shown.splitlines()]
            if rows and all(row.get("JobState") in ENDED for row in rows):
                return [(row.get("ArrayJobId", row["JobId"]), int(row["ArrayTaskId"]) if "ArrayTaskId" in row else None,
                         int(row["ExitCode"].split(":")[0])) for row in rows]
            if time.monotonic() > limit:
                self.command("scancel", job)
                raise RuntimeError(f"job {job} has not ended after {timeout} s\n{shown}\n{self._logs()}")
            time.sleep(0.05)

    def _output(self, job, index):
        # %a of a job without an array is the number that stands for none.
        path = self.folder / f"out.{job}.{4294967294 if index is None else index}"
        return path.read_text() if path.exists() else ""

    def _start(self, limit):
        self.host = socket.gethostname().split(".")[0]
        self._write_configuration()
        self._spawn("munged", "--foreground", "--force", f"--socket={self.folder}/munge.socket",
                    f"--key-file={self.folder}/munge.key", "--num-threads=1",
                    f"--pid-file={self.folder}/munged.pid", f"--seed-file={self.folder}/munged.seed")
        self._wait("munged", limit, (self.folder / "munge.socket").exists)
        self._spawn("slurmctld", "-D")
        # slurmd says it is there once, and again only seconds later.
        self._wait("slurmctld", limit, self._controller_listens)
        self._spawn("slurmd", "-D", "-N", self.host)
        self._wait("slurmd", limit, self._idle)
        return self

    def _write_configuration(self):
        for name in ("spool", "state"):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        self.ports = free_ports(2)
        text = CONFIGURATION.format(host=self.host, folder=self.folder, user=user(), cpus=self.cpus,
                                    task_plugin=self.task_plugin, ctld_port=self.ports[0], slurmd_port=self.ports[1],
                                    communication=BOTH_FAMILIES if has_ipv6() else "")
        (self.folder / "slurm.conf").write_text(text)
        # Nothing uses cgroups, but slurmd would look for the kind that is mounted and end where none is.
        (self.folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")

    def _spawn(self, name, *arguments):
        """A daemon that dies with this process, however that ends."""
        with open(self.folder / f"{name}.log", "wb") as log:
            self.daemons.append(subprocess.Popen(
                ["setpriv", "--pdeathsig=KILL", name, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment(), cwd=self.folder, start_new_session=True))

    def _wait(self, name, limit, ready):
        while not ready():
            ended = [d.args[2] for d in self.daemons if d.poll() is not None]
            if ended or time.monotonic() > limit:
                what = f"{ended[0]} ended" if ended else f"{name} is not ready"
                raise NotReady(f"{what}\n{self._logs()}")
            time.sleep(0.02)

    def _controller_listens(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.ports[0])) == 0

    def _idle(self):
        return self.command("sinfo", "--noheader", "--format=%T").stdout.strip() == "idle"

    def _logs(self):
        tails = [f"--- {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-15:])
                 for path in sorted(self.folder.glob("*.log"))]
        return "\n".join(tails)

    def processes(self):
        """Everything that runs on this node's configuration: the daemons, job steps, and what these started."""
        folder, parents, found = str(self.folder), {}, set()
        for process in (int(name) for name in os.listdir("/proc") if name.isdigit()):
            try:
                parents[process] = parent_of(process)
                environment = pathlib.Path(f"/proc/{process}/environ").read_bytes()
            except OSError:  # ended meanwhile, or another user's
                continue
            if folder in command_of(process) or os.fsencode(folder) in environment:
                found.add(process)
        while more := {child for child, parent in parents.items() if parent in found} - found:
            found |= more
        commands = {process: command_of(process) for process in found - {os.getpid()}}
        return {process: command for process, command in commands.items() if command}

    def _stop(self):
        """Ends the daemons, then all that jobs have left, by force. Raises if any process remains."""
        started = self.processes()  # before a parent ends and with it the trace of a child with an environment of its own
        for daemon in reversed(self.daemons):
            daemon.terminate()
        limit = time.monotonic() + patience(5)
        for daemon in self.daemons:
            try:
                daemon.wait(max(0.1, limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self.daemons = []
        left = self._killed(started)
        shutil.rmtree(self.folder, ignore_errors=True)
        if left:
            raise RuntimeError(f"processes of the test's Slurm remain: {left}")

    def _killed(self, started):
        """Kills; what could not be killed."""
        limit = time.monotonic() + patience(5)
        while left := {**self.processes(), **{p: c for p, c in started.items() if command_of(p) == c}}:
            if time.monotonic() > limit:
                break
            for process in left:
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.02)
        return left
