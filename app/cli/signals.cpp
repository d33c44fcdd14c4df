// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/signals.h"

#include <fcntl.h>
#include <unistd.h>
#include <csignal>

#include "core/base/error.h"

namespace bitdesk::cli {
namespace {

// A handler may do little more than write; the watcher thread does the rest.
std::atomic<int> g_writeEnd{-1};

extern "C" void onStopSignal(int signal) {
    const char byte = 's';
    if (::write(g_writeEnd.load(), &byte, 1) < 0) return;
    std::signal(signal, SIG_DFL);
}

}  // namespace

StopOnSignal::StopOnSignal() {
    if (::pipe2(m_pipe, O_CLOEXEC) != 0) throw Error(ErrorKind::Resource, "signals", "no pipe can be made");
    g_writeEnd = m_pipe[1];
    m_watcher = std::thread([this] {
        char byte = 0;
        while (::read(m_pipe[0], &byte, 1) < 0) {
        }
        if (byte == 's') m_source.request_stop();
    });
    std::signal(SIGINT, onStopSignal);
    std::signal(SIGTERM, onStopSignal);
    // A reader that went away is an error of the write, not the end of the program.
    std::signal(SIGPIPE, SIG_IGN);
}

StopOnSignal::~StopOnSignal() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    const char byte = 'q';
    [[maybe_unused]] const auto written = ::write(m_pipe[1], &byte, 1);
    m_watcher.join();
    ::close(m_pipe[0]);
    ::close(m_pipe[1]);
}

}  // namespace bitdesk::cli
