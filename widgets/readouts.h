// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>
#include <QWidget>
#include <optional>

#include "core/statistics/intervals.h"

class QLabel;

namespace bitdesk {

/// How far a shown number can be trusted.
enum class ReadoutState { Empty, Stale, Streaming, Final, Stored };

/// The row of figures above the plots.
class Readouts : public QWidget {
    Q_OBJECT
public:
    explicit Readouts(QWidget* parent = nullptr);

    void setCost(std::int64_t bitops, std::int64_t weightBytes, std::int64_t normBytes);
    /// `seen` of `total` images; `reference` names what the difference is taken against.
    void setAccuracy(std::int64_t correct, std::int64_t seen, std::int64_t total,
                     const std::optional<PairedDifference>& difference, const QString& reference, ReadoutState state);
    /// Milliseconds of one image; `simulated`: the float executor's time, which says nothing about low bits.
    void setLatency(const Quartiles& milliseconds, bool simulated, ReadoutState state);
    /// The hand moved: what is shown belongs to the former mix.
    void setStale();
    void clear();

    ReadoutState accuracyState() const { return m_accuracyState; }
    QString accuracyText() const;

private:
    struct Cell {
        QLabel* value = nullptr;
        QLabel* detail = nullptr;
    };
    Cell createCell(const QString& title, int stretch);
    void setState(const Cell& cell, ReadoutState state);

    Cell m_accuracy, m_difference, m_bitops, m_weights, m_latency;
    ReadoutState m_accuracyState = ReadoutState::Empty;
};

}  // namespace bitdesk
