# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the CPU has, as Linux tells it, and what follows for the peers. BITDESK_CPUINFO names another file than
/proc/cpuinfo, to try another CPU."""

import os
import pathlib


def flags():
    path = pathlib.Path(os.environ.get("BITDESK_CPUINFO", "/proc/cpuinfo"))
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.split(":", 1)[1].split() for line in lines if line.startswith("flags")), ()))


def has_vnni():
    return bool(flags() & {"avx512_vnni", "avx_vnni"})


def has_avx512():
    return "avx512f" in flags()


ROUNDINGS = 0.001  # share of the codes that may fall otherwise
SATURATED = 0.5  # more than that is no saturation any more


def verdict(wrong, saturates):
    """What to say of a peer's wrong codes, and whether it counts: without VNNI vpmaddubsw's 16 bits saturate, and a peer
    runs so in the field; whoever computes something else does not do the same work."""
    if wrong <= ROUNDINGS:
        return "", True
    if saturates and wrong <= SATURATED:
        return f", {wrong:.1%} of its codes saturated", True
    return f", {wrong:.1%} of its codes are wrong: not counted", False
