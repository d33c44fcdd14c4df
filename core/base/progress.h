// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

namespace bitdesk {

/// One line of progress. `fraction` is in [0, 1]; `remainingSeconds` < 0 where it is not known.
struct Progress {
    std::string activity;
    double fraction = 0;
    double remainingSeconds = -1;
};

/// Called from the worker's thread; must be cheap and must not throw. May be empty.
using ProgressSink = std::function<void(const Progress&)>;

}  // namespace bitdesk
