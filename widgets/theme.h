// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

class QCustomPlot;
class QLabel;
class QLineEdit;
class QWidget;

namespace bitdesk {

/// The workbench's colours, taken from the palette so that light and dark desktops both work: calm surfaces, one
/// accent.
struct Theme {
    QColor background, surface, text, muted, line, accent, warning;

    static Theme of(const QPalette& palette);
    /// Digits of equal width, so that figures do not dance while they stream.
    static QFont figures(const QFont& base, double scale, bool bold);
    /// Colour of a bit-width: the accent, paler for fewer bits. `position` 0 (fewest) … 1 (most).
    QColor forWidth(double position) const;
};

/// What an empty field is for, in a colour that is legible on every desktop: some leave it black in the dark.
void setHint(QLineEdit& field, const QString& text);
/// Colours a label's text.
void setTextColour(QWidget& label, const QColor& colour);

/// Colours every other row of a view a little otherwise: a desktop's own stripes need not fit its background.
void setStripes(QWidget& view, const Theme& theme);

/// A small label of plain text, as wide as it is given, for what a plot says in words.
QLabel* createNote(const QString& name, const QFont& base);

/// Axes, grid and background of a plot in the theme's colours.
void applyTheme(QCustomPlot& plot, const Theme& theme);

}  // namespace bitdesk
