# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a test waits before it takes something for hung. No test passes because of it; a slow or busy machine sets
BITDESK_TEST_PATIENCE higher, and ctest's own time-outs grow with it (tests/CMakeLists.txt)."""

import os

FACTOR = float(os.environ.get("BITDESK_TEST_PATIENCE", "4"))


def patience(seconds):
    """Seconds, for what takes less than that on a machine of its own."""
    return seconds * FACTOR
