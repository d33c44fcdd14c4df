// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/plot_panel.h"

#include <qcustomplot.h>
#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

#include "widgets/theme.h"

namespace bitdesk {

PlotPanel::PlotPanel(QWidget* parent) : QWidget(parent), m_column(new QVBoxLayout(this)), m_plot(new QCustomPlot) {
    m_column->setContentsMargins(0, 0, 0, 4);
    m_column->setSpacing(2);
    m_column->addWidget(m_plot, 1);
}

QLabel* PlotPanel::addNote(const QString& name) {
    QLabel* note = createNote(name, font());
    m_column->addWidget(note);
    m_notes.push_back(note);
    return note;
}

void PlotPanel::restyle() {
    m_complete = true;
    const Theme theme = Theme::of(palette());
    applyTheme(*m_plot, theme);
    for (QLabel* note : m_notes) setTextColour(*note, theme.muted);
    style(theme);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void PlotPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_complete) restyle();
}

}  // namespace bitdesk
