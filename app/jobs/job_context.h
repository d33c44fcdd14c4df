// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

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

    /// The arbiter's; without one `otherwise`.
    int threads(int otherwise = 0) const { return arbiter != nullptr ? arbiter->threads() : otherwise; }
    /// The cores, for as long as it lives; nothing without an arbiter. Throws Cancelled.
    std::optional<ComputeArbiter::Lease> lease(ComputePriority priority) const {
        if (arbiter == nullptr) return std::nullopt;
        return arbiter->acquire(priority, stop);
    }
};

// How jobs speak to a store that another program may hold locked.

/// Waits for an answer; nothing once the store's thread waits for a lock and the job is not to (JobContext::later).
template <typename Result>
std::optional<Result> awaited(const JobContext& context, std::future<Result>& answer) {
    constexpr std::chrono::milliseconds kLook{5};
    while (context.later && answer.wait_for(kLook) != std::future_status::ready)
        if (context.store->waiting()) return std::nullopt;
    return answer.get();
}

/// What a task finds in the store; nothing where there is none, or where it cannot be asked now. The task must own what
/// it needs.
template <typename Task>
auto lookedUp(const JobContext& context, Task task) -> std::invoke_result_t<Task, Store&> {
    if (context.store == nullptr || (context.later && context.store->waiting())) return std::nullopt;
    auto answer = context.store->post(std::move(task));
    return awaited(context, answer).value_or(std::nullopt);
}

/// What a task that stores a result returns; nothing where nothing is to be stored, or where it is stored later. The
/// task must own what it stores.
template <typename Task>
auto stored(const JobContext& context, Task task) -> std::optional<std::invoke_result_t<Task, Store&>> {
    if (context.store == nullptr || !context.store->writes()) return std::nullopt;
    auto left = std::make_shared<std::atomic<bool>>(false);  // nobody waits for the answer any more
    auto answer = context.store->post([task = std::move(task), left, later = context.later](Store& store) mutable {
        try {
            return task(store);
        } catch (const std::exception& error) {
            if (left->load()) later(error.what());
            throw;
        }
    });
    auto result = awaited(context, answer);
    if (!result) *left = true;
    return result;
}

/// The same of a result that is told in any case: why it cannot be stored is kept, to be rethrown after that.
template <typename Task>
auto stored(const JobContext& context, std::exception_ptr& failure, Task task) -> decltype(stored(context, task)) {
    try {
        return stored(context, std::move(task));
    } catch (...) {
        failure = std::current_exception();
        return std::nullopt;
    }
}

}  // namespace bitdesk::jobs
