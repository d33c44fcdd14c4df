// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/bad_files.h"
#include "app/cli/batch_output.h"
#include "app/cli/verbs.h"

#include <CLI/CLI.hpp>

namespace bitdesk::cli {
namespace {

struct SweepOptions {
    jobs::SweepSpec sweep;
    jobs::ReportSpec report;
    DeviceOptions device;
    NightOptions night;
    std::string latency = "none", margin = "2%";
};

int run(const SweepOptions& options, Terminal& terminal) {
    jobs::SweepSpec sweep = options.sweep;
    sweep.latency = jobs::parseLatencyOf(options.latency, "--latency");
    sweep.margin = parseRatioMargin("--margin", options.margin);
    sweep.effort.seed = sweep.seed;
    jobs::Batch batch{.file = {},
                      .folder = {},
                      .db = options.night.store.db,
                      .device = options.device.device,
                      .backend = options.device.backend,
                      .threads = options.device.threads,
                      .sweeps = {sweep},
                      .reports = {}};
    if (!options.report.files.empty()) batch.reports.push_back(options.report);
    if (options.report.files.empty() && !options.report.failOn.empty())
        throw Error(ErrorKind::Usage, "--fail-on", "holds limits against a report, and there is none",
                    "Name one with --report");
    const Inputs inputs = Inputs()
                              .add(ModelOptions{.model = sweep.model, .bits = {}, .seed = 0})
                              .add(DataOptions{.data = sweep.data, .choices = sweep.choices})
                              .add(options.night.store);
    return runNight(std::move(batch), options.night, true, inputs, terminal);
}

}  // namespace

Run prepareSweep(CLI::App& command) {
    auto options = std::make_shared<SweepOptions>();
    jobs::SweepSpec& sweep = options->sweep;
    command.add_option("MODEL", sweep.model, "a .safetensors model, or random:NETWORK")->required();
    command.add_option("--data", sweep.data, "fashion-mnist, or a folder or file")->required();
    command
        .add_option("--configs", sweep.configurations,
                    "all, uniform, random:N, a mix such as 4,4,3,…, or a file of them; may be repeated")
        ->required()
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->take_all();
    command.add_option("--split", sweep.split, "train, val or test")->capture_default_str();
    command.add_option("--limit", sweep.limit, "images, 0: all")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{0}, kLargestLimit));
    command.add_option("--batch", sweep.batch, "images a mini-batch")
        ->capture_default_str()
        ->check(CLI::Range(1, 65536));
    addChoices(command, sweep.choices);
    addBadFiles(command, sweep.choices, options->night.output);
    addClassMap(command, sweep.choices);
    command.add_option("--seed", sweep.seed, "of random:N and of random:NETWORK's weights")->capture_default_str();
    command.add_option("--latency", options->latency, "whose latency to measure: none, front or all")
        ->capture_default_str();
    command.add_option("--latency-batch", sweep.latencyBatch, "images a timed run")
        ->capture_default_str()
        ->check(CLI::Range(1, 65536));
    command.add_option("--noise", sweep.effort.noise, "latency: stop when each median is known to this share")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1.0));
    command.add_option("--samples", sweep.effort.samples, "latency: exactly so many runs; 0: as many as --noise takes")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{10'000'000}));
    command.add_option("--max-seconds", sweep.effort.maxSeconds, "latency: of a run of some two dozen mixes, at most")
        ->capture_default_str()
        ->check(CLI::Range(0.001, 1e6));
    command.add_option("--margin", options->margin, "ratios of latencies that do not matter")->capture_default_str();
    command
        .add_option("--report", options->report.files, "write a report to FILE.{html,pdf,md,csv,json}; may be repeated")
        ->check(namesAFile());
    command.add_option("--fail-on", options->report.failOn,
                       "exit code 1 where a mix of the report breaks it: drop>0.5pp");
    command.add_option("--baseline", options->report.baseline, "BITS that the report compares with");
    command.add_option("--title", options->report.title, "of the report");
    addDevice(command, options->device);
    addNight(command, options->night);
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
