// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/plan/step_span.h"

#include <set>

namespace bitdesk {

std::vector<double> stepMilliseconds(std::span<const StepSpan> spans, std::size_t steps) {
    std::vector<double> shared(steps, 0.0), whole(steps, 0.0);
    std::set<int> threads;
    for (const StepSpan& span : spans) {
        const bool isWhole = span.thread == StepSpan::kWholeStep;
        (isWhole ? whole : shared).at(static_cast<std::size_t>(span.step)) += span.milliseconds();
        if (!isWhole) threads.insert(span.thread);
    }
    for (std::size_t s = 0; s < steps; ++s)
        if (whole[s] == 0 && !threads.empty()) whole[s] = shared[s] / static_cast<double>(threads.size());
    return whole;
}

}  // namespace bitdesk
