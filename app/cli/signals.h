// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <stop_token>
#include <thread>

namespace bitdesk::cli {

/// A reader that went away, and a file that a limit (ulimit -f) keeps from growing, are told by the write instead of
/// killing. Once, before anything is written.
void letWritesFail();

/// While it lives, SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2 ask for a stop instead of killing: the verb ends at its
/// next safe point and leaves a resumable state. The same signal a second time kills. At most one at a time.
class StopOnSignal {
public:
    StopOnSignal();
    ~StopOnSignal();
    StopOnSignal(const StopOnSignal&) = delete;
    StopOnSignal& operator=(const StopOnSignal&) = delete;

    std::stop_token token() const { return m_source.get_token(); }

private:
    std::stop_source m_source;
    int m_pipe[2] = {-1, -1};
    std::thread m_watcher;
};

}  // namespace bitdesk::cli
