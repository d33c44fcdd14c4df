// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QPointF>
#include <QWidget>
#include <optional>
#include <vector>

#include "core/network/bit_configuration.h"
#include "core/statistics/intervals.h"

class QCPErrorBars;
class QCPGraph;
class QCustomPlot;
class QLabel;
class QVBoxLayout;

namespace bitdesk {

struct Theme;

/// A plot and what it says in words below it, in the desktop's colours. A plot of its own derives from it, adds what it
/// draws to plot() and colours that in style().
class PlotPanel : public QWidget {
public:
    explicit PlotPanel(QWidget* parent);

protected:
    QCustomPlot& plot() const { return *m_plot; }
    QVBoxLayout& column() const { return *m_column; }
    /// A line or more below the plot, plain text, muted unless style() says otherwise.
    QLabel* addNote(const QString& name);

    /// Colours what is drawn.
    virtual void style(const Theme& theme) = 0;
    /// Colours everything and draws it anew: after every change of what is shown; a change of palette does it by
    /// itself.
    void restyle();
    void changeEvent(QEvent* event) override;

private:
    QVBoxLayout* m_column;
    QCustomPlot* m_plot;
    std::vector<QLabel*> m_notes;
    bool m_complete = false;  ///< what style() colours is there
};

/// A plot whose points are mixes: what lies under the hand is told, a click picks it, wheel and drag zoom and pan, a
/// double click shows all.
class MixPlot : public PlotPanel {
    Q_OBJECT
public:
    /// Pixel of a mix's point in this widget, for a click; nothing where it is not shown.
    std::optional<QPoint> pixelOf(const BitConfiguration& bits) const;
    QString toolTipOf(const BitConfiguration& bits) const;

signals:
    void mixPicked(const bitdesk::BitConfiguration& bits);

protected:
    /// A point and its 95 % intervals, in the axes' units.
    struct Dot {
        double x = 0, y = 0;
        Interval xs, ys;
    };
    /// Dots of one kind, with bars for their intervals.
    struct Dots {
        QCPGraph* graph = nullptr;
        QCPErrorBars* tall = nullptr;
        QCPErrorBars* wide = nullptr;
    };
    explicit MixPlot(QWidget* parent);

    QCPGraph* addGraph();
    Dots addDots(double symbolGap);
    static void setDots(const Dots& dots, std::vector<Dot> points);

    /// The mixes under the hand, each with its dot; all are shown anew unless the hand has chosen what is seen.
    void setMixes(std::vector<BitConfiguration> mixes, std::vector<Dot> dots);
    const std::vector<Dot>& dots() const { return m_dots; }
    /// What was zoomed to is no longer there.
    void forgetZoom() { m_userZoomed = false; }

    /// What a tool tip says of a mix, by its index.
    virtual QString toolTipText(std::size_t mix) const = 0;
    /// Sets the axes' ranges so that all is seen.
    virtual void setRanges() = 0;

private:
    void fit();
    std::optional<std::size_t> indexOf(const BitConfiguration& bits) const;
    /// The mix that a hand at `position` of plot() means, if any.
    std::optional<std::size_t> nearest(const QPoint& position) const;
    /// Says what is under the hand.
    void tell(const QPoint& position);
    QPointF pixel(const Dot& dot) const;

    std::vector<BitConfiguration> m_mixes;
    std::vector<Dot> m_dots;    ///< by mix
    bool m_userZoomed = false;  ///< the hand chose what is seen: new points must not move it away
};

}  // namespace bitdesk
