// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/signals.h"

#include <fcntl.h>
#include <unistd.h>
#include <array>
#include <csignal>

#include "core/base/error.h"

namespace bitdesk::cli {
namespace {

// A handler may do little more than write; the watcher thread does the rest.
std::atomic<int> g_writeEnd{-1};

/// Ctrl-C; a scheduler's end of time; a terminal that goes away; what Slurm (--signal=USR1@60) and Grid Engine
/// (-notify) send ahead of the end.
constexpr std::array kStopSignals{SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};

extern "C" void onStopSignal(int signal) {
    const char byte = 's';
    if (::write(g_writeEnd.load(), &byte, 1) < 0) return;
    std::signal(signal, SIG_DFL);
}

}  // namespace

void letWritesFail() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

StopOnSignal::StopOnSignal() {
    if (::pipe2(m_pipe, O_CLOEXEC) != 0) throw Error(ErrorKind::Resource, "signals", "no pipe can be made");
    g_writeEnd = m_pipe[1];
    m_watcher = std::thread([this] {
        char byte = 0;
        while (::read(m_pipe[0], &byte, 1) < 0) {
        }
        if (byte == 's') m_source.request_stop();
    });
    for (const int signal : kStopSignals)
        // nohup's wish is kept.
        if (std::signal(signal, onStopSignal) == SIG_IGN && signal == SIGHUP) std::signal(signal, SIG_IGN);
    // A reader that went away is an error of the write, not the end of the program.
    std::signal(SIGPIPE, SIG_IGN);
}

StopOnSignal::~StopOnSignal() {
    for (const int signal : kStopSignals)
        if (std::signal(signal, SIG_DFL) == SIG_IGN) std::signal(signal, SIG_IGN);
    const char byte = 'q';
    [[maybe_unused]] const auto written = ::write(m_pipe[1], &byte, 1);
    m_watcher.join();
    ::close(m_pipe[0]);
    ::close(m_pipe[1]);
}

}  // namespace bitdesk::cli
