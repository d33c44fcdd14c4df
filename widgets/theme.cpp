// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/theme.h"

#include <qcustomplot.h>
#include <QLabel>
#include <QLineEdit>

#include "core/present/palette.h"

namespace bitdesk {
namespace {

QColor mix(const QColor& a, const QColor& b, double share) {
    return QColor::fromRgbF(a.redF() + (b.redF() - a.redF()) * share, a.greenF() + (b.greenF() - a.greenF()) * share,
                            a.blueF() + (b.blueF() - a.blueF()) * share);
}

// One role alone: a copy of the widget's palette would keep all others as they are now, through every later change.
void setRole(QWidget& widget, QPalette::ColorRole role, const QColor& colour) {
    QPalette colours;
    colours.setResolveMask(0);
    colours.setColor(role, colour);
    widget.setPalette(colours);
}

}  // namespace

Theme Theme::of(const QPalette& palette) {
    const QColor window = palette.color(QPalette::Window), text = palette.color(QPalette::WindowText);
    const ColourScheme scheme = window.lightnessF() < 0.5 ? ColourScheme::Dark : ColourScheme::Light;
    return {.background = window,
            .surface = palette.color(QPalette::Base),
            .text = text,
            .muted = mix(text, window, 0.42),
            .line = mix(text, window, 0.82),
            .accent = QColor::fromRgb(static_cast<QRgb>(rgbOf(Ink::Accent, scheme))),
            .warning = QColor::fromRgb(static_cast<QRgb>(rgbOf(Ink::Warning, scheme)))};
}

QFont Theme::figures(const QFont& base, double scale, bool bold) {
    QFont font = base;
    font.setPointSizeF(base.pointSizeF() * scale);
    font.setBold(bold);
    font.setStyleHint(QFont::SansSerif);
    return font;
}

QColor Theme::forWidth(double position) const { return mix(mix(accent, surface, 0.55), accent, position); }

void setHint(QLineEdit& field, const QString& text) {
    field.setPlaceholderText(text);
    const Theme theme = Theme::of(field.palette());
    QPalette colours;
    colours.setResolveMask(0);
    colours.setColor(QPalette::PlaceholderText, theme.muted);
    // In a field that is switched off a hint must not look like what was typed.
    colours.setColor(QPalette::Disabled, QPalette::PlaceholderText, mix(theme.text, theme.background, 0.7));
    field.setPalette(colours);
}

void setTextColour(QWidget& label, const QColor& colour) { setRole(label, QPalette::WindowText, colour); }

void setStripes(QWidget& view, const Theme& theme) {
    setRole(view, QPalette::AlternateBase, mix(theme.surface, theme.text, 0.04));
}

QLabel* createNote(const QString& name, const QFont& base) {
    auto* label = new QLabel;
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setFont(Theme::figures(base, 0.85, false));
    label->setContentsMargins(6, 0, 6, 0);
    return label;
}

void applyTheme(QCustomPlot& plot, const Theme& theme) {
    plot.setBackground(theme.surface);
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
        axis->setBasePen(QPen(theme.line));
        axis->setTickPen(QPen(theme.line));
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelColor(theme.muted);
        axis->setLabelColor(theme.muted);
        axis->grid()->setPen(QPen(theme.line, 0, Qt::DotLine));
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
}

}  // namespace bitdesk
