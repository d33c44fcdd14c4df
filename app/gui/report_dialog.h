// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDialog>
#include <optional>
#include <vector>

class QButtonGroup;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace bitdesk {

class ReportFiles;

/// What can be compared now, by ids of the results database.
struct ReportChoices {
    std::vector<std::int64_t> selected;  ///< rows of the history, the baseline first
    std::vector<std::int64_t> inHand;    ///< baseline and mix in hand; empty: not both are stored
    QString command;                     ///< "bitdesk report" with database, model and data
};

/// What a report is to hold.
struct WantedReport {
    std::vector<std::int64_t> ids;  ///< empty: baseline and front
    QString title;
    QStringList files;
    std::vector<std::string> failOn;
};

/// Puts a report together. Knows no store: it emits what is wanted.
class ReportDialog : public QDialog {
    Q_OBJECT
public:
    explicit ReportDialog(ReportChoices choices, QWidget* parent = nullptr);

    WantedReport wanted() const;
    /// The command line that writes the same.
    QString commandLine() const;
    ReportFiles* reportFiles() const { return m_files; }

signals:
    void writeWanted(const bitdesk::WantedReport& report);
    void commandLineWanted(const QString& line);

private:
    QRadioButton* addChoice(const char* name, const QString& text, bool possible);
    void update();

    ReportChoices m_choices;
    QButtonGroup* m_group = nullptr;
    QRadioButton* m_front = nullptr;
    QRadioButton* m_selected = nullptr;
    QRadioButton* m_inHand = nullptr;
    QLineEdit* m_title = nullptr;
    QLineEdit* m_failOn = nullptr;
    ReportFiles* m_files = nullptr;
    QPushButton* m_write = nullptr;
    QPushButton* m_copy = nullptr;
};

}  // namespace bitdesk
