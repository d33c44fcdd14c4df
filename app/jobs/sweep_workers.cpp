// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/sweep_workers.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <numeric>
#include <shared_mutex>
#include <thread>

#include "app/jobs/memory.h"
#include "core/evaluate/sweep.h"

namespace bitdesk::jobs {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// How many executors, and on how many threads each.
struct Workers {
    int count = 1, threadsEach = 1;
};
Workers divide(const DeviceChoice& device, int threads, std::size_t configurations) {
    if (!traitsOf(device).runsSideBySide) return {1, threads};
    const int workers = std::clamp(static_cast<int>(std::min<std::size_t>(configurations, 4096)), 1, threads);
    return {workers, std::max(threads / workers, 1)};
}

/// Hands out subtrees of the trie's order: small ones first, then such as take some seconds, since what is not
/// finished is lost when the machine stops.
class Queue {
public:
    explicit Queue(const std::vector<BitConfiguration>& configurations) : m_order(configurations.size()) {
        std::iota(m_order.begin(), m_order.end(), std::size_t{0});
        std::ranges::sort(m_order, {}, [&](std::size_t i) -> const BitConfiguration& { return configurations[i]; });
    }

    std::vector<std::size_t> take(int workers) {
        const std::scoped_lock lock(m_mutex);
        const std::size_t left = m_order.size() - m_next;
        // Towards the end, pieces that let all workers finish together.
        const std::size_t fair = std::max<std::size_t>(left / (2 * static_cast<std::size_t>(workers)), 1);
        const auto begin = m_order.begin() + static_cast<std::ptrdiff_t>(m_next);
        m_next += std::min({left, m_size, fair});
        return {begin, m_order.begin() + static_cast<std::ptrdiff_t>(m_next)};
    }

    void tookSeconds(double seconds, std::size_t configurations) {
        constexpr double kWanted = 5;
        constexpr std::size_t kSmallest = 8;  // below, too little is shared
        const std::scoped_lock lock(m_mutex);
        const double each = std::max(seconds / static_cast<double>(configurations), 1e-6);
        m_size = static_cast<std::size_t>(
            std::clamp(kWanted / each, static_cast<double>(kSmallest), static_cast<double>(kLargestSubtree)));
    }

private:
    std::mutex m_mutex;
    std::vector<std::size_t> m_order;
    std::size_t m_next = 0, m_size = 8;
};

class Crew {
public:
    Crew(const SweepRequest& request, const std::vector<BitConfiguration>& configurations, const JobContext& context,
         const FinishedSink& finished)
        : m_request(request),
          m_configurations(configurations),
          m_context(context),
          m_finished(finished),
          m_queue(configurations) {}

    WorkersResult run() {
        if (m_context.arbiter != nullptr)
            m_lease.emplace(m_context.arbiter->acquire(ComputePriority::Background, m_context.stop));
        const int threads = m_context.arbiter != nullptr ? m_context.arbiter->threads() : ComputeArbiter().threads();
        const std::string note = makeExecutors(threads);
        const std::int64_t size = m_request.data->size(), limit = m_request.options.limit;
        m_total = static_cast<std::int64_t>(m_configurations.size()) * (limit > 0 ? std::min(limit, size) : size);
        m_begin = Clock::now();
        const std::stop_callback forward(m_context.stop, [this] { m_stop.request_stop(); });
        {
            std::vector<std::jthread> others;
            for (std::size_t i = 1; i < m_executors.size(); ++i) others.emplace_back([this, i] { guardedWork(i); });
            guardedWork(0);
        }
        if (m_failure) std::rethrow_exception(m_failure);
        return {.seconds = secondsSince(m_begin),
                .images = m_done,
                .workers = static_cast<int>(m_executors.size()),
                .workersNote = note};
    }

private:
    /// As many as there are threads and memory for; why there are fewer than threads.
    std::string makeExecutors(int threads) {
        const Workers wanted = divide(m_request.device, threads, m_configurations.size());
        if (!traitsOf(m_request.device).runsSideBySide) {
            addExecutor(wanted.threadsEach);
            return {};
        }
        const MemoryBudget budget = memoryBudget(m_request.rank.onThisMachine);
        SweepMemory memory = sweepMemory(*m_request.model, m_configurations, *m_request.data, m_request.options.batch);
        workersThatFit(memory, budget, wanted.count);  // refuses what cannot be, before anything is packed
        addExecutor(wanted.threadsEach);
        if (const auto measured = m_executors.front()->memory()) takeMeasured(memory, *measured);
        const int fit = workersThatFit(memory, budget, wanted.count);
        const int threadsEach = std::max(threads / fit, 1);
        if (fit < wanted.count && threadsEach != wanted.threadsEach) {
            m_executors.clear();
            addExecutor(threadsEach);
        }
        while (static_cast<int>(m_executors.size()) < fit) addExecutor(threadsEach);
        return fit < wanted.count ? fewerWorkersNote(memory, budget, fit, wanted.count) : std::string();
    }

