# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers as they run on a core with AVX2 but neither AVX-512 nor VNNI.

oneDNN and FBGEMM are told by environment variables. ONNX Runtime asks the CPU itself: in a private copy of its
library every `cpuid` becomes `ud2`, and a signal handler answers in its place, without those features. The copy of
OpenVINO is treated the same, because it asks outside oneDNN too.
"""

import ctypes
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys

VARIABLES = {
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "OV_CPU_MAX_ISA": "AVX2",
    "FBGEMM_ENABLE_INSTRUCTIONS": "AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
}

# The libraries that decide by cpuid, in each package.
PATCHED = {
    "onnxruntime": ["capi/onnxruntime_pybind11_state*.so", "capi/libonnxruntime.so*"],
    "openvino": ["libs/libopenvino.so*", "libs/libopenvino_intel_cpu_plugin.so"],
}

HANDLER = r"""
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <ucontext.h>

static volatile int answers;
static struct sigaction before;

int cpuid_answers(void) { return answers; }

static void answer(int number, siginfo_t* info, void* context) {
    greg_t* registers = ((ucontext_t*)context)->uc_mcontext.gregs;
    const unsigned char* at = (const unsigned char*)registers[REG_RIP];
    if (at[0] != 0x0f || at[1] != 0x0b) {  /* not one of ours: the instruction runs again, and ends the process */
        sigaction(SIGILL, &before, 0);
        return;
    }
    unsigned leaf = (unsigned)registers[REG_RAX], subleaf = (unsigned)registers[REG_RCX], a, b, c, d;
    __cpuid_count(leaf, subleaf, a, b, c, d);
    if (leaf == 7 && subleaf == 0) {
        b &= ~(1u << 16 | 1u << 17 | 1u << 21 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 30 | 1u << 31);
        c &= ~(1u << 1 | 1u << 6 | 1u << 11 | 1u << 12 | 1u << 14);
        d &= ~(1u << 2 | 1u << 3 | 1u << 8 | 1u << 22 | 1u << 23 | 1u << 24 | 1u << 25);
    } else if (leaf == 7 && subleaf == 1) {
        a &= ~(1u << 4 | 1u << 5 | 1u << 21 | 1u << 23);  /* AVX-VNNI, AVX512-BF16, AMX-FP16, AVX-IFMA */
        d &= ~(1u << 4 | 1u << 5 | 1u << 10 | 1u << 19);  /* AVX-VNNI-INT8, NE-CONVERT, VNNI-INT16, AVX10 */
    }
    registers[REG_RAX] = a;
    registers[REG_RBX] = b;
    registers[REG_RCX] = c;
    registers[REG_RDX] = d;
    registers[REG_RIP] += 2;
    answers = answers + 1;
}

int install(void) {
    struct sigaction action = {0};
    action.sa_sigaction = answer;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    return sigaction(SIGILL, &action, &before);
}
"""


def file_offset(elf, address):
    """Where in the file the byte lies that is loaded at `address`."""
    table, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    for entry in range(count):
        kind, _, offset, start, _, length = struct.unpack_from("<IIQQQQ", elf, table + entry * size)
        if kind == 1 and start <= address < start + length:  # PT_LOAD
            return offset + address - start
    raise SystemExit(f"compare.py: address {address:x} is in no segment")


def patch(library):
    """Replaces the library by a copy without cpuid; returns how many there were."""
    command = ["objdump", "-d", "--no-show-raw-insn", library]
    listing = subprocess.run(command, capture_output=True, text=True, check=True)
    elf = bytearray(library.read_bytes())
    places = [int(at, 16) for at in re.findall(r"^\s*([0-9a-f]+):\s+cpuid\b", listing.stdout, re.MULTILINE)]
    for address in places:
        at = file_offset(elf, address)
        if elf[at : at + 2] != b"\x0f\xa2":
            raise SystemExit(f"compare.py: {library}: no cpuid at {address:x}")
        elf[at : at + 2] = b"\x0f\x0b"
    library.unlink()  # it may be a hard link to the unpatched one
    library.write_bytes(elf)
    return len(places)


def prepare(environment, packages):
    """The folder of the patched copies, made once."""
    target = environment / "without-vnni"
    if (target / ".ready").exists():
        return target
    for tool in ("objdump", "gcc"):
        if not shutil.which(tool):
            raise SystemExit(f"compare.py: --no-vnni needs {tool}")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for package, patterns in PATCHED.items():
        shutil.copytree(packages / package, target / package, copy_function=os.link)
        for library in (found for pattern in patterns for found in (target / package).glob(pattern)):
            print(f"{library.name}: {patch(library)} cpuid replaced", file=sys.stderr)
    (target / "handler.c").write_text(HANDLER)
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", target / "handler.so", target / "handler.c"], check=True)
    (target / ".ready").touch()
    return target


class Mask:
    """Hides AVX-512 and VNNI from the peers that are imported after it."""

    def __init__(self, environment, packages):
        os.environ.update(VARIABLES)
        target = prepare(pathlib.Path(environment), pathlib.Path(packages))
        self.handler = ctypes.CDLL(str(target / "handler.so"))
        if self.handler.install() != 0:
            raise SystemExit("compare.py: --no-vnni: no signal handler")
        sys.path.insert(0, str(target))

    def answers(self):
        """How many cpuid were answered: 0 says that the copies are not what runs."""
        return self.handler.cpuid_answers()
