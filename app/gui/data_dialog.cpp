// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/data_dialog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <algorithm>

#include "app/gui/progress_strip.h"
#include "widgets/class_counts.h"
#include "widgets/elided_label.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {

DataDialog::DataDialog(std::shared_ptr<const DataSet> dataSet, QString spec, DataRequest request, QWidget* parent)
    : QDialog(parent), m_spec(std::move(spec)), m_request(std::move(request)) {
    setWindowTitle(QStringLiteral("Data set"));
    setObjectName(QStringLiteral("dataDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* halves = new QSplitter(Qt::Horizontal);
    halves->addWidget(createClasses());
    halves->addWidget(createImages());
    halves->setStretchFactor(1, 1);
    halves->setSizes({340, 520});
    halves->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->addWidget(createFacts());
    column->addWidget(halves, 1);
    column->addWidget(createBottom());
    resize(900, 660);
    const auto showFailure = [this](const Error& error) { m_grid->setNote(QString::fromUtf8(error.what())); };
    connect(&m_counting, &Task::failed, this, showFailure);
    connect(&m_loading, &Task::failed, this, showFailure);
    connect(&m_opening, &Task::progressed, m_strip, [this](const Progress& progress) { m_strip->tell(progress); });
    connect(&m_opening, &Task::cancelled, this, &DataDialog::endOpening);
    connect(&m_opening, &Task::failed, this, [this, showFailure](const Error& error) {
        endOpening();
        showFailure(error);
    });
    setData(std::move(dataSet));
    m_classes->setFocus();
}

QLabel* DataDialog::addFact(QFormLayout* form, const char* name) {
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    form->addRow(QString::fromLatin1(name), label);
    return label;
}

QWidget* DataDialog::createFacts() {
    m_name = new ElidedLabel;
    m_split = new QComboBox;
    m_split->setObjectName(QStringLiteral("split"));
    m_split->setAccessibleName(QStringLiteral("Split"));
    auto* box = new QWidget;
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
    form->addRow(QStringLiteral("Data set"), m_name);
    form->addRow(QStringLiteral("Split"), m_split);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    m_note = addFact(form, "Note");
    m_images = addFact(form, "Images");
    m_format = addFact(form, "Format");
    m_preparation = addFact(form, "Preparation");
    m_memory = addFact(form, "Memory");
    for (QLabel* label : {m_note, m_images, m_format, m_preparation, m_memory}) {
        QSizePolicy policy = label->sizePolicy();
        policy.setHorizontalPolicy(QSizePolicy::Expanding);
        label->setSizePolicy(policy);
    }
    m_name->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    connect(m_split, &QComboBox::activated, this,
            [this] { showSplit(parseSplit(m_split->currentText().toStdString())); });
    return box;
}

QWidget* DataDialog::createClasses() {
    m_counts = new ClassCounts(this);
    m_sorted = new QSortFilterProxyModel(this);
    m_sorted->setSourceModel(m_counts);
    m_sorted->setSortRole(ClassCounts::kSortRole);
    m_classes = new QTableView;
    m_classes->setObjectName(QStringLiteral("classes"));
    m_classes->setAccessibleName(QStringLiteral("Classes and their images"));
    m_classes->setModel(m_sorted);
    m_classes->setSortingEnabled(true);
    m_classes->sortByColumn(-1, Qt::AscendingOrder);  // as the data set has them
    m_classes->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_classes->setSelectionMode(QAbstractItemView::SingleSelection);
    m_classes->setShowGrid(false);
    m_classes->setTabKeyNavigation(false);
    m_classes->verticalHeader()->hide();
    m_classes->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    m_classes->horizontalHeader()->setHighlightSections(false);
    m_classes->horizontalHeader()->setSectionResizeMode(ClassCounts::Name, QHeaderView::Stretch);
    m_classes->setColumnWidth(ClassCounts::Images, fontMetrics().horizontalAdvance(QStringLiteral("1,281,167")) + 16);
    m_classes->setColumnWidth(ClassCounts::Bar, 64);
    m_classes->setItemDelegateForColumn(ClassCounts::Bar, new CountBarDelegate(m_classes));
    m_classes->setMinimumWidth(240);
    // Not the current row: a view that gets the focus has one that nobody chose.
    connect(m_classes->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        const QModelIndexList rows = m_classes->selectionModel()->selectedRows();
        if (!rows.isEmpty()) showClass(m_sorted->mapToSource(rows.first()).row());
    });
    return m_classes;
}

QWidget* DataDialog::createImages() {
    m_grid = new ImageGrid;
    m_range = new QLabel;
    m_range->setObjectName(QStringLiteral("range"));
    m_range->setTextFormat(Qt::PlainText);
    const auto makeButton = [](const QString& text, const char* name) {
        auto* button = new QToolButton;
        button->setText(text);
        button->setObjectName(QLatin1String(name));
        return button;
    };
    m_previous = makeButton(QStringLiteral("Previous"), "previous");
    m_next = makeButton(QStringLiteral("Next"), "next");
    m_all = makeButton(QStringLiteral("All classes"), "all");
    connect(m_previous, &QToolButton::clicked, this, [this] { turnPage(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { turnPage(1); });
    connect(m_all, &QToolButton::clicked, this, [this] {
        m_classes->clearSelection();
        showClass(std::nullopt);
    });
    auto* pager = new QHBoxLayout;
    pager->addWidget(m_range, 1);
    pager->addWidget(m_all);
    pager->addWidget(m_previous);
    pager->addWidget(m_next);
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_grid, 1);
    column->addLayout(pager);
    return box;
}

QWidget* DataDialog::createBottom() {
    m_strip = new ProgressStrip(QStringLiteral("dataStrip"), QStringLiteral("checking images, 99 min left"));
    connect(m_strip, &ProgressStrip::cancelled, &m_opening, &Task::cancel);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    buttons->button(QDialogButtonBox::Close)->setText(QStringLiteral("Close"));
    buttons->button(QDialogButtonBox::Close)->setDefault(true);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* box = new QWidget;
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_strip);
    row->addWidget(buttons, 1);
    return box;
}

void DataDialog::setData(std::shared_ptr<const DataSet> dataSet) {
    m_loading.cancel();
    m_data = std::move(dataSet);
    m_overview = {};
    m_class.reset();
    m_page = 0;
    showFacts();
    m_counts->setCounts({}, {});
    m_grid->setNote(QStringLiteral("…"));
    showPager();
    m_counting.start([shown = m_data] { return overviewOf(*shown); },
                     [this](DataOverview overview) { takeOverview(std::move(overview)); });
}

void DataDialog::showFacts() {
    const DataDescription& description = m_data->description();
    m_split->clear();
    for (const Split split : description.splits) m_split->addItem(QString::fromLatin1(splitName(split)));
    m_split->setCurrentText(QString::fromLatin1(splitName(m_data->split())));
    m_split->setEnabled(m_split->count() > 1);
    m_name->setText(shownText(m_data->name()));
    const auto channels = m_data->channels();
    m_images->setText(QStringLiteral("%L1 of %2×%3 pixels, %4, in %L5 classes")
                          .arg(m_data->size())
                          .arg(m_data->height())
                          .arg(m_data->width())
                          .arg(channels == 1   ? QStringLiteral("grey")
                               : channels == 3 ? QStringLiteral("in colour")
                                               : QStringLiteral("%1 channels").arg(channels))
                          .arg(m_data->classNames().size()));
    m_format->setText(shownText(description.format));
    m_preparation->setText(shownText(description.preprocessing));
    m_memory->setText(QStringLiteral("at most %1 of pixels").arg(QLocale().formattedDataSize(description.memory)));
    m_note->setText(shownText(fmt::format("{}", fmt::join(description.notes, "; "))));
    auto* form = qobject_cast<QFormLayout*>(m_note->parentWidget()->layout());
    form->setRowVisible(m_note, !description.notes.empty());
    form->setRowVisible(m_preparation, !description.preprocessing.empty());
}

QString DataDialog::facts() const {
    QStringList lines{m_name->text(), m_split->currentText()};
    for (const QLabel* label : {m_images, m_format, m_preparation, m_memory, m_note}) lines << label->text();
    return lines.join(u'\n');
}

void DataDialog::takeOverview(DataOverview overview) {
    m_overview = std::move(overview);
    QStringList names;
    for (const std::string& name : m_data->classNames()) names << shownText(name);
    m_counts->setCounts(std::move(names), m_overview.counts());
    loadPage();
}

const std::vector<std::int64_t>& DataDialog::shown() const {
    if (m_class && static_cast<std::size_t>(*m_class) < m_overview.ofClass.size())
        return m_overview.ofClass[static_cast<std::size_t>(*m_class)];
    return m_overview.mixed;
}

void DataDialog::showClass(std::optional<int> index) {
    m_class = index;
    m_page = 0;
    loadPage();
}

void DataDialog::turnPage(int by) {
    const auto pages = (static_cast<std::ptrdiff_t>(shown().size()) + ImageGrid::kCells - 1) / ImageGrid::kCells;
    const std::ptrdiff_t wanted = static_cast<std::ptrdiff_t>(m_page) + by;
    m_page = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(wanted, 0, std::max<std::ptrdiff_t>(pages - 1, 0)));
    loadPage();
}

