// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "core/base/compute_arbiter.h"
#include "core/base/progress.h"
#include "core/evaluate/prefix_cache.h"
#include "core/store/store_thread.h"

namespace bitdesk::jobs {

/// What every job may use. `store` is null under --no-store. The arbiter is the process's one.
struct JobContext {
    StoreThread* store = nullptr;
    ComputeArbiter* arbiter = nullptr;
    ProgressSink progress;
    std::stop_token stop;
    /// Of the executor that runs the job, or nullptr: what earlier evaluations of the same images left to go on from.
    PrefixCache* prefixes = nullptr;
    /// Where the job must not wait while another program holds the store's database (a hand moves the mix): it goes on,
    /// its result is stored once the lock is gone, and this is told from the store's thread if that fails. Empty: the
    /// job waits.
    std::function<void(const std::string& failure)> later = {};
};

}  // namespace bitdesk::jobs
