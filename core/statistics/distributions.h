// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace bitdesk {

/// P(Binomial(trials, p) ≥ successes).
double binomialUpperTail(std::int64_t successes, std::int64_t trials, double p);

/// z with P(|Z| ≤ z) = confidence for a standard normal Z; 0 < confidence < 1.
double normalTwoSided(double confidence);

}  // namespace bitdesk
