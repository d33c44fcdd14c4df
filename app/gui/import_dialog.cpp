// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/import_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include "app/gui/file_field.h"
#include "app/gui/import_form.h"
#include "app/gui/window_settings.h"
#include "app/jobs/output_file.h"
#include "app/workbench/workbench.h"
#include "core/network/catalogue.h"
#include "widgets/building_blocks.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

constexpr int kSpinButtons = 44;  // pixels, generously

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

ImportDialog::ImportDialog(Workbench& workbench, QWidget* parent)
    : JobDialog(QStringLiteral("importDialog"), QStringLiteral("Import a network"), QStringLiteral("Import"), parent),
      m_workbench(workbench),
      m_present(workbench.model()),
      m_presentData(workbench.data().spec()) {
    if (const auto& set = workbench.data().set(); set != nullptr) m_presentShape = set->shape();
    m_source = new FileField(QStringLiteral("source"), QStringLiteral("File of tensors"),
                             QStringLiteral("a state dict of PyTorch, or safetensors"));
    m_source->addOpen(QStringLiteral("Choose…"),
                      QStringLiteral("Tensors (*.pt *.pth *.bin *.safetensors);;All files (*)"));
    createNetwork();
    createMapping();
    createData();
    createNormalization();
    createOut();
    addRows();
    connectFields();
    setMinimumWidth(kDialogWidth * fontMetrics().averageCharWidth());
    followForm();
    m_source->setFocus();
}

void ImportDialog::createNetwork() {
    m_network = named(QStringLiteral("network"), new QComboBox, QStringLiteral("Network"));
    for (const CatalogueNetwork& network : networkCatalogue()) m_network->addItem(QString::fromLatin1(network.name));
    m_network->addItem(QStringLiteral("JSON file…"));
    m_networkText = createNote(QStringLiteral("networkText"), font());
    m_networkText->setContentsMargins(2, 0, 2, 4);
    m_networkFile = new FileField(QStringLiteral("networkFile"), QStringLiteral("Network's JSON file"),
                                  QStringLiteral("a network described in JSON"));
    m_networkFile->addOpen(QStringLiteral("Choose…"), QStringLiteral("Networks (*.json);;All files (*)"));
    m_input = named(QStringLiteral("input"), new QLineEdit, QStringLiteral("Height, width and channels of the input"));
    m_classes = named(QStringLiteral("classes"), new QSpinBox, QStringLiteral("Classes"));
    m_classes->setRange(0, 1 << 20);
    m_classes->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("as the data set")) + kSpinButtons);
    m_inputRow = inARow({m_input, new QLabel(QStringLiteral("classes")), m_classes});
}

void ImportDialog::createMapping() {
    m_mapping = new FileField(QStringLiteral("mapping"), QStringLiteral("Mapping"),
                              QStringLiteral("drafted from names and shapes"));
    m_mapping->addOpen(QStringLiteral("Choose…"), QStringLiteral("Mappings (*.json);;All files (*)"));
    m_draft = named(QStringLiteral("draft"), m_mapping->addButton(QStringLiteral("Draft…")));
    m_draft->setToolTip(
        QStringLiteral("Writes a draft of the mapping to a file, to be corrected by hand, and tells what it lacks"));
    const QString usual = QString::fromStdString(toText(BitConfiguration{jobs::ImportRequest().bits}));
    m_bits = named(QStringLiteral("bits"), new QLineEdit(usual));
    setHint(*m_bits, usual);
}

void ImportDialog::createData() {
    m_data = new FileField(QStringLiteral("data"), QStringLiteral("Data set for activation scales"),
                           QStringLiteral("none: all activation scales are in the file"));
    m_data->addFolder(QStringLiteral("Folder…"));
    m_data->addOpen(QStringLiteral("File…"), QStringLiteral("NumPy archives (*.npz);;All files (*)"));
    m_data->setFile(m_presentData);
    m_data->setToolTip(QStringLiteral("Its images set the activation scales that the file does not hold"));
    const jobs::ImportRequest usual;
    m_split = field(jobs::kSplitSetting, splitName(usual.split));
    m_split->setAccessibleName(QStringLiteral("Split"));
    m_images = named(QStringLiteral("images"), new QSpinBox);
    m_images->setRange(1, 65536);
    m_images->setValue(static_cast<int>(usual.images));
    m_images->setSuffix(QStringLiteral(" images"));
    m_imagesRow = inARow({m_images, m_split, new QLabel(QStringLiteral("split, in a fixed random order"))});
}