void DataDialog::loadPage() {
    showPager();
    m_loading.cancel();
    const auto& indices = shown();
    const std::size_t first = m_page * ImageGrid::kCells, last = std::min(first + ImageGrid::kCells, indices.size());
    if (first >= last) {
        m_grid->setNote(QStringLiteral("no images of this class"));
        return;
    }
    std::vector<std::int64_t> page(indices.begin() + static_cast<std::ptrdiff_t>(first),
                                   indices.begin() + static_cast<std::ptrdiff_t>(last));
    m_loading.start([of = m_data, page = std::move(page)](const std::stop_token& stop,
                                                          const ProgressSink&) { return captioned(*of, page, stop); },
                    [this, of = m_data](std::vector<CaptionedImage> images) {
                        if (of == m_data) m_grid->setImages(std::move(images));
                    });
}

void DataDialog::showPager() {
    const std::size_t all = shown().size(), first = m_page * ImageGrid::kCells,
                      last = std::min(first + ImageGrid::kCells, all);
    QString text;
    if (all > 0) text = QStringLiteral("%L1 – %L2 of %L3").arg(first + 1).arg(last).arg(all);
    if (all > 0 && m_class)
        text += QStringLiteral(", %1").arg(shownText(m_data->classNames()[static_cast<std::size_t>(*m_class)]));
    m_range->setText(text);
    m_previous->setEnabled(m_page > 0);
    m_next->setEnabled(last < all);
    m_all->setEnabled(m_class.has_value());
}

/// The present one stays until the other is open.
void DataDialog::showSplit(Split split) {
    if (split == m_data->split()) return;
    m_strip->begin(QStringLiteral("opening %1").arg(QLatin1String(splitName(split))));
    m_opening.start(
        [spec = m_spec.toStdString(), split, request = m_request](const std::stop_token& stop,
                                                                  const ProgressSink& progress) mutable {
            request.stop = stop;
            request.progress = progress;
            return openDataSet(spec, split, request);
        },
        [this](std::shared_ptr<const DataSet> opened) {
            m_strip->hide();
            setData(std::move(opened));
        });
}

void DataDialog::endOpening() {
    m_strip->hide();
    showFacts();
}

}  // namespace bitdesk
