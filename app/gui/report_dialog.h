// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDialog>
#include <cstdint>
#include <vector>

class QLineEdit;
class QPushButton;
class QRadioButton;

namespace bitdesk {

class ReportFiles;
class Workbench;

/// Puts a report together, and lets it be written: of the front, of rows of the history, or of the mix in hand and the
/// baseline as they were when the dialog was opened.
class ReportDialog : public QDialog {
    Q_OBJECT
public:
    /// `selected`: rows of the history, by their ids, the baseline first.
    ReportDialog(Workbench& workbench, std::vector<std::int64_t> selected, QWidget* parent = nullptr);

    /// Of the rows that are compared; empty: baseline and front.
    std::vector<std::int64_t> ids() const;
    /// The command line that writes the same.
    QString commandLine() const;

private:
    QWidget* createChoices();
    QRadioButton* addChoice(const char* name, const QString& text, bool possible);
    QWidget* createButtons();
    void followForm();
    void write();

    Workbench& m_workbench;
    std::vector<std::int64_t> m_selectedIds;
    std::vector<std::int64_t> m_inHandIds;  ///< baseline and mix in hand; empty: not both are stored
    QRadioButton* m_front = nullptr;
    QRadioButton* m_selected = nullptr;
    QRadioButton* m_inHand = nullptr;
    QLineEdit* m_title = nullptr;
    ReportFiles* m_files = nullptr;
    QPushButton* m_write = nullptr;
    QPushButton* m_copy = nullptr;
};

}  // namespace bitdesk
