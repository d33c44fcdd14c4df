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
#include <algorithm>
#include <utility>

#include "app/gui/file_fields.h"
#include "app/gui/window_settings.h"
#include "app/jobs/named_files.h"
#include "app/workbench/workbench.h"
#include "core/base/error.h"
#include "core/network/catalogue.h"
#include "widgets/building_blocks.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

constexpr int kSpinButtons = 44;  // pixels, generously

using Draft = std::pair<QStringList, SuggestedMapping>;  // what it lacks, and it

QString listed(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 12;
    QStringList shown;
    for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) shown << shownText(names[i]);
    if (names.size() > kMost) shown << u"… (%1 in all)"_s.arg(names.size());
    return shown.join(u", "_s);
}

jobs::JobContext contextOf(ComputeArbiter* arbiter, const std::stop_token& stop, const ProgressSink& progress) {
    return {.store = nullptr, .arbiter = arbiter, .progress = progress, .stop = stop, .prefixes = nullptr};
}

}  // namespace

ImportDialog::ImportDialog(Workbench& workbench, QWidget* parent)
    : JobDialog(u"importDialog"_s, u"Import a network"_s, u"Import"_s, parent),
      m_workbench(workbench),
      m_present(workbench.model()),
      m_presentData(workbench.data().spec()) {
    if (const auto& set = workbench.data().set(); set != nullptr) m_presentShape = set->shape();
    m_source = new FileField(u"source"_s, u"File to import"_s, u"ONNX, a state dict of PyTorch, or safetensors"_s);
    m_source->addOpen(u"Choose…"_s, u"Networks (*.onnx *.pt *.pth *.bin *.safetensors);;All files (*)"_s);
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
    m_network = named(u"network"_s, new QComboBox, u"Network"_s);
    for (const CatalogueNetwork& network : networkCatalogue()) m_network->addItem(QString::fromLatin1(network.name));
    m_network->addItem(u"JSON file…"_s);
    m_networkText = createNote(u"networkText"_s, font());
    m_networkText->setContentsMargins(2, 0, 2, 4);
    m_networkFile = new FileField(u"networkFile"_s, u"Network's JSON file"_s, u"a network described in JSON"_s);
    m_networkFile->addOpen(u"Choose…"_s, u"Networks (*.json);;All files (*)"_s);
    m_input = named(u"input"_s, new QLineEdit, u"Height, width and channels of the input"_s);
    m_classes = named(u"classes"_s, new QSpinBox, u"Classes"_s);
    m_classes->setRange(0, 1 << 20);
    m_classes->setMinimumWidth(fontMetrics().horizontalAdvance(u"as the data set"_s) + kSpinButtons);
    m_inputRow = inARow({m_input, new QLabel(u"classes"_s), m_classes});
    m_until = named(u"until"_s, new QLineEdit, u"Node that the network is imported up to"_s);
    setHint(*m_until, u"the whole graph; or a node's name"_s);
}

void ImportDialog::createMapping() {
    m_mapping = new FileField(u"mapping"_s, u"Mapping"_s, u"drafted from names and shapes"_s);
    m_mapping->addOpen(u"Choose…"_s, u"Mappings (*.json);;All files (*)"_s);
    m_draft = named(u"draft"_s, m_mapping->addButton(u"Draft…"_s));
    m_draft->setToolTip(u"Writes a draft of the mapping to a file, to be corrected by hand, and tells what it lacks"_s);
    const QString usual = QString::fromStdString(toText(BitConfiguration{jobs::ImportRequest().bits}));
    m_bits = named(u"bits"_s, new QLineEdit(usual));
    setHint(*m_bits, usual);
    m_weightsKey = named(u"weightsKey"_s, new QLineEdit, u"Key of the weights in a checkpoint"_s);
    setHint(*m_weightsKey, u"the state dict; or a key, as model_ema"_s);
    m_epsilon = named(u"epsilon"_s, new QLineEdit, u"Epsilon of all norms"_s);
    setHint(*m_epsilon, u"of all norms; default: the network's"_s);
}

