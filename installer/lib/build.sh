# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
# Configures a preset.
configure() {
    local preset=$1
    export CCACHE_DIR="${CCACHE_DIR:-$cache/ccache}" CCACHE_MAXSIZE="${CCACHE_MAXSIZE:-3G}"
    local options=(-DBITDESK_TORCH_DIR="$torch_dir" -DBITDESK_CUDA="$(wants_cuda && echo ON || echo OFF)")
    [ -n "${test_python_dir:-}" ] && options+=(-DBITDESK_TEST_PYTHON="$test_python_dir/bin/python3")
    (cd "$source_dir" && cmake --preset "$preset" "${options[@]}" >"$source_dir/build/$preset.configure.log" 2>&1) \
        || { cat "$source_dir/build/$preset.configure.log" >&2; die "configuring failed"; }
}

# Configures a preset and builds targets, telling how far it is. Arguments: preset, then targets (none: all).
build() {
    local preset=$1
    shift
    say "building ($preset)"
    configure "$preset"
    local targets=()
    [ $# -gt 0 ] && targets=(--target "$@")
    # pipefail: a build that fails shows why and fails here, whatever reads its output.
    (cd "$source_dir" && NINJA_STATUS="[%f/%t] " cmake --build "build/$preset" -j "$jobs" "${targets[@]}" 2>&1 \
        | python3 "$source_dir/installer/lib/progress.py" build "building ($preset)") || die "building failed"
}
