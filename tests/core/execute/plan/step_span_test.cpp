// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/plan/executor.h"

#include <gtest/gtest.h>

namespace bitdesk {
namespace {

TEST(StepSpans, AreSummedByStep) {
    const auto span = [](int step, int thread, std::int64_t begin, std::int64_t end) {
        return StepSpan{.step = step, .thread = thread, .begin = begin, .end = end};
    };
    // Step 0 divided: the caller saw 3 ms. Steps 1 and 2 side by side on two threads.
    const std::vector<StepSpan> spans{
        span(0, 0, 0, 2'000'000),         span(0, 1, 0, 1'000'000),         span(0, StepSpan::kWholeStep, 0, 3'000'000),
        span(1, 0, 3'000'000, 5'000'000), span(1, 1, 3'000'000, 7'000'000), span(2, 0, 5'000'000, 6'000'000)};
    EXPECT_EQ(stepMilliseconds(spans, 4), (std::vector<double>{3, 3, 0.5, 0}));
    EXPECT_EQ(stepMilliseconds({}, 2), (std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace bitdesk
