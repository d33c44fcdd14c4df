// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "app/gui/import_texts.h"
#include "app/gui/job_dialog.h"
#include "app/jobs/import_job.h"
#include "core/model/meta_model.h"
#include "core/network/network.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace bitdesk {

class FileField;
class Workbench;

/// Reads a network that others trained, and writes a model file, which is opened unless the user does not want that.
/// What the workbench had open when the dialog was fills the form in.
class ImportDialog : public JobDialog {
    Q_OBJECT
public:
    explicit ImportDialog(Workbench& workbench, QWidget* parent = nullptr);

    void setSource(const QString& file);
    /// Writes a draft of the mapping, and uses it.
    void draft(const QString& file);

protected:
    void startWanted() override;
    QString missing() const override;

private:
    void createNetwork();
    void createMapping();
    void createData();
    void createNormalization();
    void createOut();
    void addRows();
    void connectFields();
    void followForm();
    void suggestOut();
    void fillNormalization();
    int expectedChannels() const;
    /// An ONNX file says itself what the network is.
    bool ofOnnx() const;
    bool ofCatalogue() const;
    QString network() const;
    /// What the form says. Throws Error (Usage) naming a field whose text is wrong.
    jobs::ImportRequest request() const;
    /// request(), or what is wrong with it is shown.
    std::optional<jobs::ImportRequest> checkedRequest();
    void importTo(const jobs::ImportRequest& request);
    void showResult(const QString& file, const jobs::ImportResult& result);
    void showDraft(const QString& file, const QStringList& missing, const SuggestedMapping& draft);
    void chooseDraft();

    Workbench& m_workbench;
    std::shared_ptr<const MetaModel> m_present;  ///< may be null
    QString m_presentData;                       ///< as a command line takes it; may be empty
    std::optional<ImageShape> m_presentShape;    ///< of m_presentData, where it is open
    FileField* m_source = nullptr;
    QComboBox* m_network = nullptr;
    QLabel* m_networkText = nullptr;
    FileField* m_networkFile = nullptr;
    QLineEdit* m_input = nullptr;
    QSpinBox* m_classes = nullptr;
    QWidget* m_inputRow = nullptr;
    QLineEdit* m_until = nullptr;  ///< of an ONNX file
    FileField* m_mapping = nullptr;
    QPushButton* m_draft = nullptr;
    QLineEdit* m_bits = nullptr;
    FileField* m_data = nullptr;
    QComboBox* m_split = nullptr;
    QSpinBox* m_images = nullptr;
    QWidget* m_imagesRow = nullptr;
    QLineEdit* m_weightsKey = nullptr;
    QLineEdit* m_epsilon = nullptr;
    QLineEdit* m_mean = nullptr;
    QLineEdit* m_deviation = nullptr;
    QWidget* m_normalizationRow = nullptr;
    FileField* m_out = nullptr;
    QCheckBox* m_open = nullptr;
    QString m_suggestedOut, m_filledMean, m_filledDeviation;  ///< put there by the dialog: its to change
};

}  // namespace bitdesk
