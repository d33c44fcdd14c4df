// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bitdesk {

/// Where the time of a run went: a step on one thread, or a step as its caller saw it.
struct StepSpan {
    /// The thread of a step that was divided among threads, from its begin until all of them are done.
    static constexpr int kWholeStep = -1;

    int step = 0;
    int thread = 0;                   ///< 0: the caller's
    std::int64_t begin = 0, end = 0;  ///< nanoseconds of the steady clock

    double milliseconds() const { return static_cast<double>(end - begin) * 1e-6; }
};

/// Wall time of each of a plan's `steps` inside one run, milliseconds: its whole span where there is one, else what all
/// threads spent on it divided by their number, since they then work side by side on images of their own.
std::vector<double> stepMilliseconds(std::span<const StepSpan> spans, std::size_t steps);

}  // namespace bitdesk
