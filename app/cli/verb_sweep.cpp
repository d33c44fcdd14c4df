// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/batch_output.h"
#include "app/cli/setting_options.h"
#include "app/cli/verb.h"

#include <CLI/CLI.hpp>

namespace bitdesk::cli {
namespace {

struct SweepVerb {
    jobs::SweepSpec sweep;
    jobs::ReportSpec report;
    DeviceOptions device;
    NightOptions night;
};

int run(const SweepVerb& options, Terminal& terminal) {
    const jobs::SweepSpec& sweep = options.sweep;
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
    auto options = std::make_shared<SweepVerb>();
    addSettings(command, jobs::kSweepSettings, options->sweep);
    addBadFiles(command, options->sweep.choices, options->night.output);
    addSettings(command, jobs::kLatencySettings, options->sweep);
    addSettings(command, jobs::kReportSettings, options->report);
    addDevice(command, options->device);
    addNight(command, options->night);
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
