// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/batch_job.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <tuple>

#include "app/jobs/output_file.h"
#include "core/base/error.h"
#include "core/model/model_file.h"
#include "core/network/configuration_set.h"

namespace bitdesk::jobs {
namespace {

/// A model that is no file of the batch's folder is found as it is written.
std::string modelName(const Batch& batch, const std::string& spec) {
    return spec.starts_with("random:") ? spec : batch.resolve(spec);
}

/// A data set is known by its name, or lies where the batch says.
std::string dataName(const Batch& batch, const std::string& spec) {
    const std::string inFolder = batch.resolve(spec);
    return std::filesystem::exists(inFolder) ? inFolder : spec;
}

class Preparation {
public:
    Preparation(const Batch& batch, std::stop_token stop, ProgressSink progress)
        : m_batch(batch), m_stop(std::move(stop)), m_progress(std::move(progress)) {}

    SweepRequest prepare(const SweepSpec& spec) {
        SweepRequest request;
        request.model = model(spec);
        const MetaModel& model = *request.model;
        request.data = data(spec, inputShapeOf(model));
        checkDataFitsModel(*request.data, model);
        request.configurations =
            configurationsOf(spec.configurations, model.network, model.bits, spec.seed, m_batch.folder);
        request.device = {.backend = m_batch.backend, .device = m_batch.device};
        request.options.limit = spec.limit;
        request.options.batch = spec.batch;
        request.latency = spec.latency;
        request.latencyBatch = spec.latencyBatch;
        request.effort = spec.effort;
        request.margin = spec.margin;
        return request;
    }

    std::vector<std::filesystem::path> inputs(const std::string& database) const {
        std::vector<std::filesystem::path> all{database, m_batch.file};
        for (const SweepSpec& sweep : m_batch.sweeps) {
            all.push_back(modelSource(modelName(m_batch, sweep.model)));
            if (auto folder = findDataSet(dataName(m_batch, sweep.data))) all.push_back(std::move(*folder));
            for (const std::string& word : sweep.configurations) all.emplace_back(m_batch.resolve(word));
        }
        return all;
    }

private:
    std::shared_ptr<const MetaModel> model(const SweepSpec& spec) {
        auto& found = m_models[{spec.model, spec.seed}];
        if (!found) found = std::make_shared<const MetaModel>(openModel(modelName(m_batch, spec.model), spec.seed));
        return found;
    }
    std::shared_ptr<const DataSet> data(const SweepSpec& spec, const ImageShape& shape) {
        auto& found = m_data[{spec.data, spec.split, toText(shape), spec.choices}];
        if (!found)
            found = openDataSet(dataName(m_batch, spec.data), parseSplit(spec.split),
                                {.shape = shape, .choices = spec.choices, .stop = m_stop, .progress = m_progress});
        return found;
    }

    const Batch& m_batch;
    std::map<std::pair<std::string, std::uint64_t>, std::shared_ptr<const MetaModel>> m_models;
    std::map<std::tuple<std::string, std::string, std::string, DataChoices>, std::shared_ptr<const DataSet>> m_data;
    std::stop_token m_stop;
    ProgressSink m_progress;
};

SweepOutcome runOne(const SweepRequest& request, JobContext& context) {
    try {
        return {.result = runSweep(request, context), .failure = {}, .exitCode = 0};
    } catch (const Error& error) {
        return {.result = {}, .failure = error.what(), .exitCode = static_cast<int>(error.kind())};
    }
}

std::string absoluteName(const std::string& name) {
    return name.empty() || name.starts_with("random:") || name == "fashion-mnist"
               ? name
               : std::filesystem::absolute(name).lexically_normal().string();
}

ReportRequest reportRequest(const PreparedBatch& prepared, std::size_t index, const std::string& command,
                            const BatchResult& result, JobContext& context) {
    const ReportSpec& spec = prepared.batch.reports[index];
    ReportRequest request;
    request.title = spec.title;
    request.command = command;
    request.limits = prepared.limits[index];
    for (std::size_t i = 0; i < prepared.sweeps.size(); ++i) {
        if (!result.sweeps[i].result) continue;
        const SweepRequest& sweep = prepared.sweeps[i];
        const EvaluationKey key = keyOf(
            {.model = sweep.model, .data = sweep.data, .bits = {}, .device = sweep.device, .options = sweep.options});
        request.scopes.push_back({key.modelHash, key.dataHash, key.split, key.subset});
        if (request.model != nullptr) continue;
        request.model = sweep.model;
        request.latencyMargin = sweep.margin;
        request.modelFile = absoluteName(modelName(prepared.batch, prepared.batch.sweeps[i].model));
        request.dataSpec = absoluteName(dataName(prepared.batch, prepared.batch.sweeps[i].data));
        request.splitName = key.split;
        if (!spec.baseline.empty())
            request.baseline = parseBits(spec.baseline, sweep.model->network, sweep.model->bits, "baseline");
    }
    request.database = std::filesystem::absolute(context.store->path()).string();
    return request;
}

}  // namespace

PreparedBatch prepareBatch(Batch batch, const Rank& rank, bool resume, const std::string& database,
                           const std::stop_token& stop, const ProgressSink& progress) {
    PreparedBatch prepared;
    Preparation preparation(batch, stop, progress);
    for (const SweepSpec& spec : batch.sweeps) {
        prepared.sweeps.push_back(preparation.prepare(spec));
        prepared.sweeps.back().rank = rank;
        prepared.sweeps.back().resume = resume;
    }
    const auto inputs = preparation.inputs(database);
    std::vector<std::string> named;
    for (const ReportSpec& report : batch.reports) {
        std::vector<std::string> files;
        for (const std::string& name : report.files) {
            files.push_back(batch.resolve(name));
            reportFormatOf(files.back());
            if (!rank.shared()) checkOutput(files.back(), inputs);
            for (const std::string& other : named)
                if (sameFile(files.back(), other))
                    throw Error(ErrorKind::Usage, files.back(), "is to hold two reports", "Name another file");
            named.push_back(files.back());
        }
        const MetaModel& model = *prepared.sweeps.front().model;
        if (!report.baseline.empty()) parseBits(report.baseline, model.network, model.bits, "baseline");
        prepared.reportFiles.push_back(std::move(files));
        prepared.limits.push_back(parseLimits(report.failOn));
    }
    prepared.batch = std::move(batch);
    return prepared;
}

BatchResult runBatch(const PreparedBatch& prepared, const std::string& command, JobContext& context) {
    BatchResult result;
    for (std::size_t i = 0; i < prepared.sweeps.size(); ++i) {
        JobContext own = context;
        if (context.progress && prepared.sweeps.size() > 1)
            own.progress = [&, i](Progress progress) {
                progress.activity = fmt::format("sweep {} of {}: {}", i + 1, prepared.sweeps.size(), progress.activity);
                context.progress(progress);
            };
        result.sweeps.push_back(runOne(prepared.sweeps[i], own));
    }
    const bool any = std::ranges::any_of(result.sweeps, [](const SweepOutcome& s) { return s.result.has_value(); });
    if (!any || prepared.sweeps.front().rank.shared()) return result;
    for (std::size_t i = 0; i < prepared.batch.reports.size(); ++i) {
        const ReportRequest request = reportRequest(prepared, i, command, result, context);
        const Report report = context.store->post([&](Store& store) { return reportOf(store, request); }).get();
        auto notes = writeReport(report, prepared.reportFiles[i], prepared.batch.reports[i].csvBom);
        result.reports.push_back({prepared.reportFiles[i], report.input.limits, report.summary, std::move(notes)});
    }
    return result;
}

}  // namespace bitdesk::jobs
