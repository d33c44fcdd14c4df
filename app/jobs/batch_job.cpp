// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/batch_job.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <tuple>

#include "app/jobs/named_files.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/data/matched_data_set.h"
#include "core/model/model_file.h"
#include "core/network/bit_configuration.h"

namespace bitdesk::jobs {
namespace {

/// A model that is no file of the batch's folder is found as it is written.
std::string modelName(const Batch& batch, const std::string& spec) {
    return spec.starts_with("random:") ? spec : batch.resolve(spec);
}

/// A data set is known by its name, or lies where the batch says.
std::string dataName(const Batch& batch, const std::string& spec) {
    const std::string inFolder = batch.resolve(spec);
    std::error_code code;  // what cannot be looked at is told where it is opened
    return std::filesystem::exists(inFolder, code) ? inFolder : spec;
}

/// A word, or a file of the batch's folder.
std::string classChoice(const Batch& batch, const SweepSpec& spec) {
    const std::string& choice = spec.choices.classes;
    return isClassMapFile(choice) ? batch.resolve(choice) : choice;
}

std::string keyOfEntry(const char* list, std::size_t index, const std::string& key) {
    return fmt::format("{}[{}].{}", list, index, key);
}

class BatchPreparation {
public:
    BatchPreparation(const Batch& batch, std::stop_token stop, ProgressSink progress)
        : m_batch(batch), m_stop(std::move(stop)), m_progress(std::move(progress)) {}

    SweepRequest prepare(std::size_t index) {
        const SweepSpec& spec = m_batch.sweeps[index];
        const auto at = [&](const char* key, const auto& work) {
            return placed(m_batch, keyOfEntry("sweeps", index, key), work);
        };
        SweepRequest request;
        request.model = at("model", [&] { return model(spec); });
        const MetaModel& model = *request.model;
        const auto images = at("data", [&] { return data(spec, model); });
        request.data = at(spec.choices.classes.empty() ? "data" : "class_map",
                          [&] { return matchedTo(images, model.classNames, classChoice(m_batch, spec)); });
        at("data", [&] { checkDataFitsModel(*request.data, model); });
        request.configurations = configurations(spec, index, model);
        request.device = {.backend = m_batch.backend, .device = m_batch.device};
        request.options.limit = spec.limit;
        request.options.batch = spec.batch;
        static_cast<SweepLatency&>(request) = spec;
        request.effort.seed = spec.seed;
        return request;
    }

private:
    std::vector<BitConfiguration> configurations(const SweepSpec& spec, std::size_t index, const MetaModel& model) {
        const auto read = [&](std::span<const std::string> words) {
            return configurationsOf(words, model.network, model.bits, spec.seed, m_batch.folder);
        };
        try {
            return read(spec.configurations);
        } catch (const Error&) {
            // Word by word, so that the error names the one that it comes from.
            for (std::size_t i = 0; i < spec.configurations.size() && spec.configurations.size() > 1; ++i)
                placed(m_batch, keyOfEntry("sweeps", index, fmt::format("configurations[{}]", i)),
                       [&] { return read(std::span(spec.configurations).subspan(i, 1)); });
        }
        return placed(m_batch, keyOfEntry("sweeps", index, "configurations"),
                      [&] { return read(spec.configurations); });
    }

    std::shared_ptr<const MetaModel> model(const SweepSpec& spec) {
        auto& found = m_models[{spec.model, spec.seed}];
        if (!found) found = std::make_shared<const MetaModel>(openModel(modelName(m_batch, spec.model), spec.seed));
        return found;
    }
    /// With the classes that they came with: models of one input share the images.
    std::shared_ptr<const DataSet> data(const SweepSpec& spec, const MetaModel& model) {
        const ImageShape shape = inputShapeOf(model);
        DataChoices choices = spec.choices;
        choices.classes.clear();
        auto& found = m_data[{spec.data, spec.split, toText(shape), choices}];
        if (!found)
            found = openDataSet(dataName(m_batch, spec.data), parseSplit(spec.split),
                                {.shape = shape, .choices = choices, .stop = m_stop, .progress = m_progress});
        return found;
    }

