// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/report_job.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <set>

#include "core/base/build_info.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/quoting.h"
#include "core/base/setting_name.h"
#include "core/results/trade_off.h"

namespace bitdesk::jobs {
namespace {

constexpr std::size_t kMostSubjects = 12;

ReportScope scopeOf(const EvaluationSummary& row) {
    return {.modelHash = row.modelHash, .dataHash = row.dataHash, .split = row.split, .total = row.total};
}

template <typename Result>
ReportSubject subjectOf(Result result, std::optional<Result> ReportSubject::*kind) {
    ReportSubject subject;
    subject.modelName = result.modelName;
    subject.modelHash = result.modelHash;
    subject.bits = result.bits;
    subject.*kind = std::move(result);
    return subject;
}

/// At most `most` of them, evenly along, the ends among them.
std::vector<std::size_t> thinned(const std::vector<std::size_t>& all, std::size_t most) {
    if (all.size() <= most || most < 2) return all;
    std::vector<std::size_t> some;
    for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * (all.size() - 1) / (most - 1)]);
    return some;
}

class ReportGathering {
public:
    ReportGathering(Store& store, const ReportRequest& request) : m_store(store), m_request(request) {}

    ReportInput gather() {
        if (m_request.ids.empty()) chooseSubjects();
        else nameSubjects();
        if (m_input.subjects.empty())
            throw Error(ErrorKind::BadInput, m_store.path().string(),
                        m_request.model != nullptr && m_request.ids.empty()
                            ? "holds nothing to report of " + m_request.model->name
                            : "holds nothing to report",
                        "Run bitdesk eval, sweep or profile with this " + settingName("db") + " first");
        pairMeasurements();
        describe();
        m_input.limits = holdLimits(m_input, m_request.limits);
        return std::move(m_input);
    }

private:
    const std::vector<Measurement>& measurementsOf(const std::string& modelHash) {
        const auto [found, isNew] = m_measurements.try_emplace(modelHash);
        if (isNew) found->second = m_store.measurements(modelHash);
        return found->second;
    }

    /// The newest of a mix, and of a run group where that is asked for (0: any).
    const Measurement* newest(const std::string& modelHash, const BitConfiguration& bits, std::int64_t group) {
        for (const Measurement& m : measurementsOf(modelHash))
            if (m.bits == bits && (group == 0 || m.runGroup == group)) return &m;
        return nullptr;
    }

    void nameSubjects() {
        std::vector<ReportScope> scopes = m_request.scopes;
        for (const std::int64_t id : m_request.ids) {
            ReportSubject subject = storedSubject(m_store, id);
            if (subject.measurement) m_fixed.insert(m_input.subjects.size());
            else if (const ReportScope scope = scopeOf(*subject.evaluation);
                     m_request.scopes.empty() && std::ranges::find(scopes, scope) == scopes.end())
                scopes.push_back(scope);
            m_input.subjects.push_back(std::move(subject));
        }
        for (const ReportScope& scope : scopes) addPoints(scope);
    }

    /// What is of the same names, and not of the same model and images.
    void tellOthers(const ReportScope& scope, const std::vector<EvaluationSummary>& ofModel) {
        const auto inScope = [&](const EvaluationSummary& row) {
            return row.dataHash == scope.dataHash && row.split == scope.split;
        };
        const auto one = std::ranges::find_if(ofModel, inScope);
        if (one == ofModel.end()) return;
        const auto otherData = std::ranges::count_if(ofModel, [&](const EvaluationSummary& row) {
            return row.dataName == one->dataName && row.split == one->split && row.dataHash != one->dataHash;
        });
        if (otherData > 0)
            m_input.notes.push_back(fmt::format(
                "Left out: {} of {}'s evaluations, on other images of the same name; these are {} ({}; {}).", otherData,
                one->modelName, one->dataName, one->split, toText(one->facts, one->dataHash)));
        const auto otherModels = std::ranges::count_if(everyEvaluation(), [&](const EvaluationSummary& row) {
            return row.modelName == one->modelName && row.modelHash != one->modelHash && inScope(row);
        });
        if (otherModels > 0)
            m_input.notes.push_back(
                fmt::format("Left out: {} of other models' evaluations, named {}, too; this one is {}.", otherModels,
                            one->modelName, shortHash(one->modelHash)));
    }

