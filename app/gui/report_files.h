// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QStringList>
#include <QWidget>
#include <string>
#include <vector>

class QCheckBox;
class QLineEdit;

namespace bitdesk {

class FileField;

/// Where a report goes: a name without its ending, and a check box for each format; and a field for its limits, which
/// the form gives a row of its own.
class ReportFiles : public QWidget {
    Q_OBJECT
public:
    explicit ReportFiles(QWidget* parent = nullptr);

    /// The name with each ending that is checked; empty where there is no name.
    QStringList files() const;
    QLineEdit* limitsField() const { return m_limits; }
    /// As they are typed: "drop>0.5pp; slowdown>5%".
    std::vector<std::string> limits() const;

signals:
    void changed();

private:
    void choose();

    FileField* m_base = nullptr;
    QLineEdit* m_limits = nullptr;
    QList<QCheckBox*> m_formats;
};

}  // namespace bitdesk
