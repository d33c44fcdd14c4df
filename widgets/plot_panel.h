// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>
#include <vector>

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

}  // namespace bitdesk
