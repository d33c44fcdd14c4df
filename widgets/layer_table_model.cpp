// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/layer_table_model.h"

#include <QFont>
#include <algorithm>

#include "core/present/words.h"

namespace bitdesk {
namespace {

constexpr int kFloatBits = 32;  // of a layer that is simulated on floats
const QString kNothing = u"–"_s;

QString bitsText(int bits) { return bits == kFloatBits ? u"float"_s : QString::number(bits); }

template <typename T>
const T* at(const std::vector<T>& values, int index) {
    return index >= 0 && index < static_cast<int>(values.size()) ? &values[static_cast<std::size_t>(index)] : nullptr;
}

}  // namespace

void LayerTableModel::setTable(const std::optional<LayerTable>& table) {
    beginResetModel();
    m_table = table;
    m_unit = TimeUnit::forLongest(table ? table->longestMs() : 0);
    m_predicted = predictedMs();
    m_wholeUnit = TimeUnit::forLongest(m_predicted.value_or(0));
    endResetModel();
}

void LayerTableModel::setMix(const BitConfiguration& bits) {
    m_mix = bits;
    m_predicted = predictedMs();
    m_wholeUnit = TimeUnit::forLongest(m_predicted.value_or(0));
    changed();
}

void LayerTableModel::setMeasured(const std::optional<Measurement>& measurement) {
    m_measured = measurement && !measurement->simulated ? measurement : std::nullopt;
    changed();
}

void LayerTableModel::setTheme(const Theme& theme) {
    m_theme = theme;
    changed();
}

void LayerTableModel::changed() {
    if (rowCount() > 0) emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

bool LayerTableModel::spansWidths(int row) const {
    return row == outsideRow() || (row < outsideRow() && layer(row).quantizable < 0);
}

int LayerTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !m_table ? 0 : static_cast<int>(m_table->rows.size()) + 2;
}
int LayerTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || !m_table ? 0 : kernelColumn() + 1;
}

std::optional<int> LayerTableModel::requestedBits(const LayerRow& row) const {
    const int* bits = at(m_mix.bits, row.quantizable);
    return bits != nullptr ? std::optional(*bits) : std::nullopt;
}

int LayerTableModel::widthIndex(int quantizable) const {
    if (quantizable < 0) return 0;
    const int* bits = at(m_mix.bits, quantizable);
    const auto found = bits != nullptr ? std::ranges::find(m_table->widths, *bits) : m_table->widths.end();
    return found == m_table->widths.end() ? -1 : static_cast<int>(found - m_table->widths.begin());
}

const LayerCell* LayerTableModel::cell(const LayerRow& row, int width) const {
    const auto* byNext = at(row.cells, width);
    return byNext != nullptr ? at(*byNext, widthIndex(row.next)) : nullptr;
}

/// LayerTable::predict(), but nothing for a mix that does not fit.
std::optional<double> LayerTableModel::predictedMs() const {
    if (!m_table) return std::nullopt;
    double sum = m_table->outsideMs.median;
    for (const LayerRow& row : m_table->rows) {
        const LayerCell* present = presentCell(row);
        if (present == nullptr) return std::nullopt;
        sum += present->milliseconds.median;
    }
    return sum;
}

bool LayerTableModel::executedDiffers(int row) const {
    if (row >= outsideRow()) return false;
    const auto requested = requestedBits(layer(row));
    const int* executed = at(layer(row).executedBits, widthIndex(layer(row).quantizable));
    return requested && executed != nullptr && *executed != *requested;
}

bool LayerTableModel::isPresent(int row, int column) const {
    if (row >= outsideRow() || column < FirstWidth || column >= shareColumn()) return false;
    return layer(row).quantizable >= 0 && column - FirstWidth == widthIndex(layer(row).quantizable);
}

QString LayerTableModel::share(double ms) const {
    if (!m_predicted || !(*m_predicted > 0)) return kNothing;
    const QString text = u"%1 %"_s.arg(100 * ms / *m_predicted, 0, 'f', 1);
    return text.startsWith('-') ? QChar(0x2212) + text.mid(1) : text;
}

QString LayerTableModel::text(int row, int column) const {
    if (row < outsideRow()) return layerText(layer(row), column);
    if (row == outsideRow()) return outsideText(column);
    if (column == Layer) return u"whole run"_s;
    return column == Requested ? wholeText() : QString();
}

QString LayerTableModel::layerText(const LayerRow& row, int column) const {
    const int present = widthIndex(row.quantizable);
    if (column == Layer) return shortLayerName(row.name);
    if (column == Requested) {
        const auto bits = requestedBits(row);
        return bits ? QString::number(*bits) : kNothing;
    }
    if (column == Executed) {
        const int* bits = at(row.executedBits, present);
        return bits != nullptr ? bitsText(*bits) : kNothing;
    }
    if (column == kernelColumn()) {
        const std::string* kernel = at(row.kernels, present);
        return kernel != nullptr ? shownText(*kernel) : kNothing;
    }
    const bool isShare = column == shareColumn();
    const LayerCell* shown = isShare ? presentCell(row) : cell(row, row.quantizable < 0 ? 0 : column - FirstWidth);
    if (shown == nullptr) return kNothing;
    return isShare ? share(shown->milliseconds.median) : m_unit.number(shown->milliseconds.median);
}