    const std::vector<EvaluationSummary>& everyEvaluation() {
        if (!m_every) m_every = m_store.evaluations();
        return *m_every;
    }

    void chooseSubjects() {
        std::vector<ReportScope> scopes = m_request.scopes;
        const std::string wanted = m_request.model != nullptr ? m_request.model->hash : std::string();
        if (scopes.empty())
            if (const auto rows = m_store.evaluations(wanted, 1); !rows.empty())
                scopes.push_back(scopeOf(rows.front()));
        for (const ReportScope& scope : scopes) {
            const std::size_t first = m_input.points.size();
            addPoints(scope);
            if (m_input.points.size() > first)
                addSubjects(first, std::max<std::size_t>(kMostSubjects / scopes.size(), 3));
        }
        if (m_input.subjects.empty()) measuredAlone();
    }

    void addPoints(const ReportScope& scope) {
        auto rows = m_store.evaluations(scope.modelHash);
        tellOthers(scope, rows);
        std::erase_if(rows, [&](const EvaluationSummary& row) {
            return row.dataHash != scope.dataHash || row.split != scope.split;
        });
        std::int64_t total = scope.total;
        for (const EvaluationSummary& row : rows)
            if (scope.total == 0) total = std::max(total, row.total);
        for (EvaluationSummary& row : rows) {
            if (row.total != total) continue;
            ReportPoint point{.evaluation = std::move(row), .latency = {}};
            const Measurement* m = newest(point.evaluation.modelHash, point.evaluation.bits, 0);
            if (m != nullptr && !m->simulated)
                point.latency = {.ms = m->latencyMs, .ci95 = m->medianCi95, .runGroup = m->runGroup};
            m_input.points.push_back(std::move(point));
        }
    }

    /// Baseline and front of the points from `first` on.
    void addSubjects(std::size_t first, std::size_t most) {
        const std::span<const ReportPoint> points = std::span(m_input.points).subspan(first);
        const std::size_t base = baselineAmong(points);
        std::vector<TradeOff> costs;
        for (const ReportPoint& point : points)
            costs.push_back({static_cast<double>(point.evaluation.bitops), point.evaluation.accuracy()});
        std::vector<std::size_t> chosen = paretoFront(costs);
        std::erase(chosen, base);
        std::ranges::reverse(chosen);  // from the most accurate down
        chosen = thinned(chosen, most - 1);
        chosen.insert(chosen.begin(), base);
        for (const std::size_t i : chosen)
            if (auto evaluation = m_store.evaluation(points[i].evaluation.id))
                m_input.subjects.push_back(subjectOf(std::move(*evaluation), &ReportSubject::evaluation));
    }

    std::size_t baselineAmong(std::span<const ReportPoint> points) const {
        std::size_t best = 0;
        const auto rank = [&](const EvaluationSummary& row) {
            const bool wanted = m_request.baseline && row.bits == *m_request.baseline;
            return std::tuple(wanted, row.bits.isUniform(), row.bitops);
        };
        for (std::size_t i = 1; i < points.size(); ++i)
            if (rank(points[i].evaluation) > rank(points[best].evaluation)) best = i;
        return best;
    }

    /// A store without evaluations: the mixes of the newest run.
    void measuredAlone() {
        const auto all = m_store.measurements(m_request.model != nullptr ? m_request.model->hash : std::string());
        if (all.empty()) return;
        for (auto m = all.rbegin(); m != all.rend(); ++m)
            if (m->runGroup == all.front().runGroup && m_input.subjects.size() < kMostSubjects) {
                m_fixed.insert(m_input.subjects.size());
                m_input.subjects.push_back(subjectOf(*m, &ReportSubject::measurement));
            }
    }

