// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>
#include <vector>

#include "core/data/data_set.h"
#include "core/model/meta_model.h"
#include "core/report/report.h"

namespace bitdesk {

/// A report that was opened to be shown beside one's own results. It comes from a file that anybody may have written,
/// and a stored accuracy is an answer; so what it holds is shown, and never enters the database.
struct Session {
    QString name;  ///< of its file
    Report report;

    /// Throws Error (BadInput).
    static Session read(const QString& path);

    const ReportInput& input() const { return report.input; }
    const BitConfiguration& baseline() const { return input().subjects.front().bits; }
    /// Its first other mix; the baseline where there is none.
    const BitConfiguration& mix() const { return input().subjects[input().subjects.size() > 1 ? 1 : 0].bits; }
    /// Why the model, opened from that file, is not the one that this is of; empty: it is.
    QString misfit(const MetaModel& model, const QString& file) const;

    /// Of this model, this data set and its whole split, at widths that it has; what the model itself tells is worked
    /// out. Ids below 0: they are not of the database.
    std::vector<EvaluationSummary> rows(const MetaModel& model, const DataSet& data) const;
    std::vector<Measurement> latencies(const MetaModel& model) const;
};

}  // namespace bitdesk
