// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace bitdesk {

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every platform and standard library, unlike
/// `std::shuffle` and the distributions of <random>. Its whole state is one word, so checkpoints can keep it.
class Random {
public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}

    std::uint64_t next();
    /// Uniform integer in [0, bound); bound > 0. Unbiased (rejection).
    std::uint64_t below(std::uint64_t bound);
    /// Uniform real in [0, 1).
    double uniform();
    /// Standard normal (Box-Muller).
    double normal();

    std::uint64_t state() const noexcept { return m_state; }
    void setState(std::uint64_t state) noexcept { m_state = state; }

private:
    std::uint64_t m_state;
};

/// Fisher-Yates permutation of 0 … size-1, fixed by the seed.
std::vector<std::int64_t> permutation(std::int64_t size, std::uint64_t seed);

}  // namespace bitdesk
