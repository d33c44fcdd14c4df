// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "core/results/layer_table.h"
#include "core/results/results.h"
#include "widgets/plot_panel.h"

namespace bitdesk {

/// How far off a prediction is to be taken, now: the table's own checks were measured beside it, so they do not see
/// that the machine has changed its speed since.
struct PredictionTrust {
    /// Median |error|: the larger of the table's on its checks and that of the mixes measured since, in this window.
    /// Where the last one was far off, its |error| if that is larger still: a median sees a change of speed late.
    std::optional<double> error;
    int since = 0;               ///< `error` is that of so many mixes measured since; 0: the table's
    std::optional<double> last;  ///< error of the mix measured last in this window: predicted / measured − 1

    bool otherSpeed() const {
        constexpr double kOff = 0.1;
        return last && std::abs(*last) > kOff;
    }
};

/// Predicted against measured time of whole runs: the checks that were measured beside the layer table, and the mixes
/// measured since. On the diagonal the table was right. Click a point to load its mix.
class PredictionPlot : public MixPlot {
    Q_OBJECT
public:
    explicit PredictionPlot(QWidget* parent = nullptr);

    void setTable(const std::optional<LayerTable>& table);
    /// Measured in this window, now. Ignores what was not predicted beforehand, and simulated bits. The last of a mix
    /// is shown.
    void addMeasured(const Measurement& measurement);
    /// Measured before this window was opened, the newest of a mix last: shown, but no judgement of the table today.
    void addStored(const std::vector<Measurement>& measurements);
    void clear();

    /// How far off the next prediction is to be taken.
    PredictionTrust trust() const;
    int pointCount() const { return static_cast<int>(m_checks.size() + m_measured.size()); }

protected:
    void style(const Theme& theme) final;
    QString toolTipText(std::size_t mix) const final;
    void setRanges() final;

private:
    struct Point {
        BitConfiguration bits;
        double predictedMs = 0, measuredMs = 0;
        Interval ci95;
        std::int64_t n = 0;  ///< 0: not told
        bool live = false;   ///< measured in this window
        double error() const { return measuredMs > 0 ? predictedMs / measuredMs - 1 : 0; }
    };
    void refresh();
    static std::optional<Point> pointOf(const Measurement& measurement);
    std::vector<double> measuredErrors(bool liveOnly) const;
    QString noteText() const;

    QCPGraph* m_lowEdge = nullptr;
    QCPGraph* m_highEdge = nullptr;
    QCPGraph* m_diagonal = nullptr;
    Dots m_checkDots, m_measuredDots;
    QLabel* m_note = nullptr;
    QLabel* m_warning = nullptr;
    std::optional<LayerTable> m_table;
    std::vector<Point> m_checks;
    std::map<BitConfiguration, Point> m_measured;
    std::optional<double> m_lastError;  ///< of the mix measured last in this window
    std::vector<Point> m_points;        ///< all of them, as they are drawn
};

}  // namespace bitdesk
