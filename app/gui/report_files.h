// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QStringList>
#include <QWidget>

class QCheckBox;
class QLineEdit;

namespace bitdesk {

/// Where a report goes: a name without its ending, and a check box for each format.
class ReportFiles : public QWidget {
    Q_OBJECT
public:
    explicit ReportFiles(QWidget* parent = nullptr);

    /// The name with each ending that is checked; empty where there is no name.
    QStringList files() const;
    void setBase(const QString& base);
    QCheckBox* format(const char* ending) const;

signals:
    void changed();

private:
    void choose();

    QLineEdit* m_base = nullptr;
    QList<QCheckBox*> m_formats;
};

}  // namespace bitdesk
