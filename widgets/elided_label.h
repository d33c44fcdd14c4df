// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QLabel>

namespace bitdesk {

/// Plain text of one or more lines that takes the width it is given: a line that does not fit ends in an ellipsis, and
/// the tool tip then has the whole text, before what setFacts() adds.
class ElidedLabel : public QLabel {
    Q_OBJECT
public:
    explicit ElidedLabel(const QString& text = {}, QWidget* parent = nullptr);

    /// More to be read in the tool tip, plain text.
    void setFacts(const QString& facts) { m_facts = facts; }
    QSize minimumSizeHint() const override { return {0, QLabel::minimumSizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    bool fits() const;

    QString m_facts;
};

}  // namespace bitdesk
