# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
# LibTorch from PyPI's wheel, in the user's cache: filled aside and renamed, so that a cut download is never taken for a
# whole one, and a second clone downloads nothing.
torch_version=2.11.0

wants_cuda() {
    case "${BITDESK_CUDA:-AUTO}" in
        ON) return 0 ;;
        OFF) return 1 ;;
        *) command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ] || [ -e /proc/driver/nvidia/version ] ;;
    esac
}

has_toolkit() { command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ]; }

# The small build needs two of NVIDIA's libraries only, because libtorch_cpu.so is linked with them.
wheels_cpu=(nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85)
wheels_cuda=(nvidia-cusparselt-cu13==0.8.0 nvidia-nvshmem-cu13==3.4.5 nvidia-cufile)

install_libtorch() {
    local flavour=cpu
    wants_cuda && flavour=cu130
    torch_dir="$cache/libtorch-$torch_version-$flavour"
    [ -e "$torch_dir/torch/lib/libtorch_cpu.so" ] && return 0
    rm -rf "$torch_dir"
    local aside="$torch_dir.$$"
    mkdir -p "$cache"
    trap 'rm -rf "$aside"' EXIT
    mkdir -p "$aside/.unpacking"
    local pip=(env TMPDIR="$aside/.unpacking" python3 -m pip install --quiet --disable-pip-version-check
        --root-user-action=ignore --no-compile --target "$aside")
    if [ $flavour = cpu ]; then
        say "downloading LibTorch $torch_version (about 540 MB, 1.6 GB on disk) into $torch_dir"
        with_size 1600 "LibTorch" "$aside" "${pip[@]}" --no-deps "torch==$torch_version" "${wheels_cpu[@]}"
        # Its CUDA side stays out of the small build.
        rm -f "$aside"/torch/lib/libtorch_cuda*.so "$aside"/torch/lib/libtorch_nvshmem.so
    elif has_toolkit; then
        say "downloading LibTorch $torch_version with CUDA beside the system's toolkit (about 600 MB, 1.9 GB on disk) into $torch_dir"
        with_size 1900 "LibTorch" "$aside" "${pip[@]}" --no-deps "torch==$torch_version" "${wheels_cuda[@]}"
    else
        say "downloading LibTorch $torch_version with a CUDA 13.0 toolkit (about 2.7 GB, 5 GB on disk) into $torch_dir"
        with_size 5000 "LibTorch" "$aside" "${pip[@]}" "torch==$torch_version" 'cuda-toolkit[nvcc,cudart,cublas,cccl,nvml,nvtx,crt,nvvm]==13.0.2'
    fi
    rm -rf "$torch_dir" "$aside/.unpacking"
    mv "$aside" "$torch_dir"
    trap - EXIT
}

# Python with the packages that the test scripts read models with. What needs PyTorch comes without what it depends on:
# PyTorch itself is LibTorch's.
install_test_python() {
    local requirements="$source_dir/installer/python-requirements.txt"
    local beside_torch="$source_dir/installer/python-beside-torch.txt"
    test_python_dir="$cache/python-$(cat "$requirements" "$beside_torch" | sha256sum | cut -c1-12)"
    [ -x "$test_python_dir/bin/python3" ] && [ -e "$test_python_dir/.ready" ] && return 0
    say "installing test packages for Python (about 150 MB, 500 MB on disk): $(cat "$requirements" "$beside_torch" | tr '\n' ' ')"
    rm -rf "$test_python_dir"
    python3 -m venv "$test_python_dir"
    local pip=("$test_python_dir/bin/python3" -m pip install --quiet --disable-pip-version-check)
    with_size 350 "test packages" "$test_python_dir" "${pip[@]}" -r "$requirements"
    with_size 500 "test packages beside PyTorch" "$test_python_dir" "${pip[@]}" --no-deps -r "$beside_torch"
    touch "$test_python_dir/.ready"
}
