# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The peers' own Python environment, in the user's cache."""

import glob
import hashlib
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

TORCH = "torch==2.11.0"
REQUIREMENTS = [
    "numpy==2.2.6",
    "onnx==1.23.2",
    "onnxruntime==1.32.0",
    "openvino==2026.4.1",
    # What torch imports, for when it is found beside LibTorch and so comes without them.
    "filelock==4.2.12",
    "fsspec==2026.9.0",
    "jinja2==3.1.6",
    "networkx==3.6.1",
    "sympy==1.14.0",
    "typing_extensions==4.16.0",
]
MARK = "BITDESK_PEERS"  # set in the process that runs inside the environment


def cache():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "bitdesk"


def folder():
    digest = hashlib.sha256("\n".join([*REQUIREMENTS, TORCH, sys.version]).encode()).hexdigest()[:12]
    return cache() / f"peers-{digest}"


def say(text):
    print(text, file=sys.stderr, flush=True)


def fill(target):
    """Installs the peers into `target` and notes in .ready where torch is, or ends the process."""
    say(f"installing the peers (about 500 MB) into {target}: {' '.join(REQUIREMENTS)}")
    shutil.rmtree(target, ignore_errors=True)
    options = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore"]
    # Debian splits venv's pip into a package of its own, so that a venv may be refused.
    if importlib.util.find_spec("ensurepip") and subprocess.run([sys.executable, "-m", "venv", target]).returncode == 0:
        pip = [python(target), "-m", "pip", "install", *options]
    else:
        shutil.rmtree(target, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", *options, "--target", target / "packages"]
    run(pip + REQUIREMENTS)
    torch = torch_beside_libtorch(target)
    if torch is None:
        say(f"installing {TORCH}: its wheel comes with CUDA, several GB")
        run([*pip, TORCH])
        torch = packages(target)
    (target / ".ready").write_text(str(torch))


def run(command):
    done = subprocess.run(command)
    if done.returncode != 0:
        raise SystemExit(f"compare.py: installing the peers failed: {' '.join(map(str, command))}")


def python(target):
    own = target / "bin" / "python3"
    return own if own.exists() else sys.executable


def packages(target):
    """The folder that the peers' packages lie in."""
    found = glob.glob(f"{target}/lib/python3*/site-packages") + glob.glob(f"{target}/packages")
    return pathlib.Path(found[0])


def torch_beside_libtorch(target):
    """The build's LibTorch is a whole wheel where it was installed with CUDA: no second copy is downloaded then."""
    for candidate in sorted(cache().glob(f"libtorch-{TORCH.split('==')[1]}-*")):
        # At the end of the path, so that nothing else in that folder hides the environment's own packages.
        attempt = f"import sys; sys.path += [{str(packages(target))!r}, {str(candidate)!r}]; import torch"
        if subprocess.run([python(target), "-c", attempt], capture_output=True).returncode == 0:
            return candidate
    return None


def enter():
    """Installs the peers where they are missing and starts this program again with their Python."""
    target = folder()
    ready = target / ".ready"
    if os.environ.get(MARK) == str(target):
        sys.path += [str(packages(target)), ready.read_text()]
        return target
    if not ready.exists() or not os.path.isdir(ready.read_text()):
        fill(target)
    os.execve(python(target), [str(python(target)), *sys.argv], {**os.environ, MARK: str(target)})
