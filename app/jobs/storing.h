// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "app/jobs/job_context.h"

// How jobs speak to a store that another program may hold locked.
namespace bitdesk::jobs {

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

}  // namespace bitdesk::jobs
