// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>

class QButtonGroup;

namespace bitdesk {

/// A few flat buttons in a row, one of them down: a small choice in the corner of a plot.
class SegmentSwitch : public QWidget {
    Q_OBJECT
public:
    explicit SegmentSwitch(const QStringList& choices, QWidget* parent = nullptr);

    void setChoice(int index);
    int choice() const;

signals:
    /// By the hand, not by setChoice().
    void chosen(int index);

private:
    QButtonGroup* m_buttons = nullptr;
};

}  // namespace bitdesk
