// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/data_dialog.h"

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

#include "app/gui/job_runner.h"
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
    setData(std::move(dataSet));
    m_classes->setFocus();
}

DataDialog::~DataDialog() {
    m_openStop.request_stop();
    m_pageStop.request_stop();
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
    connect(m_strip, &ProgressStrip::cancelled, this, [this] { m_openStop.request_stop(); });
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

}  // namespace bitdesk
