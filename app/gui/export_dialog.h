// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "app/gui/job_dialog.h"
#include "app/jobs/export_job.h"

class QComboBox;

namespace bitdesk {

class FileField;
class Workbench;

/// Writes one mix, as it was in hand when the dialog was opened, in one of the formats of exportFormats().
class ExportDialog : public JobDialog {
    Q_OBJECT
public:
    explicit ExportDialog(Workbench& workbench, QWidget* parent = nullptr);

    /// Whether the stored measurements of this mix are known by now.
    bool looked() const { return m_looked; }

protected:
    void startWanted() override;
    QString missing() const override;

private:
    void createFile();
    void createMeasurement();
    void loadMeasurements();
    void showMeasurements(const std::vector<Measurement>& found);
    void showFormat();
    const ExportFormat& format() const;
    QString suggestedFile() const;
    void write();
    void showResult(const jobs::ExportResult& result);

    std::shared_ptr<const MetaModel> m_model;
    BitConfiguration m_bits;
    std::filesystem::path m_modelFile;     ///< which no export may replace
    std::shared_ptr<StoreThread> m_store;  ///< of measurements; may be null
    QComboBox* m_format = nullptr;
    QComboBox* m_metric = nullptr;
    QComboBox* m_measurement = nullptr;
    FileField* m_file = nullptr;
    QString m_suggested;  ///< what was put into m_file last: it is ours to change
    bool m_looked = false;
    Task m_looking;
};

}  // namespace bitdesk
