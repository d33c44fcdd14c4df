// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <optional>

#include "core/results/histogram.h"
#include "core/results/results.h"
#include "core/statistics/verdicts.h"
#include "widgets/plot_panel.h"

class QCPBars;
class QCPGraph;
class QCPItemRect;
class QCPItemStraightLine;
class QCPItemText;
class QLabel;

namespace bitdesk {

struct TimeUnit;

/// How the latencies of the mix in hand are distributed, and those of the mix that it was measured against in the same
/// interleaved run. Runs far from all others are collected in a hatched bin at the edge: seen and counted, not dropped.
class DistributionPlot : public PlotPanel {
    Q_OBJECT
public:
    explicit DistributionPlot(QWidget* parent = nullptr);

    using QWidget::show;
    /// `referenceName` says what `reference` is: "the baseline".
    void show(const Measurement& present, const std::optional<Measurement>& reference,
              const std::optional<LatencyComparison>& comparison, const QString& referenceName);
    /// The hand moved: what is shown belongs to the former mix.
    void setStale();
    void clear();

    const Binning& binning() const { return m_binning; }

protected:
    void style(const Theme& theme) final;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Series {
        QCPBars* bars = nullptr;
        QCPBars* outside = nullptr;  ///< below the first or above the last bin
        QCPItemStraightLine* median = nullptr;
        QCPItemRect* interval = nullptr;
        QCPGraph* key = nullptr;  ///< for the legend
        int place = 0;            ///< of `outside`: bins away from the axis' own, each series in its own
    };
    Series createSeries(const QString& name, int place);
    void createLegend();
    void styleSeries(const Series& series, const QColor& colour, bool filled);
    void refresh();
    double fill(const Series& series, const Measurement& measurement, const TimeUnit& unit);
    void setRanges(double tallest, bool below, bool above, const TimeUnit& unit);
    void nameReference();
    QString referenceText() const;
    void writeNotes(const TimeUnit& unit);
    void writeWarnings();

    Series m_present, m_reference;
    QCPItemText* m_outsideText = nullptr;
    QLabel* m_note = nullptr;
    QLabel* m_verdict = nullptr;
    QLabel* m_warnings = nullptr;
    std::optional<Measurement> m_shown, m_against;
    std::optional<LatencyComparison> m_comparison;
    QString m_referenceName;
    Binning m_binning;
    bool m_stale = false;
};

}  // namespace bitdesk