void ImportDialog::createNormalization() {
    m_mean = named(QStringLiteral("mean"), new QLineEdit, QStringLiteral("Mean of each channel"));
    m_deviation =
        named(QStringLiteral("deviation"), new QLineEdit, QStringLiteral("Standard deviation of each channel"));
    for (QLineEdit* field : {m_mean, m_deviation})
        field->setToolTip(
            QStringLiteral("A number a channel, of pixels scaled to 0 … 1, as the network was trained with"));
    m_normalizationRow = inARow({m_mean, new QLabel(QStringLiteral("standard deviation")), m_deviation});
}

void ImportDialog::createOut() {
    m_out = new FileField(QStringLiteral("out"), QStringLiteral("Model file to write"),
                          QStringLiteral("a model file to write"));
    m_out->addSave(QStringLiteral("Choose…"), QStringLiteral("Models (*.safetensors)"), QStringLiteral("safetensors"));
    m_open = named(QStringLiteral("open"), new QCheckBox(QStringLiteral("Open it when it is done")));
    m_open->setChecked(true);
}

void ImportDialog::addRows() {
    form()->addRow(QStringLiteral("File"), m_source);
    form()->addRow(QStringLiteral("Network"), m_network);
    form()->addRow(QString(), m_networkText);
    form()->addRow(QStringLiteral("Network file"), m_networkFile);
    form()->addRow(QStringLiteral("Input"), m_inputRow);
    form()->addRow(QStringLiteral("Mapping"), m_mapping);
    form()->addRow(QStringLiteral("Bit-widths"), m_bits);
    form()->addRow(QStringLiteral("Images"), m_data);
    form()->addRow(QString(), m_imagesRow);
    form()->addRow(QStringLiteral("Mean"), m_normalizationRow);
    form()->addRow(QStringLiteral("Model file"), m_out);
    form()->addRow(QString(), m_open);
}

void ImportDialog::connectFields() {
    for (FileField* field : {m_source, m_networkFile, m_mapping, m_data, m_out})
        connect(field, &FileField::changed, this, &ImportDialog::followForm);
    connect(m_network, &QComboBox::currentIndexChanged, this, &ImportDialog::followForm);
    connect(m_input, &QLineEdit::textChanged, this, &ImportDialog::followForm);
    connect(m_out, &FileField::replacing, this, &ImportDialog::setConfirmed);
    connect(m_draft, &QPushButton::clicked, this, &ImportDialog::chooseDraft);
}

void ImportDialog::setSource(const QString& file) { m_source->setFile(file); }
void ImportDialog::setOut(const QString& file) { m_out->setFile(file); }

void ImportDialog::setNetwork(const QString& network) {
    const int known = m_network->findText(network);
    m_network->setCurrentIndex(known >= 0 ? known : m_network->count() - 1);
    if (known < 0) m_networkFile->setFile(network);
}

bool ImportDialog::ofCatalogue() const { return m_network->currentIndex() < m_network->count() - 1; }

QString ImportDialog::network() const {
    if (ofCatalogue()) return m_network->currentText();
    // A JSON file may be called anything; what has no slash would be looked up in the catalogue.
    const QString file = m_networkFile->file();
    return file.isEmpty() ? file : QFileInfo(file).absoluteFilePath();
}

