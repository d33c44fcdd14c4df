// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/report.h"
#include "core/results/json_of.h"

// What a report's JSON holds: one list for what writes it and what reads it.
namespace bitdesk {

/// Of a subject's evaluation: model and bits stand beside it.
inline const Picks& subjectEvaluation() {
    static const Picks kPicks{"id",      "data",       "data_hash",    "preparation", "skipped",     "split",
                              "subset",  "order_seed", "numerics",     "correct",     "total",       "accuracy",
                              "ci95",    "bitops",     "weight_bytes", "norm_bytes",  "device",      "backend",
                              "seconds", "looks",      "created_at",   "predictions", "correct_mask"};
    return kPicks;
}
inline const Picks& pointEvaluation() {
    static const Picks kPicks{"id",          "model",    "model_hash", "data",       "data_hash",
                              "preparation", "skipped",  "split",      "bits",       "correct",
                              "total",       "accuracy", "ci95",       "bitops",     "weight_bytes",
                              "norm_bytes",  "device",   "backend",    "created_at", "looks"};
    return kPicks;
}
inline const Picks& subjectMeasurement() {
    static const Picks kPicks{"id",          "backend",        "device",  "threads",   "batch",     "simulated",
                              "latency_ms",  "median_ci95_ms", "machine", "build",     "run_group", "created_at",
                              "environment", "details",        "layers",  "samples_ms"};
    return kPicks;
}

template <SelfOf<ReportLayer> Self>
void fields(Self& s, const auto& visit) {
    visit("name", s.name);
    visit("fader", IndexOrNone{s.quantizable});
    visit("macs", s.macs);
}
template <SelfOf<ReportLimit> Self>
void fields(Self& s, const auto& visit) {
    visit("subject", s.subject);
    visit("name", s.name);
    visit("broken", s.broken);
    visit("reason", s.reason);
}
template <SelfOf<ReportFinding> Self>
void fields(Self& s, const auto& visit) {
    visit("layer", s.layer);
    visit("from_bits", s.fromBits);
    visit("to_bits", s.toBits);
    visit("cause", s.cause);
    visit("explanation", s.explanation);
}
template <SelfOf<ClassFlips> Self>
void fields(Self& s, const auto& visit) {
    visit("class", s.label);
    visit("both_right", s.bothRight);
    visit("lost", s.lost);
    visit("gained", s.gained);
}

}  // namespace bitdesk
