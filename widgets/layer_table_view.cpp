// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/layer_table_view.h"

#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/building_blocks.h"
#include "widgets/elided_label.h"
#include "widgets/format.h"
#include "widgets/layer_table_model.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

QString cellText(const LayerCell& cell, const TimeUnit& unit) {
    return u"%1 %2"_s.arg(unit.number(cell.milliseconds.median), unit.interval(cell.ci95));
}

/// "stage1.conv1 · 4 → 3 bits · memory-bound · 12.3 [12.1, 12.5] → 12.4 [12.2, 12.6] µs"
QString findingText(const LayerFinding& finding) {
    const TimeUnit unit =
        TimeUnit::forLongest(std::max(finding.from.milliseconds.median, finding.to.milliseconds.median));
    return u"%1 · %2 → %3 bits · %4 · %5 → %6 %7"_s.arg(shortLayerName(finding.layer))
        .arg(finding.fromBits)
        .arg(finding.toBits)
        .arg(QLatin1String(toText(finding.cause)), cellText(finding.from, unit), cellText(finding.to, unit), unit.name);
}

/// What the list shows: the figures, and under them the cause in a sentence.
QString findingLines(const LayerFinding& finding) {
    return u"%1\n%2"_s.arg(findingText(finding), shownText(finding.explanation));
}

QString findingToolTip(const LayerFinding& finding) {
    return u"%1\nBitOPs × %2, n = %3 and %4\n%5"_s.arg(findingText(finding))
        .arg(finding.bitopsRatio, 0, 'f', 2)
        .arg(finding.from.milliseconds.n)
        .arg(finding.to.milliseconds.n)
        .arg(shownText(finding.explanation));
}

}  // namespace

LayerTableView::LayerTableView(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    m_model = new LayerTableModel(this);
    m_empty = new QLabel(
        u"No layer has been timed yet.\nThe table is measured when the hand rests: every layer at every "
        "width, inside whole runs."_s);
    m_empty->setObjectName(u"layerTableEmpty"_s);
    m_empty->setTextFormat(Qt::PlainText);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_pages = new QStackedWidget;
    m_pages->addWidget(m_empty);
    m_pages->addWidget(createContent());
    column->addWidget(m_pages);
    style();
}

QWidget* LayerTableView::createContent() {
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 3, 0, 0);
    column->setSpacing(2);
    m_caption = named(u"layerTableCaption"_s, new ElidedLabel);
    m_warnings = named(u"layerTableWarnings"_s, new ElidedLabel);
    m_heading = named(u"findingsHeading"_s, new ElidedLabel);
    m_heading->setFont(Theme::figures(font(), 0.85, true));
    m_findings = new QListWidget;
    m_findings->setFrameShape(QFrame::NoFrame);
    m_findings->setSelectionMode(QAbstractItemView::NoSelection);
    m_findings->setWordWrap(true);
    m_findings->setResizeMode(QListView::Adjust);
    m_findings->setAlternatingRowColors(true);
    m_findings->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_findings->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_findings->setAccessibleName(u"Layers that fewer BitOPs did not make faster"_s);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_caption, m_warnings, m_findings})
        widget->setFont(Theme::figures(font(), 0.85, false));
    for (QLabel* label : {m_caption, m_warnings, m_heading}) label->setContentsMargins(6, 0, 6, 0);
    column->addWidget(m_caption);
    column->addWidget(m_warnings);
    QWidget* lower = inAColumn({m_heading, m_findings}, 2);
    column->addWidget(splitter(Qt::Vertical, createTables(), lower, {3, 2}, {300, 200}), 1);
    return content;
}

/// The layers, which scroll, and under them the closing rows, which do not.
QWidget* LayerTableView::createTables() {
    m_table = createTable(u"layerTable"_s, u"Times of the layers"_s);
    m_closing = createTable(u"layerTableClosing"_s, u"Their sum and the whole run"_s);
    m_closing->horizontalHeader()->hide();
    m_closing->setAlternatingRowColors(false);
    m_closing->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_closing->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->viewport()->installEventFilter(this);
    connect(m_table->horizontalScrollBar(), &QScrollBar::valueChanged, m_closing->horizontalScrollBar(),
            &QScrollBar::setValue);
    return inAColumn({m_table, m_closing}, 0);
}

QTableView* LayerTableView::createTable(const QString& name, const QString& accessibleName) {
    QTableView* table = tableOf(m_model, name, accessibleName);
    table->setFont(Theme::figures(font(), 0.85, false));
    table->horizontalHeader()->setFont(table->font());
    table->setAlternatingRowColors(true);
    table->setWordWrap(false);
    table->setTextElideMode(Qt::ElideMiddle);  // kernels differ at their ends
    table->setFrameShape(QFrame::NoFrame);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 5);
    table->horizontalHeader()->setMinimumSectionSize(20);
    return table;
}

void LayerTableView::style() {
    const Theme theme = Theme::of(palette());
    m_model->setTheme(theme);
    for (QWidget* view : std::initializer_list<QWidget*>{m_table, m_closing, m_findings}) setStripes(*view, theme);
    for (QLabel* label : {m_empty, m_caption}) setTextColour(*label, theme.muted);
    setTextColour(*m_heading, theme.text);
    setTextColour(*m_warnings, theme.warning);
}

void LayerTableView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_pages != nullptr) style();
}

