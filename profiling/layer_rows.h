// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/execute/plan/executor.h"
#include "core/results/layer_table.h"

namespace bitdesk {

/// Gathers step times of whole runs and fits a layer table's rows from them.
class LayerRows {
public:
    LayerRows(const MetaModel& model, Executor& executor);

    /// Times of a run's steps under a mix, milliseconds, in plan order.
    void add(const BitConfiguration& mix, std::span<const double> stepMilliseconds);

    /// The rows as far as known: medians with their intervals. A row depends on the next layer's width only where
    /// that shows: some cells of one width have 99.99 % intervals that do not meet, and medians more than 3 % apart.
    std::vector<LayerRow> fit() const;

    const std::vector<int>& widths() const { return m_widths; }

private:
    std::size_t widthIndex(const BitConfiguration& mix, int quantizable) const;

    std::vector<int> m_widths;                                             // ascending
    std::vector<LayerRow> m_rows;                                          // without cells
    std::vector<std::vector<std::vector<std::vector<double>>>> m_samples;  // [row][width][next width]
};

}  // namespace bitdesk