    /// One after the other: kernels are chosen by the clock.
    void addExecutor(int threads) {
        m_executors.push_back(makeExecutor(*m_request.model, m_request.device, threads));
        m_executors.back()->prepareAll(m_context.stop);
    }

    /// Keeps the first failure and ends the others.
    void guardedWork(std::size_t worker) {
        try {
            work(*m_executors[worker]);
        } catch (...) {
            const std::scoped_lock lock(m_handOver);
            if (!m_failure) m_failure = std::current_exception();
            m_stop.request_stop();
        }
    }

    void work(Executor& executor) {
        std::shared_lock computing(m_computing);
        while (true) {
            const auto indices = m_queue.take(static_cast<int>(m_executors.size()));
            if (indices.empty()) return;
            const auto begin = Clock::now();
            std::vector<BitConfiguration> mixes;
            mixes.reserve(indices.size());
            for (const std::size_t index : indices) mixes.push_back(m_configurations[index]);
            SweepOptions options{.evaluation = m_request.options, .subtree = mixes.size(), .onBatch = {}};
            options.onBatch = [&](std::int64_t images) { afterBatch(images, computing); };
            sweep(executor, *m_request.model, mixes, *m_request.data, options, m_stop.get_token(),
                  [&](FinishedSubtree found) { handOver(executor, indices, std::move(found)); });
            m_queue.tookSeconds(secondsSince(begin), indices.size());
        }
    }

    void handOver(const Executor& executor, const std::vector<std::size_t>& indices, FinishedSubtree found) {
        for (std::size_t& index : found.indices) index = indices[index];
        const std::scoped_lock lock(m_handOver);
        m_finished(executor, found.indices, std::move(found.outcomes));
    }

    void afterBatch(std::int64_t images, std::shared_lock<std::shared_mutex>& computing) {
        const std::int64_t done = m_done += images;
        if (m_context.progress) {
            const std::scoped_lock lock(m_reporting);
            m_context.progress({.activity = "evaluating",
                                .fraction = static_cast<double>(done) / static_cast<double>(m_total),
                                .remainingSeconds = secondsSince(m_begin) / static_cast<double>(done) *
                                                    static_cast<double>(m_total - done)});
        }
        if (!m_lease || !m_lease->shouldYield()) return;
        computing.unlock();
        yield();
        computing.lock();
    }

    /// All workers pause, then one of them gives the cores up for all.
    void yield() {
        const std::unique_lock all(m_computing);
        if (m_lease->shouldYield()) m_lease->yield(m_stop.get_token());
    }

    const SweepRequest& m_request;
    const std::vector<BitConfiguration>& m_configurations;
    const JobContext& m_context;
    const FinishedSink& m_finished;
    Queue m_queue;
    std::vector<std::unique_ptr<Executor>> m_executors;
    std::optional<ComputeArbiter::Lease> m_lease;
    std::shared_mutex m_computing;  // shared: by each worker while it computes
    std::mutex m_handOver, m_reporting;
    std::exception_ptr m_failure;
    std::stop_source m_stop;
    std::atomic<std::int64_t> m_done = 0;
    std::int64_t m_total = 1;
    Clock::time_point m_begin;
};

}  // namespace

WorkersResult evaluateInParallel(const SweepRequest& request, const std::vector<BitConfiguration>& configurations,
                                 const JobContext& context, const FinishedSink& finished) {
    return Crew(request, configurations, context, finished).run();
}

}  // namespace bitdesk::jobs