void ImportDialog::followForm() {
    const bool catalogue = ofCatalogue(), drafted = m_mapping->file().isEmpty();
    form()->setRowVisible(m_networkText, catalogue);
    form()->setRowVisible(m_inputRow, catalogue);
    form()->setRowVisible(m_networkFile, !catalogue);
    m_bits->setEnabled(drafted);
    m_bits->setToolTip(drafted ? QString() : QStringLiteral("The mapping says them"));
    const bool hasData = !m_data->file().isEmpty();
    m_imagesRow->setEnabled(hasData);
    if (catalogue) {
        const CatalogueNetwork& found = findNetwork(m_network->currentText().toStdString());
        const Shape& own = found.defaultInput;
        m_networkText->setText(QString::fromUtf8(found.description));
        setHint(*m_input, hasData ? QStringLiteral("as the data set's images")
                                  : QStringLiteral("%1×%2×%3").arg(own.height).arg(own.width).arg(own.channels));
        m_classes->setSpecialValueText(hasData ? QStringLiteral("as the data set")
                                               : QString::number(found.defaultClasses));
    }
    const QString hint = drafted ? QStringLiteral("of each channel") : QStringLiteral("as the mapping says");
    setHint(*m_mean, hint);
    setHint(*m_deviation, hint);
    suggestOut();
    fillNormalization();
    m_draft->setEnabled(!m_source->file().isEmpty() && !network().isEmpty());
    refresh();
}

void ImportDialog::suggestOut() {
    if (m_out->file() != m_suggestedOut) return;
    const QFileInfo source(m_source->file());
    QString name = source.completeBaseName();
    if (source.suffix() == QStringLiteral("safetensors")) name += QStringLiteral("-imported");
    const QString suggested =
        m_source->file().isEmpty() ? QString() : source.dir().filePath(name + QStringLiteral(".safetensors"));
    m_suggestedOut = suggested;
    if (m_out->file() != suggested) m_out->setFile(suggested);
}

/// 0: the network's file tells, or what is typed is wrong.
int ImportDialog::expectedChannels() const {
    if (!ofCatalogue()) return 0;
    try {
        if (const auto shape = shapeIn(m_input->text())) return shape->channels;
    } catch (const std::exception&) {
        return 0;
    }
    if (m_data->file().isEmpty()) return findNetwork(network().toStdString()).defaultInput.channels;
    return m_data->file() == m_presentData && m_presentShape ? m_presentShape->channels : 0;
}

/// The present model's, where channels fit and no mapping may say it better; what was typed stays.
void ImportDialog::fillNormalization() {
    if (m_mean->text() != m_filledMean || m_deviation->text() != m_filledDeviation) return;
    const Normalization* present = m_present != nullptr ? &m_present->normalization : nullptr;
    const bool fits = present != nullptr && m_mapping->file().isEmpty() &&
                      static_cast<int>(present->mean.size()) == expectedChannels();
    m_filledMean = fits ? numbersText(present->mean) : QString();
    m_filledDeviation = fits ? numbersText(present->std) : QString();
    m_mean->setText(m_filledMean);
    m_deviation->setText(m_filledDeviation);
}

QString ImportDialog::missing() const {
    if (m_source->file().isEmpty()) return QStringLiteral("Name the file to import");
    if (network().isEmpty()) return QStringLiteral("Name the network's file");
    return m_out->file().isEmpty() ? QStringLiteral("Name the model file to write") : QString();
}

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
    const auto work = [request, arbiter = &m_workbench.arbiter()](const std::stop_token& stop,
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
    if (m_open->isChecked()) m_workbench.openModel(file);
}

void ImportDialog::chooseDraft() {
    const QFileInfo source(m_source->file());
    chooseNewFile(this, QStringLiteral("Draft of the mapping"),
                  source.dir().filePath(source.completeBaseName() + QStringLiteral("-mapping.json")),
                  QStringLiteral("Mappings (*.json)"), QStringLiteral("json"),
                  [this](const QString& file) { draft(file); });
}

void ImportDialog::draft(const QString& file) {
    auto wanted = checkedRequest();
    if (!wanted) return;
    const auto work = [request = *wanted, arbiter = &m_workbench.arbiter(), out = file.toStdString()](
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
