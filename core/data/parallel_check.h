// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/data/data_set.h"

namespace bitdesk {

inline constexpr std::size_t kMostFailures = 100'000;

/// An item whose check threw.
struct CheckFailure {
    std::size_t item;
    Error error;
    bool unfit;  ///< it was an UnfitImage
};

/// Runs `check(i, scratch)` for i in 0 … count−1 on all CPUs; `scratch` is the thread's own. Goes on past the items
/// that throw Error, up to kMostFailures and one, and returns them in their order. Any other exception, and the stop
/// token (as Cancelled), end it at once. Progress comes from the calling thread.
std::vector<CheckFailure> checkInParallel(std::size_t count,
                                          const std::function<void(std::size_t, std::vector<std::uint8_t>&)>& check,
                                          const std::string& activity, const std::stop_token& stop,
                                          const ProgressSink& progress);

}  // namespace bitdesk
