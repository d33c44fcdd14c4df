// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/statistics/orthogonal_array.h"

#include <cstddef>

namespace bitdesk {
namespace {

int primeFrom(int number) {
    for (;; ++number) {
        bool prime = number > 1;
        for (int d = 2; prime && d * d <= number; ++d) prime = number % d != 0;
        if (prime) return number;
    }
}

/// The digits of a number to base p, lowest first.
std::vector<int> digits(std::size_t number, int p, int count) {
    std::vector<int> found;
    for (int i = 0; i < count; ++i, number /= static_cast<std::size_t>(p))
        found.push_back(static_cast<int>(number % static_cast<std::size_t>(p)));
    return found;
}

/// One vector of each direction: those whose first digit that is not 0 is 1. Any two are linearly independent.
bool isDirection(const std::vector<int>& vector) {
    for (const int digit : vector)
        if (digit != 0) return digit == 1;
    return false;
}

}  // namespace

std::vector<std::vector<int>> orthogonalArray(int levels, int columns) {
    if (levels == 1) return {std::vector<int>(static_cast<std::size_t>(columns), 0)};
    const int p = primeFrom(levels);
    int k = 1;
    std::size_t rows = static_cast<std::size_t>(p);
    for (; (rows - 1) / static_cast<std::size_t>(p - 1) < static_cast<std::size_t>(columns); ++k)
        rows *= static_cast<std::size_t>(p);
    std::vector<std::vector<int>> directions;
    for (std::size_t v = 1; directions.size() < static_cast<std::size_t>(columns); ++v)
        if (auto vector = digits(v, p, k); isDirection(vector)) directions.push_back(std::move(vector));
    std::vector<std::vector<int>> array(rows);
    for (std::size_t r = 0; r < rows; ++r) {
        const auto row = digits(r, p, k);
        for (const auto& direction : directions) {
            int sum = 0;
            for (std::size_t i = 0; i < row.size(); ++i) sum += row[i] * direction[i];
            array[r].push_back(sum % p % levels);
        }
    }
    return array;
}

}  // namespace bitdesk
