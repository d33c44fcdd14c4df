// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>

#include "core/report/formats.h"
#include "core/results/csv_cells.h"

namespace bitdesk {
namespace {

/// id, data, split, correct, total, accuracy and its interval, costs
std::string evaluationCells(const EvaluationSummary& row) {
    return csvCells(
        row, {"id", "data", "split", "correct", "total", "accuracy", "ci95", "bitops", "weight_bytes", "norm_bytes"});
}

std::string dataCells(const EvaluationSummary& row) { return csvCells(row, {"data_hash", "preparation", "skipped"}); }

std::string accuracyCells(const ReportComparison& c) {
    if (!c.accuracy) return ",,,,";
    const PairedDifference& d = c.accuracy->difference;
    if (d.total == 0) return fmt::format(",,,,{}", toText(c.accuracy->verdict));
    return fmt::format("{:.6f},{:.6f},{:.6f},{},{}", d.delta, d.interval.low, d.interval.high, c.accuracy->pValue,
                       toText(c.accuracy->verdict));
}

std::string ratioCells(const ReportComparison& c) {
    if (!c.latency) return ",,,";
    if (!c.latency->ci95) return fmt::format(",,,{}", toText(c.latency->verdict));
    return fmt::format("{},{},{},{}", c.latency->ratio, c.latency->ci95->low, c.latency->ci95->high,
                       toText(c.latency->verdict));
}

std::string latencyCells(const Measurement& m) {
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}", m.id, m.latencyMs.median, m.latencyMs.q1,
                       m.latencyMs.q3, m.latencyMs.n, m.medianCi95.low, m.medianCi95.high, m.simulated,
                       csvCell(m.backend), csvCell(m.device), m.threads, m.batch, m.runGroup);
}

}  // namespace

std::string toCsv(const Report& report) {
    std::string csv =
        "what,letter,label,model,model_hash,bits,evaluation,data,split,correct,total,accuracy,ci95_low,ci95_high,"
        "bitops,weight_bytes,norm_bytes,delta,delta_ci95_low,delta_ci95_high,p_value,accuracy_verdict,measurement,"
        "latency_median_ms,latency_q1_ms,latency_q3_ms,latency_n,median_ci95_low_ms,median_ci95_high_ms,simulated,"
        "backend,device,threads,batch,run_group,ratio,ratio_ci95_low,ratio_ci95_high,latency_verdict,data_hash,"
        "preparation,skipped\r\n";
    for (std::size_t i = 0; i < report.input.subjects.size(); ++i) {
        const ReportSubject& s = report.input.subjects[i];
        const ReportComparison& c = report.comparisons[i];
        csv += fmt::format("subject,{},{},{},{},{},{},{},{},{},{}\r\n", letterOf(i), csvCell(s.label),
                           csvCell(s.modelName), csvCell(s.modelHash), csvList(s.bits.bits),
                           s.evaluation ? evaluationCells(*s.evaluation) : ",,,,,,,,,,", accuracyCells(c),
                           s.measurement ? latencyCells(*s.measurement) : ",,,,,,,,,,,,", ratioCells(c),
                           s.evaluation ? dataCells(*s.evaluation) : ",,");
    }
    for (const ReportPoint& point : report.input.points) {
        const EvaluationSummary& e = point.evaluation;
        const auto& l = point.latency;
        const std::string latency = l ? fmt::format(",{},{},{},{},{},{},false,,,,,{}", l->ms.median, l->ms.q1, l->ms.q3,
                                                    l->ms.n, l->ci95.low, l->ci95.high, l->runGroup)
                                      : ",,,,,,,,,,,,";
        csv += fmt::format("point,,,{},{},{},{},,,,,,{},,,,,{}\r\n", csvCell(e.modelName), csvCell(e.modelHash),
                           csvList(e.bits.bits), evaluationCells(e), latency, dataCells(e));
    }
    return csv;
}

}  // namespace bitdesk
