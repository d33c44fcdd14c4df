// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDialog>

#include "app/jobs/batch_file.h"
#include "core/network/bit_configuration.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace bitdesk {

class ReportFiles;

/// What a sweep is of: as the window has it open.
struct SweepSubject {
    QString model, data, split, database, device;  ///< names as a command line takes them, files absolute
    int threads = 0;                               ///< 0: all
    BitConfiguration mix;                          ///< in hand
    std::int64_t images = 0;                       ///< of the data set
    std::int64_t widths = 0;                       ///< of the model: as many mixes are uniform
};

/// Puts a sweep together: to run here, to copy as a command line, or to save as a batch file. Knows no job: it emits
/// what is wanted.
class SweepDialog : public QDialog {
    Q_OBJECT
public:
    explicit SweepDialog(SweepSubject subject, QWidget* parent = nullptr);

    /// What the widgets say.
    jobs::Batch batch() const;
    ReportFiles* reportFiles() const { return m_report; }

signals:
    void runWanted(const bitdesk::jobs::Batch& batch);
    void commandLineWanted(const bitdesk::jobs::Batch& batch);
    void fileWanted(const bitdesk::jobs::Batch& batch);

private:
    QWidget* createConfigurations();
    QWidget* createButtons();
    void chooseFile();
    void update();
    std::vector<std::string> words() const;

    SweepSubject m_subject;
    QCheckBox* m_uniform = nullptr;
    QCheckBox* m_random = nullptr;
    QSpinBox* m_count = nullptr;
    QSpinBox* m_seed = nullptr;
    QCheckBox* m_inHand = nullptr;
    QLineEdit* m_file = nullptr;
    QSpinBox* m_limit = nullptr;
    QComboBox* m_latency = nullptr;
    QLineEdit* m_failOn = nullptr;
    ReportFiles* m_report = nullptr;
    QLabel* m_size = nullptr;
    QPushButton* m_run = nullptr;
    QPushButton* m_copy = nullptr;
    QPushButton* m_save = nullptr;
};

/// Limits as they are typed: "drop>0.5pp; slowdown>5%".
std::vector<std::string> limitsIn(const QString& text);

}  // namespace bitdesk
