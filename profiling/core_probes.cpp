// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/core_probes.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#ifdef __linux__
#include <pthread.h>
#include <sched.h>
#endif

namespace bitdesk {
namespace {

#if defined(__x86_64__) || defined(__aarch64__)
constexpr bool kKnown = true;
#else
constexpr bool kKnown = false;
#endif

constexpr int kAdditionsPerTurn = 64;

// Register to register: recent cores fold additions of constants while renaming, several a cycle.
void addInAChain(long turns) {
    [[maybe_unused]] unsigned long sum = 0;
    [[maybe_unused]] const unsigned long addend = 3;
    for (long turn = 0; turn < turns; ++turn) {
#if defined(__x86_64__)
        asm volatile(".rept 64\n\tadd %1, %0\n\t.endr" : "+r"(sum) : "r"(addend) : "cc");
#elif defined(__aarch64__)
        asm volatile(".rept 64\n\tadd %0, %0, %1\n\t.endr" : "+r"(sum) : "r"(addend));
#endif
    }
}

double chainMHz() {
    constexpr long kTurns = 5000;  // some 0.1 ms: shorter than a time slice, long against reading the clock
    const auto begin = std::chrono::steady_clock::now();
    addInAChain(kTurns);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    return took.count() > 0 ? static_cast<double>(kTurns * kAdditionsPerTurn) / took.count() : 0;
}

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 400;  // some 0.03 ms where a cache is shared: shorter than a time slice
constexpr int kRepeats = 9;
constexpr std::chrono::milliseconds kPatience{20};  // for a pair, whatever holds its CPUs

bool bindTo([[maybe_unused]] int cpu) {
#ifdef __linux__
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(cpu), &one);
    return pthread_setaffinity_np(pthread_self(), sizeof one, &one) == 0;
#else
    return false;
#endif
}

/// One line that two threads write in turns: even values are the caller's, odd ones the partner's.
class Line {
public:
    explicit Line(Clock::time_point end) : m_end(end) {}

    /// Waits for `value`, then writes the next. False where the time is over.
    bool answer(int value) {
        for (int look = 1; m_value.load(std::memory_order_acquire) != value; ++look)
            if ((look % 1024 == 0 && Clock::now() > m_end) || m_failed.load(std::memory_order_relaxed)) return false;
        m_value.store(value + 1, std::memory_order_release);
        return true;
    }
    void fail() { m_failed = true; }

private:
    alignas(64) std::atomic<int> m_value{0};
    alignas(64) std::atomic<bool> m_failed{false};
    Clock::time_point m_end;
};

/// Nanoseconds there and back, on threads of their own, so that the caller stays where it may run.
std::optional<double> betweenPair(int first, int second) {
    Line line(Clock::now() + kPatience);
    std::array<double, kRepeats> found{};
    bool complete = false;
    std::thread partner([&] {
        if (!bindTo(second)) line.fail();
        for (int i = 0; i < kRepeats * kRounds; ++i)
            if (!line.answer(2 * i + 1)) return;
    });
    std::thread measuring([&] {
        if (!bindTo(first)) line.fail();
        for (int repeat = 0, i = 0; repeat < kRepeats; ++repeat) {
            const auto begin = Clock::now();
            for (int round = 0; round < kRounds; ++round, ++i)
                if (!line.answer(2 * i)) return;
            const std::chrono::duration<double, std::nano> took = Clock::now() - begin;
            found[static_cast<std::size_t>(repeat)] = took.count() / kRounds;
        }
        complete = true;
    });
    partner.join();
    measuring.join();
    if (!complete) return std::nullopt;
    std::ranges::nth_element(found, found.begin() + kRepeats / 2);
    return found[kRepeats / 2];
}

}  // namespace

std::optional<double> measureEffectiveMHz() {
    if (!kKnown) return std::nullopt;
    constexpr int kMost = 80, kWithoutGain = 8;
    double best = 0;
    // An idle core takes milliseconds to reach its clock: on, as long as the chains become faster.
    for (int chain = 0, since = 0; chain < kMost && since < kWithoutGain; ++chain, ++since) {
        const double found = chainMHz();
        if (found > 1.005 * best) since = 0;
        if (found > best) best = found;
    }
    constexpr double kLeast = 100, kHighest = 20000;
    if (best < kLeast || best > kHighest) return std::nullopt;
    return best;
}

std::optional<double> measureHandoverNs(std::span<const int> cpus) {
    constexpr std::size_t kMostPairs = 7;
    std::optional<double> longest;
    if (cpus.size() < 2) return longest;
    const std::size_t pairs = std::min(cpus.size() - 1, kMostPairs);
    for (std::size_t pair = 1; pair <= pairs; ++pair) {
        // Spread over all: neighbours share a cache rather than those far apart.
        const auto ns = betweenPair(cpus.front(), cpus[pair * (cpus.size() - 1) / pairs]);
        if (ns && *ns > longest.value_or(0)) longest = ns;
    }
    return longest;
}

bool alikeHandover(std::optional<double> a, std::optional<double> b) {
    constexpr double kApart = 2.5;
    return !a || !b || std::max(*a, *b) <= kApart * std::min(*a, *b);
}

}  // namespace bitdesk
