# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
# Configures a preset and builds targets. Arguments: preset, then targets (none: all).
build() {
    local preset=$1
    shift
    export CCACHE_DIR="${CCACHE_DIR:-$cache/ccache}" CCACHE_MAXSIZE="${CCACHE_MAXSIZE:-3G}"
    local options=(-DBITDESK_TORCH_DIR="$torch_dir" -DBITDESK_CUDA="$(wants_cuda && echo ON || echo OFF)")
    [ -n "${test_python_dir:-}" ] && options+=(-DBITDESK_TEST_PYTHON="$test_python_dir/bin/python3")
    say "building ($preset)"
    (cd "$source_dir" && cmake --preset "$preset" "${options[@]}" >"$source_dir/build/$preset.configure.log" 2>&1) \
        || { cat "$source_dir/build/$preset.configure.log" >&2; die "configuring failed"; }
    local targets=()
    [ $# -gt 0 ] && targets=(--target "$@")
    (cd "$source_dir" && cmake --build "build/$preset" -j "$jobs" "${targets[@]}" | { grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking|Automatic|Generating|Scanning|Running)' || true; }; exit "${PIPESTATUS[0]}") \
        || die "building failed"
}
