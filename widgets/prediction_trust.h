// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cmath>
#include <optional>

namespace bitdesk {

/// How far off a prediction is to be taken, now: the table's own checks were measured beside it, so they do not see
/// that the machine has changed its speed since.
struct PredictionTrust {
    /// Median |error|: the larger of the table's on its checks and that of the mixes measured since, in this window.
    /// Where the last one was far off, its |error| if that is larger still: a median sees a change of speed late.
    std::optional<double> error;
    int since = 0;               ///< `error` is that of so many mixes measured since; 0: the table's
    std::optional<double> last;  ///< error of the mix measured last in this window: predicted / measured − 1

    bool otherSpeed() const {
        constexpr double kOff = 0.1;
        return last && std::abs(*last) > kOff;
    }
};

}  // namespace bitdesk
