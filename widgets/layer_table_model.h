// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QAbstractTableModel>
#include <optional>

#include "core/results/layer_table.h"
#include "core/results/results.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {

/// The layers' times at every width, for the mix in hand, and two closing rows that reconcile their sum with the time
/// of a whole run: what lies outside the layers, and the whole run as predicted and as measured.
class LayerTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    /// A column for each width follows, then the share of the run and the kernel.
    enum Column { Layer, Requested, Executed, FirstWidth };
    /// True in the cell of the width that the mix in hand has.
    static constexpr int kPresentRole = Qt::UserRole;

    using QAbstractTableModel::QAbstractTableModel;

    void setTable(const std::optional<LayerTable>& table);
    void setMix(const BitConfiguration& bits);
    /// Of any mix: it is reconciled with the table where its mix is in hand. Simulated bits are ignored.
    void setMeasured(const std::optional<Measurement>& measurement);
    void setTheme(const Theme& theme);

    bool empty() const { return !m_table; }
    const std::optional<LayerTable>& table() const { return m_table; }
    int widths() const { return m_table ? static_cast<int>(m_table->widths.size()) : 0; }
    int shareColumn() const { return FirstWidth + widths(); }
    int kernelColumn() const { return shareColumn() + 1; }
    int outsideRow() const { return rowCount() - 2; }
    int wholeRow() const { return rowCount() - 1; }
    /// Its time has one cell over all widths: no fader moves the layer's own bits.
    bool spansWidths(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const LayerRow& layer(int row) const { return m_table->rows[static_cast<std::size_t>(row)]; }
    std::optional<int> requestedBits(const LayerRow& row) const;
    /// Index of the width of a fader in the mix in hand; 0 without a fader, −1 where the mix does not fit the table.
    int widthIndex(int quantizable) const;
    const LayerCell* cell(const LayerRow& row, int width) const;
    const LayerCell* presentCell(const LayerRow& row) const { return cell(row, widthIndex(row.quantizable)); }
    std::optional<double> predictedMs() const;
    bool executedDiffers(int row) const;
    bool isPresent(int row, int column) const;
    QString text(int row, int column) const;
    QString layerText(const LayerRow& row, int column) const;
    QString outsideText(int column) const;
    QString wholeText() const;
    QString share(double ms) const;
    QString toolTip(int row, int column) const;
    QString wholeToolTip() const;
    QVariant colour(int row, int column) const;
    void changed();

    std::optional<LayerTable> m_table;
    BitConfiguration m_mix;
    std::optional<Measurement> m_measured;
    std::optional<double> m_predicted;  ///< of the mix in hand
    TimeUnit m_unit, m_wholeUnit;
    std::optional<Theme> m_theme;
};

}  // namespace bitdesk
