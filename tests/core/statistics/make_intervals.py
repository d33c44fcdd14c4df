#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes intervals.csv, which intervals_test.cpp holds the program against: Wilson's intervals of statsmodels, McNemar's
exact test of statsmodels, and Agresti and Min's interval in exact fractions with SciPy's normal quantile (statsmodels has
none for pairs). Columns: kind, counts, n, confidence, then what was found.

    pip install scipy==1.17.1 statsmodels==0.15.0 && python3 make_intervals.py > intervals.csv
"""

from fractions import Fraction
from math import sqrt

from scipy.stats import norm
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

LARGE = [200, 2_000, 10_000, 1_000_000]


def paired(b, c, n, confidence):
    """b: only A is right, c: only B. Section 3 of the paper: n_ij + 1/2 in every cell, then Wald's interval."""
    half = Fraction(1, 2)
    p12, p21 = (b + half) / Fraction(n + 2), (c + half) / Fraction(n + 2)
    centre, variance = p21 - p12, (p12 + p21 - (p21 - p12) ** 2) / (n + 2)
    z = norm.ppf((1 + confidence) / 2)
    return max(-1.0, float(centre) - z * sqrt(variance)), min(1.0, float(centre) + z * sqrt(variance))


print("# SPDX-FileCopyrightText: 2026 The Bitdesk Developers")
print("# SPDX-License-Identifier: GPL-3.0-or-later")
for n in [*range(1, 51), *LARGE]:
    for k in sorted({0, 1, n // 3, n // 2, n - 1, n}):
        low, high = proportion_confint(k, n, 0.05, "wilson")
        print(f"wilson,{k},0,{n},0.95,{low:.15g},{high:.15g},0")
    pairs = {(0, 0), (n, 0), (0, n), (n // 2, n - n // 2), (n // 3, n // 4), (1, 0), (0, n - 1)}
    for b, c in sorted(pairs):
        confidence = 0.995 if n % 7 == 0 else 0.95
        low, high = paired(b, c, n, confidence)
        p = mcnemar([[0, b], [c, 0]], exact=True).pvalue if b + c else 1.0
        print(f"paired,{b},{c},{n},{confidence},{low:.15g},{high:.15g},{p:.15g}")