QString LayerTableModel::outsideText(int column) const {
    if (column == Layer) return u"outside"_s;
    if (column < FirstWidth || column == kernelColumn()) return {};
    const double ms = m_table->outsideMs.median;
    return column == shareColumn() ? share(ms) : m_unit.number(ms);
}

QString LayerTableModel::wholeText() const {
    if (!m_predicted) return u"no time for this mix in the table"_s;
    const TimeUnit& unit = m_wholeUnit;
    const QString predicted = u"predicted %1 %2"_s.arg(unit.number(*m_predicted), unit.name);
    if (!m_measured || m_measured->bits != m_mix) return predicted + u"\nnot measured yet"_s;
    const double measured = m_measured->latencyMs.median;
    return u"%1, error %2 (%3 %4)\nmeasured %5 %6 %4, n = %7"_s
        .arg(predicted, formatError(measured > 0 ? *m_predicted / measured - 1 : 0),
             QString::fromStdString(signedText(unit.perMs * (*m_predicted - measured), unit.scale.digits)), unit.name,
             unit.number(measured), unit.interval(m_measured->medianCi95))
        .arg(m_measured->latencyMs.n);
}

QString LayerTableModel::wholeToolTip() const {
    if (!m_predicted) return wholeText();
    const double outside = m_table->outsideMs.median;
    return u"sum of the layers %1 + outside %2 = predicted %3 %4\n%5\nerror: predicted / measured − 1"_s.arg(
        m_wholeUnit.number(*m_predicted - outside), m_wholeUnit.number(outside), m_wholeUnit.number(*m_predicted),
        m_wholeUnit.name, wholeText());
}

QString LayerTableModel::toolTip(int row, int column) const {
    const auto quartilesText = [this](const Quartiles& q) {
        return u"quartiles %1–%2 %3, n = %4"_s.arg(m_unit.number(q.q1), m_unit.number(q.q3), m_unit.name).arg(q.n);
    };
    if (row == wholeRow()) return wholeToolTip();
    if (row == outsideRow())
        return u"Whole run less the sum of its layers: starting, copying the result, waiting.\n%1"_s.arg(
            quartilesText(m_table->outsideMs));
    if (executedDiffers(row) && (column == Requested || column == Executed))
        return u"The fastest kernel here does another width's arithmetic than was asked for."_s;
    if (column == Layer) return shownText(layer(row).name);
    if (column < FirstWidth || column >= shareColumn()) return text(row, column);
    const LayerCell* shown = cell(layer(row), spansWidths(row) ? 0 : column - FirstWidth);
    if (shown == nullptr) return {};
    return u"%1\nmedian %2 %3, 95 % interval %4\n%5"_s.arg(
        shownText(layer(row).name), m_unit.number(shown->milliseconds.median), m_unit.name,
        m_unit.interval(shown->ci95), quartilesText(shown->milliseconds));
}

QVariant LayerTableModel::colour(int row, int column) const {
    if (!m_theme) return {};
    if ((column == Requested || column == Executed) && executedDiffers(row)) return m_theme->warning;
    if (isPresent(row, column)) return m_theme->accent;
    const bool otherWidth = row < outsideRow() && column >= FirstWidth && column < shareColumn() && !spansWidths(row);
    return otherWidth || row == outsideRow() ? QVariant(m_theme->muted) : QVariant();
}

QVariant LayerTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= columnCount()) return {};
    const int row = index.row(), column = index.column();
    switch (role) {
        case Qt::DisplayRole: return text(row, column);
        case Qt::ToolTipRole: return toolTipOf(toolTip(row, column));
        case Qt::ForegroundRole: return colour(row, column);
        case kPresentRole: return isPresent(row, column);
        case Qt::FontRole: {
            QFont font;
            font.setBold(true);
            return isPresent(row, column) || (row == wholeRow() && column == Layer) ? QVariant(font) : QVariant();
        }
        case Qt::TextAlignmentRole: {
            const bool left = column == Layer || column == kernelColumn() || row == wholeRow();
            return QVariant::fromValue(Qt::Alignment((left ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
        }
        default: return {};
    }
}

QVariant LayerTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || !m_table) return {};
    if (role == Qt::ToolTipRole && section == shareColumn()) return u"of the predicted time of a whole run"_s;
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Layer: return u"layer"_s;
        case Requested: return u"bits\nasked"_s;
        case Executed: return u"bits\nrun at"_s;
        default: break;
    }
    if (section == shareColumn()) return u"share\nof run"_s;
    if (section == kernelColumn()) return u"kernel"_s;
    const int* width = at(m_table->widths, section - FirstWidth);
    return width != nullptr ? QVariant(u"%1 bits\n%2"_s.arg(*width).arg(m_unit.name)) : QVariant();
}

}  // namespace bitdesk