void LayerTableView::setTable(const std::optional<LayerTable>& table) {
    m_model->setTable(table);
    m_pages->setCurrentIndex(table ? 1 : 0);
    showFindings(table ? table->findings : std::vector<LayerFinding>());
    if (!table) return;
    spanCells();
    shareRows();
    fitColumns();
    writeCaption();
}

void LayerTableView::setMix(const BitConfiguration& bits) { m_model->setMix(bits); }
void LayerTableView::setMeasured(const std::optional<Measurement>& measurement) { m_model->setMeasured(measurement); }

void LayerTableView::clear() {
    m_model->setMeasured(std::nullopt);
    setTable(std::nullopt);
}

void LayerTableView::spanCells() {
    for (QTableView* table : {m_table, m_closing}) {
        table->clearSpans();
        for (int row = 0; row < m_model->wholeRow(); ++row)
            if (m_model->spansWidths(row) && m_model->widths() > 1)
                table->setSpan(row, LayerTableModel::FirstWidth, 1, m_model->widths());
        table->setSpan(m_model->wholeRow(), LayerTableModel::Requested, 1,
                       m_model->columnCount() - LayerTableModel::Requested);
    }
}

/// Each of the two tables shows its part of the model's rows.
void LayerTableView::shareRows() {
    for (int row = 0; row < m_model->rowCount(); ++row) {
        m_table->setRowHidden(row, row >= m_model->outsideRow());
        m_closing->setRowHidden(row, row < m_model->outsideRow());
    }
    m_closing->setRowHeight(m_model->wholeRow(), 2 * m_closing->fontMetrics().lineSpacing() + 4);
    m_closing->setFixedHeight(m_closing->rowHeight(m_model->outsideRow()) + m_closing->rowHeight(m_model->wholeRow()));
}

/// Not by what a mix shows: widths that followed it would jump under the hand.
void LayerTableView::fitColumns() {
    if (m_model->empty()) return;
    const QFontMetrics metrics = m_table->fontMetrics();
    const auto wide = [&](const QString& text) { return metrics.horizontalAdvance(text) + 10; };
    int layer = wide(u"whole run"_s), kernel = 0;
    for (const LayerRow& row : m_model->table()->rows) {
        layer = std::max(layer, wide(shortLayerName(row.name)));
        for (const std::string& name : row.kernels) kernel = std::max(kernel, wide(shownText(name)));
    }
    constexpr int kWidest = 190;  // a longer name ends in an ellipsis
    m_table->setColumnWidth(LayerTableModel::Layer, std::min(layer, kWidest));
    m_table->setColumnWidth(LayerTableModel::Requested, wide(u"asked"_s));
    m_table->setColumnWidth(LayerTableModel::Executed, wide(u"run at"_s));
    const double longest = m_model->table()->longestMs();
    const int time = std::max(wide(u"100.00"_s), wide(TimeUnit::forLongest(longest).number(longest)));
    for (int i = 0; i < m_model->widths(); ++i) m_table->setColumnWidth(LayerTableModel::FirstWidth + i, time);
    m_table->setColumnWidth(m_model->shareColumn(), wide(u"100.0 %"_s));
    // Kernels have what is left.
    int others = 0;
    for (int i = 0; i < m_model->columnCount(); ++i)
        if (i != m_model->kernelColumn()) others += m_table->columnWidth(i);
    constexpr int kNarrowest = 56;
    const int left = m_table->viewport()->width() - others;
    m_table->setColumnWidth(m_model->kernelColumn(), std::clamp(left, kNarrowest, std::max(kernel, kNarrowest)));
    for (int i = 0; i < m_model->columnCount(); ++i) m_closing->setColumnWidth(i, m_table->columnWidth(i));
}

bool LayerTableView::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize) fitColumns();  // of the table's viewport
    return QWidget::eventFilter(watched, event);
}

void LayerTableView::showFindings(const std::vector<LayerFinding>& findings) {
    m_findings->clear();
    for (const LayerFinding& finding : findings) {
        auto* item = new QListWidgetItem(findingLines(finding));
        item->setToolTip(toolTipOf(findingToolTip(finding)));
        m_findings->addItem(item);
    }
    m_heading->setText(findings.empty() ? u"No layer found where BitOPs fell and latency did not"_s
                                        : u"BitOPs fell, latency did not · %1"_s.arg(findings.size()));
    m_findings->setVisible(!findings.empty());
    // Nothing to list: the table has all the room but the heading's.
    m_findings->parentWidget()->setMaximumHeight(findings.empty() ? m_heading->sizeHint().height() : QWIDGETSIZE_MAX);
}

void LayerTableView::writeCaption() {
    const LayerTable& table = *m_model->table();
    QString text =
        u"Fitted from %1 mixes; this mix's own runs: tab Time\nbatch %2, %3 thread(s) on %4"_s.arg(table.mixes)
            .arg(table.key.batch)
            .arg(table.key.threads)
            .arg(shownText(table.key.device));
    if (const auto error = table.medianError())
        text += u" · median error %1 % over %2 checks"_s.arg(100 * *error, 0, 'f', 1).arg(table.checks.size());
    m_caption->setText(text);
    QStringList warnings;
    for (const std::string& warning : table.warnings) warnings << shownText(warning);
    m_warnings->setText(warnings.join(u" · "_s));
    m_warnings->setVisible(!warnings.isEmpty());
}

}  // namespace bitdesk
