// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/results.h"

#include "core/statistics/median.h"

namespace bitdesk {

void Measurement::summarize() {
    latencyMs = quartiles(samplesMs);
    medianCi95 = medianInterval(samplesMs);
}

}  // namespace bitdesk
