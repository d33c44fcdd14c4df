// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>

#include "core/base/compute_arbiter.h"
#include "core/base/progress.h"
#include "core/store/store_thread.h"

namespace bitdesk::jobs {

/// What every job may use. `store` is null under --no-store. The arbiter is the process's one.
struct JobContext {
    StoreThread* store = nullptr;
    ComputeArbiter* arbiter = nullptr;
    ProgressSink progress;
    std::stop_token stop;
};

}  // namespace bitdesk::jobs
