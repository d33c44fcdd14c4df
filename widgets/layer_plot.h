// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>
#include <QVector>
#include <vector>

#include "core/network/bit_configuration.h"
#include "core/results/results.h"
#include "widgets/plot_panel.h"

class QCPBars;
class QCPErrorBars;
class QLabel;

namespace bitdesk {

/// One quantity per layer as bars: BitOPs of the present mix, or measured time.
class LayerPlot : public PlotPanel {
    Q_OBJECT
public:
    /// `empty` is said below while there is nothing to show.
    explicit LayerPlot(const QString& empty = {}, QWidget* parent = nullptr);

    void setBitOps(const Network& network, const BitConfiguration& bits);
    void setTimes(const std::vector<LayerTime>& layers, bool simulated);
    void setTimesStale();
    void clear();

protected:
    void style(const Theme& theme) final;

private:
    struct Bars {
        QVector<double> values, low, high;  ///< low/high: quartiles, empty where exact
        QVector<QString> names;
        QString unit;
    };
    void show(const QString& note);

    QString m_empty;
    QCPBars* m_bars = nullptr;
    QCPErrorBars* m_errors = nullptr;
    QLabel* m_note = nullptr;
    bool m_doubtful = false;  ///< what is shown is stale or simulated
    Bars m_shown;
};

}  // namespace bitdesk
