// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/effective_clock.h"

#include <chrono>

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

}  // namespace bitdesk