    const Batch& m_batch;
    std::map<std::pair<std::string, std::uint64_t>, std::shared_ptr<const MetaModel>> m_models;
    std::map<std::tuple<std::string, std::string, std::string, DataChoices>, std::shared_ptr<const DataSet>> m_data;
    std::stop_token m_stop;
    ProgressSink m_progress;
};

/// Files and folders that a report must not replace.
std::vector<std::filesystem::path> inputsOf(const Batch& batch, const std::string& database) {
    std::vector<std::filesystem::path> all{database, batch.file};
    for (const SweepSpec& sweep : batch.sweeps) {
        all.push_back(modelSource(modelName(batch, sweep.model)));
        if (auto folder = findDataSet(dataName(batch, sweep.data))) all.push_back(std::move(*folder));
        for (const std::string& word : sweep.configurations) all.emplace_back(batch.resolve(word));
        all.emplace_back(classChoice(batch, sweep));
    }
    return all;
}

/// Limits and baseline of one report, read word by word.
std::vector<StatedLimit> checkedReport(const Batch& batch, std::size_t index, const MetaModel& model) {
    const ReportSpec& report = batch.reports[index];
    if (!report.baseline.empty())
        placed(batch, keyOfEntry("reports", index, "baseline"),
               [&] { return parseBits(report.baseline, model.network, model.bits, "baseline"); });
    for (std::size_t i = 0; i < report.files.size(); ++i)
        placed(batch, keyOfEntry("reports", index, fmt::format("out[{}]", i)),
               [&] { checkReportFile(batch.resolve(report.files[i])); });
    std::vector<StatedLimit> limits;
    for (std::size_t i = 0; i < report.failOn.size(); ++i)
        limits.push_back(placed(batch, keyOfEntry("reports", index, fmt::format("fail_on[{}]", i)),
                                [&] { return parseLimit(report.failOn[i]); }));
    return limits;
}

SweepOutcome runOne(const PreparedBatch& prepared, std::size_t index, const JobContext& context) {
    try {
        return {.result = placed(prepared.batch, fmt::format("sweeps[{}]", index),
                                 [&] { return runSweep(prepared.sweeps[index], context); }),
                .failure = {}};
    } catch (const Error& error) {
        return {.result = {}, .failure = error.what(), .kind = error.kind()};
    }
}

ReportRequest reportRequest(const PreparedBatch& prepared, std::size_t index, const std::string& command,
                            const BatchResult& result, const JobContext& context) {
    const ReportSpec& spec = prepared.batch.reports[index];
    ReportRequest request;
    request.title = spec.title;
    request.command = command;
    request.limits = prepared.limits[index];
    for (std::size_t i = 0; i < prepared.sweeps.size(); ++i) {
        if (!result.sweeps[i].result) continue;
        const SweepRequest& sweep = prepared.sweeps[i];
        const EvaluationKey key = keyOf(evaluationOf(sweep, {}));
        request.scopes.push_back({key.modelHash, key.dataHash, key.split, key.subset});
        if (request.model != nullptr) continue;
        request.model = sweep.model;
        request.latencyMargin = sweep.margin;
        request.modelFile = absoluteName(modelName(prepared.batch, prepared.batch.sweeps[i].model));
        request.dataSpec = absoluteName(dataName(prepared.batch, prepared.batch.sweeps[i].data));
        request.split = key.split;
        if (!spec.baseline.empty())
            request.baseline = parseBits(spec.baseline, sweep.model->network, sweep.model->bits, "baseline");
    }
    request.database = fullName(context.store->path()).string();
    return request;
}

}  // namespace

PreparedBatch openBatch(Batch batch, const std::stop_token& stop, const ProgressSink& progress) {
    placed(batch, "device", [&] { checkDevice({.backend = batch.backend, .device = batch.device}); });
    PreparedBatch prepared;
    BatchPreparation preparation(batch, stop, progress);
    for (std::size_t i = 0; i < batch.sweeps.size(); ++i) prepared.sweeps.push_back(preparation.prepare(i));
    for (std::size_t i = 0; i < batch.reports.size(); ++i)
        prepared.limits.push_back(checkedReport(batch, i, *prepared.sweeps.front().model));
    prepared.batch = std::move(batch);
    return prepared;
}

std::string workOf(const PreparedBatch& prepared) {
    std::string all;
    for (const SweepRequest& sweep : prepared.sweeps) all += contentHash(sweep) + "\n";
    return sha256(all);
}

void assign(PreparedBatch& prepared, const Rank& rank, bool resume, const std::string& database) {
    const Batch& batch = prepared.batch;
    for (SweepRequest& sweep : prepared.sweeps) {
        sweep.rank = rank;
        sweep.resume = resume;
    }
    const auto inputs = inputsOf(batch, database);
    std::vector<std::string> named;
    prepared.reportFiles.clear();
    for (std::size_t i = 0; i < batch.reports.size(); ++i) {
        std::vector<std::string> files;
        for (std::size_t j = 0; j < batch.reports[i].files.size(); ++j) {
            files.push_back(batch.resolve(batch.reports[i].files[j]));
            placed(batch, keyOfEntry("reports", i, fmt::format("out[{}]", j)), [&] {
                if (!rank.shared()) checkOutput(files.back(), inputs);
                if (std::ranges::any_of(named, [&](const std::string& other) { return sameFile(files.back(), other); }))
                    throw Error(ErrorKind::Usage, files.back(), "is to hold two reports", "Name another file");
            });
            named.push_back(files.back());
        }
        prepared.reportFiles.push_back(std::move(files));
    }
}

PreparedBatch prepareBatch(Batch batch, const Rank& rank, bool resume, const std::string& database,
                           const std::stop_token& stop, const ProgressSink& progress) {
    PreparedBatch prepared = openBatch(std::move(batch), stop, progress);
    assign(prepared, rank, resume, database);
    return prepared;
}

BatchResult runBatch(const PreparedBatch& prepared, const std::string& command, const JobContext& context) {
    BatchResult result;
    for (std::size_t i = 0; i < prepared.sweeps.size(); ++i) {
        JobContext own = context;
        if (context.progress && prepared.sweeps.size() > 1)
            own.progress = [&, i](Progress progress) {
                progress.activity = fmt::format("sweep {} of {}: {}", i + 1, prepared.sweeps.size(), progress.activity);
                context.progress(progress);
            };
        result.sweeps.push_back(runOne(prepared, i, own));
    }
    const bool any = std::ranges::any_of(result.sweeps, [](const SweepOutcome& s) { return s.result.has_value(); });
    if (!any || prepared.sweeps.front().rank.shared()) return result;
    for (std::size_t i = 0; i < prepared.batch.reports.size(); ++i) {
        const ReportRequest request = reportRequest(prepared, i, command, result, context);
        const Report report = context.store->read([&](Store& store) { return reportOf(store, request); }).get();
        auto notes = writeReport(report, prepared.reportFiles[i], prepared.batch.reports[i].csvBom);
        result.reports.push_back({prepared.reportFiles[i], report.input.limits, report.summary, std::move(notes)});
    }
    return result;
}

}  // namespace bitdesk::jobs
