// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>
#include <vector>

#include "core/network/bit_configuration.h"
#include "core/results/results.h"

class QCustomPlot;
class QCPBars;
class QCPErrorBars;
class QLabel;
class QTabBar;

namespace bitdesk {

/// One quantity per layer as bars, chosen by tabs: BitOPs of the present mix, or measured time.
class LayerPlot : public QWidget {
    Q_OBJECT
public:
    explicit LayerPlot(QWidget* parent = nullptr);

    void setBitOps(const Network& network, const BitConfiguration& bits);
    void setTimes(const std::vector<LayerTime>& layers, bool simulated);
    void setTimesStale();
    void clear();

    enum Tab { BitOps, Time };
    QTabBar* tabs() const { return m_tabs; }

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Bars {
        QVector<double> values, low, high;  ///< low/high: quartiles, empty where exact
        QVector<QString> names;
        QString unit;
    };
    void show();
    void style();

    QTabBar* m_tabs = nullptr;
    QCustomPlot* m_plot = nullptr;
    QCPBars* m_bars = nullptr;
    QCPErrorBars* m_errors = nullptr;
    QLabel* m_note = nullptr;
    Bars m_bitOps, m_times;
    QString m_timeNote;
};

}  // namespace bitdesk