    /// The run group in which most subjects were measured beside the baseline; the newest of several.
    std::int64_t commonGroup() {
        const ReportSubject& baseline = m_input.subjects.front();
        if (baseline.measurement) return baseline.measurement->runGroup;
        std::int64_t best = 0;
        std::size_t most = 0;
        for (const Measurement& m : measurementsOf(baseline.modelHash)) {
            if (!(m.bits == baseline.bits)) continue;
            const auto count =
                static_cast<std::size_t>(std::ranges::count_if(m_input.subjects, [&](const ReportSubject& subject) {
                    return newest(subject.modelHash, subject.bits, m.runGroup) != nullptr;
                }));
            if (count > most) {
                most = count;
                best = m.runGroup;
            }
        }
        return best;
    }

    void pairMeasurements() {
        const std::int64_t group = commonGroup();
        for (std::size_t i = 0; i < m_input.subjects.size(); ++i) {
            ReportSubject& subject = m_input.subjects[i];
            if (m_fixed.contains(i)) continue;
            const Measurement* m = group != 0 ? newest(subject.modelHash, subject.bits, group) : nullptr;
            if (m == nullptr) m = newest(subject.modelHash, subject.bits, 0);
            if (m != nullptr) subject.measurement = *m;
        }
    }

    void describe() {
        static_cast<ReportWishes&>(m_input) = m_request;
        m_input.version = BITDESK_VERSION;
        m_input.createdAt = utcNow();
        const std::string& hash = m_input.subjects.front().modelHash;
        if (m_request.model != nullptr && m_request.model->hash == hash) {
            for (const Layer& layer : m_request.model->network.layers())
                m_input.layers.push_back({layer.name, layer.quantizableIndex, layer.macs});
            m_input.classNames = m_request.model->classNames;
        }
        m_input.findings = findings(hash);
    }

    /// Of the table that tells the baseline's times, else those of the first of its model that was measured where a
    /// table is stored.
    std::vector<LayerFinding> findings(const std::string& modelHash) {
        std::vector<LatencyKey> asked;
        for (const ReportSubject& subject : m_input.subjects) {
            if (subject.modelHash != modelHash || !subject.measurement) continue;
            const LatencyKey key = subject.measurement->key();
            if (std::ranges::find(asked, key) != asked.end()) continue;
            if (const auto table = m_store.layerTable(key)) return table->findings;
            asked.push_back(key);
        }
        return {};
    }

    Store& m_store;
    const ReportRequest& m_request;
    ReportInput m_input;
    std::map<std::string, std::vector<Measurement>> m_measurements;  // by model
    std::optional<std::vector<EvaluationSummary>> m_every;
    std::set<std::size_t> m_fixed;  // subjects whose measurement was named
};

}  // namespace

ReportSubject storedSubject(Store& store, std::int64_t id) {
    if (auto evaluation = store.evaluation(id)) return subjectOf(std::move(*evaluation), &ReportSubject::evaluation);
    if (auto measurement = store.measurement(id))
        return subjectOf(std::move(*measurement), &ReportSubject::measurement);
    throw Error(ErrorKind::BadInput, store.path().string(),
                "holds neither an evaluation nor a measurement " + std::to_string(id), "See bitdesk db list");
}

Report reportOf(Store& store, const ReportRequest& request) {
    return makeReport(ReportGathering(store, request).gather());
}

std::vector<std::string> writeReport(const Report& report, const std::vector<std::string>& files, bool csvBom) {
    std::vector<std::string> notes;
    std::optional<Error> failed;
    for (const std::string& file : files) {
        try {
            const ReportFormat& format = reportFormatOf(file);
            const ReportFile written = format.write(report);
            const bool marked = csvBom && std::string_view(format.ending) == "csv";
            writeFileAtomically(file, marked ? csvForSpreadsheets(written.bytes) : written.bytes);
            for (const std::string& note : written.notes) notes.push_back(fmt::format("{}: {}", file, note));
        } catch (const Error& error) {
            // One that cannot be written, as a PDF without a font, keeps no other from being written.
            if (!failed) failed.emplace(error.kind(), file, error.reason(), error.hint());
        }
    }
    if (failed) throw *failed;
    return notes;
}

}  // namespace bitdesk::jobs
