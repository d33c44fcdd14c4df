# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by run and test. Sets: source, cache. Every step looks first and does nothing where its work is done.
set -euo pipefail
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/bitdesk"
jobs=$(nproc)

say() { printf 'bitdesk: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "root is needed for: $*. Run as root, or install sudo"; fi
}

# The seconds of a long command that is silent: what it has put on disk so far, of about so many MB, every 20 s.
#   with_size MB WHAT FOLDER COMMAND…
with_size() {
    local megabytes=$1 what=$2 folder=$3
    shift 3
    (
        while sleep 20 >/dev/null 2>&1; do
            say "$what: $(du -sm "$folder" 2>/dev/null | cut -f1) of about $megabytes MB on disk"
        done
    ) &
    local teller=$! status=0
    "$@" || status=$?
    kill "$teller" 2>/dev/null || true
    wait "$teller" 2>/dev/null || true
    return "$status"
}
