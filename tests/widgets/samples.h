// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Values that the tests of the widgets show.
#pragma once

#include <QLabel>
#include <QWidget>
#include <vector>

#include "core/results/layer_table.h"
#include "core/results/results.h"

namespace bitdesk::samples {

/// Markup, a line break and a right-to-left override: what a name from a file may hold.
inline const std::string kHostile = "<b>conv</b>\n\u202Egnp";

inline Measurement measured(const BitConfiguration& bits, std::vector<double> samplesMs) {
    Measurement m;
    m.bits = bits;
    m.samplesMs = std::move(samplesMs);
    m.latencyMs = quartiles(m.samplesMs);
    m.medianCi95 = {.low = m.latencyMs.median - 0.003, .high = m.latencyMs.median + 0.003};
    m.stopReason = "target";
    return m;
}

inline LayerCell cell(double ms) {
    return {.milliseconds = {.median = ms, .q1 = 0.9 * ms, .q3 = 1.2 * ms, .n = 240},
            .ci95 = {.low = 0.99 * ms, .high = 1.01 * ms}};
}

/// A stem that no fader moves, and two layers at 2 and 4 bits; the first writes for the second, and has no kernel for 2
/// bits. At "4,2": 0.01 + 0.045 + 0.03 + 0.02 = 0.105 ms.
inline LayerTable table() {
    LayerTable table;
    table.widths = {2, 4};
    table.mixes = 81;
    LayerRow stem, first, second;
    stem.name = "stem";
    stem.kernels = {"int8"};
    stem.executedBits = {8};
    stem.cells = {{cell(0.01)}};
    first.name = kHostile;
    first.quantizable = 0;
    first.next = 1;
    first.kernels = {"direct-4", "vnni"};
    first.executedBits = {4, 4};
    first.cells = {{cell(0.040), cell(0.041)}, {cell(0.045), cell(0.046)}};
    second.name = "conv2";
    second.quantizable = 1;
    second.kernels = {"planes", "vnni"};
    second.executedBits = {2, 4};
    second.cells = {{cell(0.03)}, {cell(0.05)}};
    table.rows = {stem, first, second};
    table.outsideMs = {.median = 0.02, .q1 = 0.018, .q3 = 0.025, .n = 240};
    const auto check = [](std::vector<int> bits, double predicted, double measured) {
        return LayerTableCheck{.bits = {std::move(bits)},
                               .predictedMs = predicted,
                               .measuredMs = measured,
                               .measuredCi95 = {.low = measured - 0.001, .high = measured + 0.001}};
    };
    table.checks = {check({4, 4}, 0.126, 0.125), check({2, 2}, 0.100, 0.104), check({2, 4}, 0.121, 0.120)};
    return table;
}

inline QString label(const QWidget& widget, const char* name) {
    const auto* found = widget.findChild<QLabel*>(QLatin1String(name));
    return found != nullptr ? found->text() : QStringLiteral("(no such label)");
}
inline QColor colour(const QWidget& widget, const char* name) {
    const auto* found = widget.findChild<QLabel*>(QLatin1String(name));
    return found != nullptr ? found->palette().color(QPalette::WindowText) : QColor();
}

}  // namespace bitdesk::samples
