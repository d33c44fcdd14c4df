// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/parallel_check.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "core/base/compute_arbiter.h"

namespace bitdesk {
namespace {

/// What the threads share.
class Checks {
public:
    Checks(std::size_t count, const std::function<void(std::size_t, std::vector<std::uint8_t>&)>& check, int threads)
        : m_count(count), m_check(check), m_running(threads) {}

    void work() {
        constexpr std::size_t kPiece = 32;
        std::vector<std::uint8_t> scratch;
        try {
            for (std::size_t begin; !m_end && (begin = m_next.fetch_add(kPiece)) < m_count;)
                for (std::size_t i = begin; i < std::min(begin + kPiece, m_count) && !m_end; ++i) checkOne(i, scratch);
        } catch (...) {
            const std::scoped_lock lock(m_mutex);
            if (!m_failure) m_failure = std::current_exception();
            m_end = true;
        }
        const std::scoped_lock lock(m_mutex);
        --m_running;
        m_changed.notify_all();
    }

    /// Until all threads are done; asks for the end when `stop` fires.
    void wait(const std::function<void(double)>& show, const std::stop_token& stop) {
        constexpr std::chrono::milliseconds kStep(50);
        std::unique_lock lock(m_mutex);
        while (!m_changed.wait_for(lock, kStep, [&] { return m_running == 0; })) {
            if (stop.stop_requested()) m_end = true;
            lock.unlock();
            show(static_cast<double>(m_done) / static_cast<double>(m_count));
            lock.lock();
        }
    }

    /// In the order of the items; throws what ended it.
    std::vector<CheckFailure> failures() {
        if (m_failure) std::rethrow_exception(m_failure);
        std::ranges::sort(m_failures, {}, &CheckFailure::item);
        return std::move(m_failures);
    }

private:
    void checkOne(std::size_t i, std::vector<std::uint8_t>& scratch) {
        try {
            m_check(i, scratch);
        } catch (const Error& error) {
            const std::scoped_lock lock(m_mutex);
            m_failures.push_back({i, error, dynamic_cast<const UnfitImage*>(&error) != nullptr});
            if (m_failures.size() > kMostFailures) m_end = true;
        }
        ++m_done;
    }

    const std::size_t m_count;
    const std::function<void(std::size_t, std::vector<std::uint8_t>&)>& m_check;
    std::atomic<std::size_t> m_next = 0, m_done = 0;
    std::atomic<bool> m_end = false;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    int m_running;
    std::vector<CheckFailure> m_failures;
    std::exception_ptr m_failure;
};

}  // namespace

std::vector<CheckFailure> checkInParallel(std::size_t count,
                                          const std::function<void(std::size_t, std::vector<std::uint8_t>&)>& check,
                                          const std::string& activity, const std::stop_token& stop,
                                          const ProgressSink& progress) {
    if (stop.stop_requested()) throw Cancelled();
    const int threads = ComputeArbiter().threads();
    Checks checks(count, check, threads);
    const auto begin = std::chrono::steady_clock::now();
    const auto show = [&](double fraction) {
        if (!progress) return;
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        progress({.activity = activity,
                  .fraction = fraction,
                  .remainingSeconds = fraction > 0 ? seconds * (1 - fraction) / fraction : -1});
    };
    {
        std::vector<std::jthread> team;
        team.reserve(static_cast<std::size_t>(threads));
        for (int i = 0; i < threads; ++i) team.emplace_back([&] { checks.work(); });
        checks.wait(show, stop);
    }
    if (stop.stop_requested()) throw Cancelled();
    auto failures = checks.failures();
    if (failures.empty()) show(1);
    return failures;
}

}  // namespace bitdesk
