// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>
#include <QWidget>
#include <optional>

#include "core/results/results.h"
#include "core/statistics/verdicts.h"

namespace bitdesk {

class ElidedLabel;
struct PredictionTrust;

/// How far a shown number can be trusted.
enum class ReadoutState { Empty, Stale, Streaming, Final, Stored };

/// The row of figures above the plots.
class Readouts : public QWidget {
    Q_OBJECT
public:
    explicit Readouts(QWidget* parent = nullptr);

    void setCost(std::int64_t bitops, std::int64_t weightBytes, std::int64_t normBytes);
    /// `seen` of `total` images; `reference` names what the difference is taken against: "baseline".
    void setAccuracy(std::int64_t correct, std::int64_t seen, std::int64_t total,
                     const std::optional<AccuracyComparison>& comparison, const QString& reference, ReadoutState state);
    /// The time of a whole run, and how it compares with that of `reference` in the same interleaved run.
    void setLatency(const Measurement& measurement, const std::optional<LatencyComparison>& comparison,
                    const QString& reference, ReadoutState state);
    /// What the layer table says of the mix under the moving hand, and how far off that may be; shown until
    /// setLatency(). Nothing predicted: what is shown stays.
    void setPredicted(std::optional<double> ms, const PredictionTrust& trust);
    /// The hand moved: what is shown belongs to the former mix.
    void setStale();
    void clear();

    ReadoutState accuracyState() const { return m_accuracy.state; }
    ReadoutState latencyState() const { return m_latency.state; }

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Cell {
        ElidedLabel* heading = nullptr;
        ElidedLabel* value = nullptr;
        ElidedLabel* detail = nullptr;
        ElidedLabel* verdict = nullptr;
        ReadoutState state = ReadoutState::Empty;
    };
    Cell createCell(const QString& title, const QString& name, int stretch, const QString& widest);
    void setDifference(const std::optional<AccuracyComparison>& comparison, const QString& reference);
    void setLatencyVerdict(const std::optional<LatencyComparison>& comparison, const QString& reference);
    void style();

    Cell m_accuracy, m_difference, m_bitops, m_weights, m_latency;
    bool m_simulated = false, m_faintVerdict = false;
};

}  // namespace bitdesk
