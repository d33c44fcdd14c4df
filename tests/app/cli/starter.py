# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""subprocess.run() of the command line by a process that has loaded it already (starter.cpp). Without BITDESK_STARTER, or for
another program, it is subprocess.run()."""

import os
import selectors
import signal
import socket
import struct
import subprocess
import time

BIN = os.environ.get("BITDESK_BIN", "bitdesk")
STARTER = os.environ.get("BITDESK_STARTER")
_server = []  # the socket of this process's starter, and the starter


def _socket():
    if not _server:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        _server[:] = [ours, subprocess.Popen([STARTER], stdin=theirs)]
        theirs.close()
    return _server[0]


def _number(server):
    answer = server.recv(4)
    if len(answer) != 4:
        raise RuntimeError(f"{STARTER} has ended")
    return struct.unpack("i", answer)[0]


def _read(pipes, server, until, child):
    """What comes through the pipes until they are closed, and how the process ended."""
    texts, status = {pipe: b"" for pipe in pipes}, None
    with selectors.DefaultSelector() as selector:
        for source in (*pipes, server):
            selector.register(source, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(None if until is None else max(0, until - time.monotonic()))
            if not ready:
                os.kill(child, signal.SIGKILL)
                _number(server)
                raise subprocess.TimeoutExpired(BIN, until)
            for key, _ in ready:
                if key.fileobj is server:
                    status = _number(server)
                    selector.unregister(server)
                elif not (part := os.read(key.fd, 1 << 16)):
                    selector.unregister(key.fileobj)
                else:
                    texts[key.fileobj] += part
    return list(texts.values()), os.waitstatus_to_exitcode(status)


def _text(output):
    return output.decode().replace("\r\n", "\n").replace("\r", "\n")


def run(words, capture_output=False, text=False, timeout=None, env=None, cwd=None, **more):
    words = [str(word) for word in words]
    if STARTER is None or words[0] != BIN or not capture_output or more:
        return subprocess.run(words, capture_output=capture_output, text=text, timeout=timeout, env=env, cwd=cwd, **more)
    environment = [f"{name}={value}" for name, value in (os.environ if env is None else env).items()]
    message = b"".join(os.fsencode(part) + b"\0" for part in (cwd or os.getcwd(), str(len(words)), *words, *environment))
    pipes = [os.pipe(), os.pipe()]
    with open(os.devnull) as nothing:
        socket.send_fds(_socket(), [message], [nothing.fileno(), *(end for _, end in pipes)])
    for _, end in pipes:
        os.close(end)
    child = _number(_socket())
    try:
        (out, err), code = _read([begin for begin, _ in pipes], _socket(), timeout and time.monotonic() + timeout, child)
    finally:
        for begin, _ in pipes:
            os.close(begin)
    return subprocess.CompletedProcess(words, code, *map(_text, (out, err)) if text else (out, err))
