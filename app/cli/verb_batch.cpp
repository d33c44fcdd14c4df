// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/batch_output.h"
#include "app/cli/verb.h"

#include <CLI/CLI.hpp>

namespace bitdesk::cli {
namespace {

struct BatchOptions {
    std::string file;
    NightOptions night;
    int threads = 0;
};

int run(BatchOptions options, Terminal& terminal) {
    jobs::Batch batch = jobs::readBatch(options.file);
    if (options.night.store.db.empty()) options.night.store.db = batch.resolve(batch.db);
    if (options.threads > 0) batch.threads = options.threads;
    const Inputs inputs =
        Inputs().add(ModelOptions{.model = options.file, .bits = {}, .seed = 0}).add(options.night.store);
    return runNight(std::move(batch), options.night, false, inputs, terminal);
}

}  // namespace

Run prepareBatch(CLI::App& command) {
    auto options = std::make_shared<BatchOptions>();
    command.add_option("FILE", options->file, "a batch file, see docs/batch.md")->required();
    command.add_option("--threads", options->threads, "0: as the file says")
        ->capture_default_str()
        ->check(CLI::Range(0, 4096));
    addNight(command, options->night);
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
