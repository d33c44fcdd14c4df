// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What an import does with the form, and what it shows of it.
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QSpinBox>

#include "app/gui/file_field.h"
#include "app/gui/import_dialog.h"
#include "app/gui/import_form.h"
#include "app/jobs/output_file.h"
#include "widgets/format.h"

namespace bitdesk {
namespace {

struct Draft {
    QStringList missing;
    std::vector<std::string> unused;
};

QString listed(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 12;
    QStringList shown;
    for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) shown << shownText(names[i]);
    if (names.size() > kMost) shown << QStringLiteral("… (%1 in all)").arg(names.size());
    return shown.join(QStringLiteral(", "));
}

jobs::JobContext contextOf(ComputeArbiter* arbiter, const std::stop_token& stop, const ProgressSink& progress) {
    return {.store = nullptr, .arbiter = arbiter, .progress = progress, .stop = stop, .prefixes = nullptr};
}

}  // namespace

jobs::ImportRequest ImportDialog::request() const {
    jobs::ImportRequest request;
    request.source = m_source->file().toStdString();
    request.mapping = m_mapping->file().toStdString();
    request.out = m_out->file().toStdString();
    request.network = network().toStdString();
    if (ofCatalogue()) {
        request.input = shapeIn(m_input->text());
        if (m_classes->value() > 0) request.classes = m_classes->value();
    }
    if (request.mapping.empty()) request.bits = widthsIn(m_bits->text());
    request.normalization = normalizationIn(m_mean->text(), m_deviation->text());
    request.data = m_data->file().toStdString();
    request.split = parseSplit(m_split->currentText().toStdString());
    request.images = m_images->value();
    return request;
}

std::optional<jobs::ImportRequest> ImportDialog::checkedRequest() {
    try {
        return request();
    } catch (const std::exception& error) {
        showProblem(QStringLiteral("Something is wrong in the form"), QString::fromStdString(error.what()));
        return std::nullopt;
    }
}

void ImportDialog::startWanted() {
    auto request = checkedRequest();
    if (!request) return;
    request->overwrite = true;  // asked for here
    confirmReplacing(m_out->file(), [this, request = *request] { importTo(request); });
}

void ImportDialog::importTo(const jobs::ImportRequest& request) {
    const auto work = [request, arbiter = m_surroundings.arbiter](const std::stop_token& stop,
                                                                  const ProgressSink& progress) {
        jobs::JobContext context = contextOf(arbiter, stop, progress);
        return jobs::importNetwork(request, context);
    };
    run(QStringLiteral("reading %1").arg(QFileInfo(m_source->file()).fileName()),
        QStringLiteral("The network is not imported"), work,
        [this, file = m_out->file()](const jobs::ImportResult& result) { showResult(file, result); });
}

void ImportDialog::showResult(const QString& file, const jobs::ImportResult& result) {
    const MetaModel& model = result.model;
    QStringList widths;
    for (const int width : model.bits) widths << QString::number(width);
    QString text = QStringLiteral("%1: %2, %3 layers, %4 of them quantizable, bits %5\n")
                       .arg(QFileInfo(file).absoluteFilePath(), shownText(model.network.name()))
                       .arg(model.layers.size())
                       .arg(model.network.quantizable().size())
                       .arg(widths.join(QStringLiteral(", ")));
    for (const std::string& note : result.notes) text += QStringLiteral("\n%1\n").arg(QString::fromStdString(note));
    if (!result.unused.empty())
        text += QStringLiteral("\nTensors of the file that were not used: %1.\n").arg(listed(result.unused));
    showOutcome(QStringLiteral("The network is imported"), text.trimmed());
    if (m_open->isChecked()) emit modelWanted(file);
}

void ImportDialog::chooseDraft() {
    const QFileInfo source(m_source->file());
    auto* dialog = new QFileDialog(this, QStringLiteral("Draft of the mapping"),
                                   source.dir().filePath(source.completeBaseName() + QStringLiteral("-mapping.json")),
                                   QStringLiteral("Mappings (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    connect(dialog, &QFileDialog::fileSelected, this, &ImportDialog::draft);
    dialog->open();
}

void ImportDialog::draft(const QString& file) {
    auto wanted = checkedRequest();
    if (!wanted) return;
    const auto work = [request = *wanted, arbiter = m_surroundings.arbiter, out = file.toStdString()](
                          const std::stop_token& stop, const ProgressSink& progress) {
        jobs::JobContext context = contextOf(arbiter, stop, progress);
        const std::vector<std::filesystem::path> inputs{request.source, request.network};
        jobs::checkNewFile(out, true, inputs);
        const Network network = jobs::networkOf(request, context);
        const SuggestedMapping draft = jobs::draftMapping(request, network);
        jobs::writeNewFile(out, toJson(draft.mapping, network), true);
        Draft result{.missing = {}, .unused = draft.unused};
        for (const std::string& name : missingFrom(draft.mapping, network)) result.missing << shownText(name);
        return result;
    };
    run(QStringLiteral("drafting the mapping"), QStringLiteral("The mapping is not drafted"), work,
        [this, file](const Draft& draft) { showDraft(file, draft.missing, draft.unused); });
}

void ImportDialog::showDraft(const QString& file, const QStringList& missing, const std::vector<std::string>& unused) {
    m_mapping->setFile(file);
    QString text = file + u'\n';
    if (!missing.isEmpty())
        text += QStringLiteral("\nNo tensor was found for: %1. Name them in the file.\n")
                    .arg(missing.join(QStringLiteral(", ")));
    if (!unused.empty()) text += QStringLiteral("\nTensors that were not used: %1.\n").arg(listed(unused));
    if (missing.isEmpty())
        text += QStringLiteral("\nEvery layer and norm has its tensors. Look it over, then import.\n");
    showOutcome(QStringLiteral("The mapping is drafted"), text.trimmed());
}

}  // namespace bitdesk
