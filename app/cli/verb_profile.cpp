// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/cli/databases.h"
#include "app/cli/options.h"
#include "app/cli/profile_output.h"
#include "app/cli/setting_options.h"
#include "app/cli/verb.h"
#include "app/jobs/layer_table_job.h"
#include "app/jobs/profile_job.h"
#include "core/base/files.h"
#include "core/model/model_file.h"

namespace bitdesk::cli {
namespace {

struct ProfileOptions {
    ModelOptions model;
    DeviceOptions device;
    StoreOptions store;
    OutputOptions output;
    int batch = 1;
    jobs::LatencyEffort effort;
    double margin = LatencyLimits().margin;
    bool table = false, fresh = false, dryRun = false;
    int checks = LayerProfileOptions().checks;
};

constexpr int kTracedRuns = 5;  // of each mix

/// What the verb works with.
struct Workplace {
    std::shared_ptr<const MetaModel> model;
    jobs::DeviceChoice device;
    std::unique_ptr<StoreThread> store;
    ComputeArbiter arbiter;
    std::unique_ptr<Executor> executor;
};

jobs::LayerTableResult measureTable(const ProfileOptions& options, Workplace& place, Terminal& terminal) {
    ProgressLine line(terminal, options.output.quiet);
    jobs::JobContext context{place.store.get(), &place.arbiter,
                             [&](const Progress& progress) {
                                 line.show(fmt::format("{}: {:.0f} %", progress.activity, 100 * progress.fraction));
                             },
                             terminal.stop};
    jobs::LayerTableRequest request{.model = place.model,
                                    .device = place.device,
                                    .batch = options.batch,
                                    .options = {},
                                    .reuseStored = !options.fresh};
    request.options.checks = options.checks;
    request.options.seed = options.model.seed + 1;
    request.options.maxSeconds = options.effort.maxSeconds;
    return jobs::measureLayerTable(request, *place.executor, context);
}

jobs::ProfileResult profile(const ProfileOptions& options, std::vector<BitConfiguration> mixes, Workplace& place,
                            Terminal& terminal) {
    jobs::JobContext context{place.store.get(), &place.arbiter, {}, terminal.stop};
    const jobs::ProfileRequest request{.model = place.model,
                                       .configurations = std::move(mixes),
                                       .device = place.device,
                                       .batch = options.batch,
                                       .options = jobs::measureOptions(options.effort),
                                       .margin = options.margin,
                                       .energy = true,
                                       .traceRuns = options.output.trace.empty() ? 0 : kTracedRuns};
    return jobs::profileMixes(request, *place.executor, context);
}

std::string dryRunText(const ProfileOptions& options, const MetaModel& model,
                       const std::vector<BitConfiguration>& mixes) {
    std::string text;
    if (options.table)
        text += fmt::format("would measure the layer table of {}, batch {}, {} mixes and {} checks\n", model.name,
                            options.batch, orthogonalMixes(model).size(), options.checks);
    const std::string samples = options.effort.samples > 0
                                    ? fmt::format("{} runs", options.effort.samples)
                                    : fmt::format("until the median's noise is {:g} %", 100 * options.effort.noise);
    for (const BitConfiguration& bits : mixes)
        text += fmt::format("would measure {} at {}, batch {}, {}, at most {:g} s\n", model.name, toText(bits),
                            options.batch, samples, options.effort.maxSeconds);
    return text;
}

void checkUsage(const ProfileOptions& options) {
    checkOutputs(options.output, Inputs().add(options.model).add(options.store));
    if (options.output.trace == "-")
        throw Error(ErrorKind::Usage, "--trace -", "a trace is a file of its own", "Name one");
    if (options.model.bits.empty() && !options.table)
        throw Error(ErrorKind::Usage, "--bits", "is missing", "Give one or more, or --layer-table");
    if (options.model.bits.empty() && !options.output.trace.empty())
        throw Error(ErrorKind::Usage, "--trace", "shows runs of mixes, and there is no --bits", "Give one or more");
}

int run(ProfileOptions options, Terminal& terminal) {
    checkUsage(options);
    options.effort.seed = options.model.seed;
    Workplace place;
    place.model = std::make_shared<const MetaModel>(openModel(options.model.model, options.model.seed));
    const auto mixes = parseConfigurations(options.model, *place.model);
    place.device = deviceChoice(options.device);
    if (options.dryRun) {
        checkStore(options.store);
        terminal.out << dryRunText(options, *place.model, mixes);
        return 0;
    }
    place.store = openStore(options.store, terminal);
    place.arbiter.setThreads(options.device.threads);
    place.executor = jobs::makeExecutor(*place.model, place.device, place.arbiter.threads());
    Json json = Json::object();
    std::string csv, text;
    std::optional<LayerTable> table;
    std::exception_ptr notStored;
    if (options.table) {
        auto found = measureTable(options, place, terminal);
        table = std::move(found.table);
        notStored = found.notStored;
        text = layerTableText(*table);
        csv = layerTableCsv(*table);
    }
    if (!mixes.empty() && !notStored) {
        jobs::ProfileResult result = profile(options, mixes, place, terminal);
        // Without a store the table is known here alone.
        if (table && !result.table) {
            for (Measurement& m : result.runs) m.predictedMs = table->predict(m.bits);
            result.table = table;
        }
        notStored = result.notStored;
        json = profileJson(result);
        csv = profileCsv(result);
        text += (text.empty() ? "" : "\n") + profileText(result);
        if (!options.output.trace.empty()) writeFileAtomically(options.output.trace, result.trace);
    }
    if (table) json["layer_table"] = layerTableJson(*table);
    emit(options.output, terminal, json, csv, text);
    if (notStored) std::rethrow_exception(notStored);
    return 0;
}

}  // namespace

Run prepareProfile(CLI::App& command) {
    auto options = std::make_shared<ProfileOptions>();
    addModel(command, options->model, true);
    command.get_option("--bits")->required(false);
    addDevice(command, options->device);
    addStore(command, options->store);
    addOutput(command, options->output);
    command.add_option("--batch", options->batch, "images a run")->capture_default_str()->check(CLI::Range(1, 4096));
    command
        .add_option("--noise", options->effort.noise,
                    "stop when half the 95 % interval of each median is this share of it, and every verdict is settled")
        ->capture_default_str()
        ->check(CLI::Range(1e-6, 1.0));
    command.add_option("--samples", options->effort.samples, "exactly so many runs of each mix, instead of --noise")
        ->check(CLI::Range(5, 100000));
    command.add_option("--max-seconds", options->effort.maxSeconds, "stop by then, but not before 5 runs of each")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 86400.0));
    addSetting(command, {nullptr, "--margin", "ratios to the first mix that do not matter: 2%, or 1.02"},
               jobs::RatioMargin{jobs::kMostMargin}, options->margin);
    CLI::Option* table = command.add_flag(
        "--layer-table", options->table,
        "measure layers × bits (or take the stored table), its error on random mixes, and which layers do "
        "not become faster, and why");
    command.add_option("--checks", options->checks, "random mixes that tell the table's error")
        ->capture_default_str()
        ->check(CLI::Range(0, 10000))
        ->needs(table);
    command.add_flag("--fresh", options->fresh, "measure the layer table even where one is stored")->needs(table);
    command
        .add_option("--trace", options->output.trace,
                    "write a trace of layers and threads to FILE, for chrome://tracing or Perfetto")
        ->check(namesAFile());
    command.add_flag("--dry-run", options->dryRun, "check everything and say what would be done");
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
