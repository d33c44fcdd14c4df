# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian packages: what is missing is named with its size, then installed.
packages_build=(g++ cmake ninja-build ccache mold pkg-config git ca-certificates python3 python3-venv python3-pip
    libssl-dev zlib1g-dev libzip-dev libarchive-dev libutf8proc-dev libjpeg62-turbo-dev libpng-dev libonnx-dev libboost-dev libprotobuf-dev protobuf-compiler libpango1.0-dev fonts-dejavu-core libsqlite3-dev libsqlitecpp-dev libcli11-dev nlohmann-json3-dev libspdlog-dev libfmt-dev
    libgtest-dev libbenchmark-dev librapidcheck-dev dataset-fashion-mnist)
packages_gui=(qt6-base-dev qt6-svg-dev libqcustomplot-dev libgl1-mesa-dev libxkbcommon-dev fonts-dejavu-core)
packages_cluster=(openmpi-bin slurm-wlm munge)
packages_report_tests=(chromium poppler-utils)

install_debian() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "missing and not installable here (no apt-get): ${missing[*]}"
    as_root apt-get update -qq
    say "installing Debian packages: ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --no-install-recommends --assume-no "${missing[@]}" 2>/dev/null \
        | grep -E '^(Need to get|After this operation)' >&2 || true
    local install=(as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get install --no-install-recommends -y "${missing[@]}")
    # A machine without Python gets it with these packages.
    if command -v python3 >/dev/null; then "${install[@]}" | python3 "$source_dir/installer/lib/progress.py" packages "installing packages, steps"
    else "${install[@]}" >/dev/null; fi
}
