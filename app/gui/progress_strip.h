// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>

#include "core/base/progress.h"

class QLabel;
class QProgressBar;
class QToolButton;

namespace bitdesk {

/// What is done now, how much of it, and a button that ends it: one line of a status bar or a dialog.
class ProgressStrip : public QWidget {
    Q_OBJECT
public:
    /// `name` is the strip's; "nameText" and "nameCancel" are those of its parts. `widest`: a text that has room.
    /// `cancelToolTip`: what the button does, where that is not plain.
    ProgressStrip(const QString& name, const QString& widest, const QString& cancelToolTip = {});

    void begin(const QString& text);
    /// `of` stands before it: "sweep: ".
    void tell(const Progress& progress, const QString& of = {});

signals:
    void cancelled();

private:
    QLabel* m_text = nullptr;
    QProgressBar* m_bar = nullptr;
    QToolButton* m_cancel = nullptr;
};

}  // namespace bitdesk
