// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/workbench/session.h"

#include <QFileInfo>
#include <algorithm>

#include "core/base/read_file.h"
#include "core/network/cost.h"

namespace bitdesk {

using namespace Qt::StringLiterals;

namespace {

/// A width for each fader, and one that the model has.
bool fits(const BitConfiguration& bits, const MetaModel& model) {
    return bits.size() == model.network.quantizable().size() && std::ranges::all_of(bits.bits, [&](int width) {
               return std::ranges::find(model.bits, width) != model.bits.end();
           });
}

}  // namespace

Session Session::read(const QString& path) {
    constexpr std::uint64_t kLargest = 512 << 20;
    const std::string file = path.toStdString();
    return {.name = QFileInfo(path).fileName(), .report = makeReport(readReportJson(readFile(file, kLargest), file))};
}

QString Session::misfit(const MetaModel& model, const QString& file) const {
    if (input().subjects.front().modelHash != model.hash)
        return u"The file %1 is not the model that the session is of: its content has changed."_s.arg(file);
    if (!fits(baseline(), model) || !fits(mix(), model))
        return u"Its mixes do not fit the model's layers and widths."_s;
    return {};
}

std::vector<EvaluationSummary> Session::rows(const MetaModel& model, const DataSet& data) const {
    std::vector<EvaluationSummary> rows;
    for (const ReportPoint& point : input().points) {
        EvaluationSummary row = point.evaluation;
        if (row.modelHash != model.hash || row.dataHash != data.hash() || !fits(row.bits, model)) continue;
        row.bitops = bitOps(model.network, row.bits);
        row.weightBytes = weightBytes(model.network, row.bits);
        row.normBytes = normBytes(model.network, static_cast<int>(model.bits.size()));
        row.id = -static_cast<std::int64_t>(rows.size()) - 1;
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<Measurement> Session::latencies(const MetaModel& model) const {
    std::vector<Measurement> found;
    for (const ReportSubject& subject : input().subjects)
        if (subject.measurement && !subject.measurement->simulated && subject.modelHash == model.hash &&
            fits(subject.bits, model))
            found.push_back(*subject.measurement);
    return found;
}

}  // namespace bitdesk
