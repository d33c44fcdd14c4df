// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <CLI/CLI.hpp>

#include "app/cli/batch_output.h"
#include "app/cli/databases.h"
#include "app/cli/options.h"
#include "app/cli/setting_options.h"
#include "app/cli/verb.h"
#include "app/jobs/named_files.h"
#include "app/jobs/report_job.h"
#include "core/base/files.h"
#include "core/model/model_file.h"

namespace bitdesk::cli {
namespace {

struct ReportOptions {
    jobs::ReportRequest request;
    StoreOptions store;
    std::vector<std::string> files, failOn;
    std::string model, baseline, split;
    bool csvBom = false, quiet = false;
};

void checkFiles(const ReportOptions& options) {
    Inputs inputs;
    inputs.add(options.store);
    if (!options.model.empty()) inputs.add(ModelOptions{.model = options.model, .bits = {}, .seed = 0});
    for (std::size_t i = 0; i < options.files.size(); ++i) {
        reportFormatOf(options.files[i]);
        jobs::checkOutput(options.files[i], inputs.paths());
        for (std::size_t j = 0; j < i; ++j)
            if (jobs::sameFile(options.files[i], options.files[j]))
                throw Error(ErrorKind::Usage, "--out", "names the same file twice: " + options.files[i]);
    }
}

int tell(const Report& report, const ReportOptions& options, Terminal& terminal) {
    const bool broken = tellBroken(report.input.limits, terminal);
    if (!options.quiet) {
        terminal.out << printable(report.summary) << '\n';
        for (const std::string& file : options.files) terminal.out << "  wrote " << file << '\n';
    }
    return broken ? 1 : 0;
}

int run(ReportOptions options, Terminal& terminal) {
    checkFiles(options);
    options.request.limits = parseLimits(options.failOn);
    options.request.command = terminal.commandLine;
    const auto path = existingDatabase(options.store);
    tellUnmerged(path, terminal);
    options.request.database = fullName(path).string();
    if (!options.model.empty()) {
        const auto model = std::make_shared<const MetaModel>(openModel(options.model));
        options.request.model = model;
        options.request.modelFile = jobs::absoluteName(options.model);
        if (!options.baseline.empty())
            options.request.baseline = parseBits(options.baseline, model->network, model->bits, "--baseline");
    } else if (!options.baseline.empty()) {
        throw Error(ErrorKind::Usage, "--baseline", "needs the model that the mix is of", "Name it with --model");
    }
    Store store(path, toRead());
    const Report report = jobs::reportOf(store, options.request);
    tellNotes(jobs::writeReport(report, options.files, options.csvBom), terminal);
    return tell(report, options, terminal);
}

}  // namespace

Run prepareReport(CLI::App& command) {
    auto options = std::make_shared<ReportOptions>();
    command
        .add_option("IDS", options->request.ids,
                    "evaluations or measurements to compare, the first is the baseline (default: the baseline and the "
                    "front of the newest evaluation's model and data)")
        ->check(CLI::Range(std::int64_t{1}, jobs::kLargestLimit));
    repeated(command.add_option("--out", options->files, "FILE.{html,pdf,md,csv,json}; may be repeated"))
        ->required()
        ->check(namesAFile());
    addSettings(command, jobs::kStoreSettings, options->store);
    command.add_option("--model", options->model, "the model: names of its layers and classes");
    command.add_option("--data", options->request.dataSpec, "the data that a session opens again");
    command.add_option("--baseline", options->baseline, "BITS that all are compared with, where there are no IDS");
    command.add_option("--title", options->request.title, "of the report");
    repeated(
        command.add_option("--fail-on", options->failOn,
                           "exit code 1 where one breaks it: drop>0.5pp, slowdown>5%, accuracy<91%, latency>0.2ms, "
                           "bitops>40M, bytes>100K; may be repeated"));
    addMargins(command, options->request.latencyMargin, options->request.accuracyMargin);
    addCsvBom(command, options->csvBom);
    command.add_flag("--quiet", options->quiet, "say nothing but what is broken");
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