void ImportDialog::createData() {
    m_data =
        new FileField(u"data"_s, u"Data set for activation scales"_s, u"none: all activation scales are in the file"_s);
    m_data->addFolder(u"Folder…"_s);
    m_data->addOpen(u"File…"_s, u"NumPy archives (*.npz);;All files (*)"_s);
    m_data->setFile(m_presentData);
    m_data->setToolTip(u"Its images set the activation scales that the file does not hold"_s);
    const jobs::ImportRequest usual;
    m_split = field(jobs::kSplitSetting, splitName(usual.split));
    m_split->setAccessibleName(u"Split"_s);
    m_images = named(u"images"_s, new QSpinBox);
    m_images->setRange(1, 65536);
    m_images->setValue(static_cast<int>(usual.images));
    m_images->setSuffix(u" images"_s);
    m_imagesRow = inARow({m_images, m_split, new QLabel(u"split, in a fixed random order"_s)});
}

void ImportDialog::createNormalization() {
    m_mean = named(u"mean"_s, new QLineEdit, u"Mean of each channel"_s);
    m_deviation = named(u"deviation"_s, new QLineEdit, u"Standard deviation of each channel"_s);
    for (QLineEdit* field : {m_mean, m_deviation})
        field->setToolTip(u"A number a channel, of pixels scaled to 0 … 1, as the network was trained with"_s);
    m_normalizationRow = inARow({m_mean, new QLabel(u"standard deviation"_s), m_deviation});
}

void ImportDialog::createOut() {
    m_out = new FileField(u"out"_s, u"Model file to write"_s, u"a model file to write"_s);
    m_out->addSave(u"Choose…"_s, u"Models (*.safetensors)"_s, u"safetensors"_s);
    m_open = named(u"open"_s, new QCheckBox(u"Open it when it is done"_s));
    m_open->setChecked(true);
}

