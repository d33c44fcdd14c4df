// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/results/results.h"
#include "core/results/trade_off.h"
#include "widgets/plot_panel.h"

class QButtonGroup;

namespace bitdesk {

class ElidedLabel;

/// Accuracy against cost of every mix tried, with 95 % intervals, the front, the present mix and the baseline. Cost is
/// BitOPs or, at the switch, the latency measured. Click a point to load its mix.
///
/// Latencies of different machines, executors, thread counts or batches do not belong on one axis. The plot draws what
/// it is given: the caller hands it those of one setting, and calls clear() when the setting changes. Even
/// then the machine may have been at another speed in another run: only what was measured in turns, in the newest run
/// group, is joined to a front; the rest is drawn hollow.
class TradeOffPlot : public MixPlot {
    Q_OBJECT
public:
    explicit TradeOffPlot(QWidget* parent = nullptr);

    void setCostAxis(CostOf cost);
    CostOf costAxis() const { return m_cost; }

    void clear();
    void setPoints(std::vector<EvaluationSummary> points);
    void addPoint(const EvaluationSummary& point);
    /// The mix in hand, with its estimate so far; nothing where it has none.
    void setPresent(std::optional<EvaluationSummary> present);
    void setBaseline(std::optional<BitConfiguration> bits);
    /// What whole runs of mixes were measured to take; of a mix its newest run counts. Simulated bits are refused.
    void addLatencies(const std::vector<Measurement>& measurements);

    int pointCount() const { return static_cast<int>(m_points.size()); }
    /// Mixes with an accuracy that the chosen axis has no place for.
    int missingCount() const { return pointCount() - static_cast<int>(m_view.marks().size()); }
    /// Mixes on the latency axis that were measured in another run than the newest.
    int otherRunCount() const;

protected:
    void style(const Theme& theme) final;
    QString toolTipText(std::size_t mix) const final;
    void setRanges() final;

private:
    void addSwitch();
    void refresh();
    void writeNote();
    std::optional<RunLatency> latencyOf(const BitConfiguration& bits) const;
    static Dot dotOf(const TradeOffMark& mark);

    ElidedLabel* m_note = nullptr;
    QButtonGroup* m_switch = nullptr;
    Dots m_front, m_all, m_others, m_baseline, m_present;  ///< others: of other run groups
    CostOf m_cost = CostOf::BitOps;
    TradeOffView m_view;                            ///< of m_points and m_latencies
    std::vector<const EvaluationSummary*> m_shown;  ///< by mark
    std::optional<TradeOffMark> m_presentMark;
    std::map<BitConfiguration, EvaluationSummary> m_points;
    std::map<BitConfiguration, RunLatency> m_latencies;
    std::optional<EvaluationSummary> m_presentPoint;
    std::optional<BitConfiguration> m_baselineBits;
};

}  // namespace bitdesk
