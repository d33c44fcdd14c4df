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

namespace bitdesk {

/// Runs `check(i, scratch)` for i in 0 … count−1 on all CPUs; `scratch` is the thread's own. Goes on past the items
/// that throw Error, then throws the first one's, in their order, with how many more there are. Any other exception,
/// and the stop token (as Cancelled), end it at once. Progress comes from the calling thread.
void checkInParallel(std::size_t count, const std::function<void(std::size_t, std::vector<std::uint8_t>&)>& check,
                     const std::string& activity, const std::stop_token& stop, const ProgressSink& progress);

}  // namespace bitdesk