void ImportDialog::addRows() {
    form()->addRow(u"File"_s, m_source);
    form()->addRow(u"Weights"_s, m_weightsKey);
    form()->addRow(u"Network"_s, m_network);
    form()->addRow(QString(), m_networkText);
    form()->addRow(u"Network file"_s, m_networkFile);
    form()->addRow(u"Input"_s, m_inputRow);
    form()->addRow(u"Up to"_s, m_until);
    form()->addRow(u"Mapping"_s, m_mapping);
    form()->addRow(u"Bit-widths"_s, m_bits);
    form()->addRow(u"Epsilon"_s, m_epsilon);
    form()->addRow(u"Images"_s, m_data);
    form()->addRow(QString(), m_imagesRow);
    form()->addRow(u"Mean"_s, m_normalizationRow);
    form()->addRow(u"Model file"_s, m_out);
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

bool ImportDialog::ofOnnx() const { return m_source->file().endsWith(u".onnx"_s, Qt::CaseInsensitive); }
bool ImportDialog::ofCatalogue() const { return !ofOnnx() && m_network->currentIndex() < m_network->count() - 1; }

QString ImportDialog::network() const {
    if (ofOnnx()) return {};
    if (ofCatalogue()) return m_network->currentText();
    // A JSON file may be called anything; what has no slash would be looked up in the catalogue.
    const QString file = m_networkFile->file();
    return file.isEmpty() ? file : QFileInfo(file).absoluteFilePath();
}

void ImportDialog::followForm() {
    const bool onnx = ofOnnx(), catalogue = ofCatalogue(), drafted = onnx || m_mapping->file().isEmpty();
    form()->setRowVisible(m_network, !onnx);
    form()->setRowVisible(m_networkText, catalogue);
    form()->setRowVisible(m_inputRow, catalogue || onnx);
    form()->setRowVisible(m_networkFile, !catalogue && !onnx);
    form()->setRowVisible(m_mapping, !onnx);
    form()->setRowVisible(m_until, onnx);
    form()->setRowVisible(m_weightsKey, !onnx);
    form()->setRowVisible(m_epsilon, !onnx);
    m_classes->setEnabled(!onnx);
    if (onnx) setHint(*m_input, u"as the file says"_s);
    m_bits->setEnabled(drafted);
    m_bits->setToolTip(drafted ? QString() : u"The mapping says them"_s);
    const bool hasData = !m_data->file().isEmpty();
    m_imagesRow->setEnabled(hasData);
    if (catalogue) {
        const CatalogueNetwork& found = findNetwork(m_network->currentText().toStdString());
        const Shape& own = found.defaultInput;
        m_networkText->setText(QString::fromUtf8(found.description));
        setHint(*m_input, hasData ? u"as the data set's images"_s
                                  : u"%1×%2×%3"_s.arg(own.height).arg(own.width).arg(own.channels));
        m_classes->setSpecialValueText(hasData ? u"as the data set"_s : QString::number(found.defaultClasses));
    }
    const QString hint = onnx ? u"as the file says"_s : drafted ? u"of each channel"_s : u"as the mapping says"_s;
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
    if (source.suffix() == u"safetensors"_s) name += u"-imported"_s;
    const QString suggested = m_source->file().isEmpty() ? QString() : source.dir().filePath(name + u".safetensors"_s);
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
    if (m_source->file().isEmpty()) return u"Name the file to import"_s;
    if (!ofOnnx() && network().isEmpty()) return u"Name the network's file"_s;
    return m_out->file().isEmpty() ? u"Name the model file to write"_s : QString();
}

jobs::ImportRequest ImportDialog::request() const {
    jobs::ImportRequest request;
    request.source = m_source->file().toStdString();
    if (ofOnnx()) request.until = m_until->text().trimmed().toStdString();
    else request.mapping = m_mapping->file().toStdString();
    request.out = m_out->file().toStdString();
    request.network = network().toStdString();
    if (ofCatalogue() || ofOnnx()) request.input = shapeIn(m_input->text());
    if (ofCatalogue() && m_classes->value() > 0) request.classes = m_classes->value();
    if (request.mapping.empty()) request.bits = widthsIn(m_bits->text());
    request.normalization = normalizationIn(m_mean->text(), m_deviation->text());
    request.data = m_data->file().toStdString();
    request.split = parseSplit(m_split->currentText().toStdString());
    request.images = m_images->value();
    if (!ofOnnx()) {
        request.weightsKey = m_weightsKey->text().trimmed().toStdString();
        request.epsilon = epsilonIn(m_epsilon->text());
    }
    return request;
}

std::optional<jobs::ImportRequest> ImportDialog::checkedRequest() {
    try {
        return request();
    } catch (const std::exception& error) {
        showProblem(u"Something is wrong in the form"_s, QString::fromStdString(error.what()));
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
    run(u"reading %1"_s.arg(QFileInfo(m_source->file()).fileName()), u"The network is not imported"_s, work,
        [this, file = m_out->file()](const jobs::ImportResult& result) { showResult(file, result); });
}

void ImportDialog::showResult(const QString& file, const jobs::ImportResult& result) {
    const MetaModel& model = result.model;
    QStringList widths;
    for (const int width : model.bits) widths << QString::number(width);
    QString text = u"%1: %2, %3 layers, %4 of them quantizable, bits %5\n"_s
                       .arg(QFileInfo(file).absoluteFilePath(), shownText(model.network.name()))
                       .arg(model.layers.size())
                       .arg(model.network.quantizable().size())
                       .arg(widths.join(u", "_s));
    for (const std::string& note : result.notes) text += u"\n%1\n"_s.arg(QString::fromStdString(note));
    if (!result.unused.empty()) text += u"\nTensors of the file that were not used: %1.\n"_s.arg(listed(result.unused));
    showOutcome(u"The network is imported"_s, text.trimmed());
    if (m_open->isChecked()) m_workbench.openModel(file);
}

void ImportDialog::chooseDraft() {
    const QFileInfo source(m_source->file());
    chooseNewFile(this, u"Draft of the mapping"_s,
                  source.dir().filePath(source.completeBaseName() + u"-mapping.json"_s), u"Mappings (*.json)"_s,
                  u"json"_s, [this](const QString& file) { draft(file); });
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
        Draft draft{{}, jobs::draftMapping(request, network)};
        jobs::writeNewFile(out, toJson(draft.second.mapping, network), true);
        for (const std::string& name : missingFrom(draft.second.mapping, network)) draft.first << shownText(name);
        return draft;
    };
    run(u"drafting the mapping"_s, u"The mapping is not drafted"_s, work,
        [this, file](const Draft& draft) { showDraft(file, draft.first, draft.second); });
}

void ImportDialog::showDraft(const QString& file, const QStringList& missing, const SuggestedMapping& draft) {
    m_mapping->setFile(file);
    QString text = file + u'\n';
    if (!draft.uncertain.empty())
        text += u"\nThe tensors of these are a guess: %1. Correct them in the file.\n"_s.arg(listed(draft.uncertain));
    if (!missing.isEmpty())
        text += u"\nNo tensor was found for: %1. Name them in the file.\n"_s.arg(missing.join(u", "_s));
    if (!draft.unused.empty()) text += u"\nTensors that were not used: %1.\n"_s.arg(listed(draft.unused));
    if (missing.isEmpty() && draft.uncertain.empty())
        text += u"\nEvery layer and norm has its tensors. Look it over, then import.\n"_s;
    showOutcome(u"The mapping is drafted"_s, text.trimmed());
}

}  // namespace bitdesk
