// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDialog>

#include "app/jobs/batch_file.h"
#include "core/network/bit_configuration.h"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QPushButton;
class QSpinBox;

namespace bitdesk {

class FileField;
class ReportFiles;
class Workbench;

/// Puts a sweep of what is open together: runs it, copies it as a command line, or saves it as a batch file.
class SweepDialog : public QDialog {
    Q_OBJECT
public:
    explicit SweepDialog(Workbench& workbench, QWidget* parent = nullptr);

    /// What the widgets say.
    jobs::Batch batch() const;

private:
    QWidget* createConfigurations();
    void addMeasures(QFormLayout& form);
    QWidget* createButtons();
    void followForm();
    void run();
    void copy();
    void save();
    std::vector<std::string> words() const;

    Workbench& m_workbench;
    jobs::Batch m_open;         ///< one sweep of what was open when the dialog was: model, data, database, device
    BitConfiguration m_mix;     ///< in hand then
    std::int64_t m_widths = 0;  ///< of the model
    std::int64_t m_images = 0;  ///< of the data set
    QCheckBox* m_uniform = nullptr;
    QCheckBox* m_random = nullptr;
    QSpinBox* m_count = nullptr;
    QSpinBox* m_seed = nullptr;
    QCheckBox* m_inHand = nullptr;
    FileField* m_file = nullptr;
    QSpinBox* m_limit = nullptr;
    QComboBox* m_latency = nullptr;
    ReportFiles* m_report = nullptr;
    QLabel* m_size = nullptr;
    QList<QPushButton*> m_actions;  ///< that need some mixes
};

}  // namespace bitdesk
