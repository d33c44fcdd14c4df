// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/statistics/distributions.h"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <numbers>

namespace bitdesk {

double binomialUpperTail(std::int64_t successes, std::int64_t trials, double p) {
    if (successes <= 0 || (p >= 1 && successes <= trials)) return 1;
    if (successes > trials || p <= 0) return 0;
    // The regularized incomplete beta function (NIST's Digital Library of Mathematical Functions, 8.17.5).
    return boost::math::ibeta(static_cast<double>(successes), static_cast<double>(trials - successes + 1), p);
}

double normalTwoSided(double confidence) { return std::numbers::sqrt2 * boost::math::erfc_inv(1 - confidence); }

}  // namespace bitdesk
