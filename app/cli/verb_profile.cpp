// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>

#include "app/cli/options.h"
#include "app/cli/verbs.h"
#include "app/jobs/profile_job.h"
#include "core/model/model_file.h"

namespace bitdesk::cli {
namespace {

struct ProfileOptions {
    ModelOptions model;
    DeviceOptions device;
    StoreOptions store;
    OutputOptions output;
    int batch = 1;
    int samples = 30;
    bool dryRun = false;
};

constexpr const char* kSimulated =
    "Simulated bits: the reference backend holds codes in 32-bit floats, so these times say nothing about low-bit "
    "speed.\n";

Json quartilesJson(const Quartiles& q) { return {{"median", q.median}, {"q1", q.q1}, {"q3", q.q3}, {"n", q.n}}; }

Json runJson(const Measurement& m) {
    Json layers = Json::array();
    for (const LayerTime& layer : m.layers)
        layers.push_back({{"name", layer.name},
                          {"requested_bits", layer.requestedBits > 0 ? Json(layer.requestedBits) : Json()},
                          {"executed_bits", layer.executedBits},
                          {"kernel", layer.kernel},
                          {"time_ms", quartilesJson(layer.milliseconds)}});
    return {{"id", m.id > 0 ? Json(m.id) : Json()},
            {"model", m.modelName},
            {"bits", m.bits.bits},
            {"simulated", m.simulated},
            {"backend", m.backend},
            {"device", m.device},
            {"threads", m.threads},
            {"batch", m.batch},
            {"latency_ms", quartilesJson(m.latencyMs)},
            {"layers", layers}};
}

std::string runText(const Measurement& m) {
    std::string text = fmt::format(
        "\n{}  batch {}, {} thread(s), {} on {}\n  whole run: {:.3f} ms  [{:.3f}, {:.3f}]  n = {}\n", toText(m.bits),
        m.batch, m.threads, m.backend, m.device, m.latencyMs.median, m.latencyMs.q1, m.latencyMs.q3, m.latencyMs.n);
    text += fmt::format("  {:<28} {:>9} {:>8} {:>11} {:>21}  {}\n", "layer", "requested", "executed", "median ms",
                        "quartiles ms", "kernel");
    for (const LayerTime& layer : m.layers)
        text +=
            fmt::format("  {:<28} {:>9} {:>8} {:>11.4f} {:>21}  {}\n", layer.name,
                        layer.requestedBits > 0 ? std::to_string(layer.requestedBits) : "", layer.executedBits,
                        layer.milliseconds.median,
                        fmt::format("[{:.4f}, {:.4f}]", layer.milliseconds.q1, layer.milliseconds.q3), layer.kernel);
    return text;
}

std::string runsCsv(const std::vector<Measurement>& runs) {
    std::string csv =
        "id,bits,simulated,backend,device,threads,batch,layer,requested_bits,executed_bits,median_ms,q1_ms,q3_ms,n\n";
    for (const Measurement& m : runs) {
        const std::string head = fmt::format("{},{},{},{},{},{},{}", m.id, csvCell(toText(m.bits)), m.simulated,
                                             m.backend, m.device, m.threads, m.batch);
        csv += fmt::format("{},(whole run),,,{},{},{},{}\n", head, m.latencyMs.median, m.latencyMs.q1, m.latencyMs.q3,
                           m.latencyMs.n);
        for (const LayerTime& layer : m.layers)
            csv += fmt::format("{},{},{},{},{},{},{},{}\n", head, csvCell(layer.name), layer.requestedBits,
                               layer.executedBits, layer.milliseconds.median, layer.milliseconds.q1,
                               layer.milliseconds.q3, layer.milliseconds.n);
    }
    return csv;
}

jobs::ProfileResult measure(const ProfileOptions& options, std::shared_ptr<const MetaModel> model,
                            std::vector<BitConfiguration> mixes, Terminal& terminal) {
    const jobs::DeviceChoice device = deviceChoice(options.device);
    const auto store = openStore(options.store);
    ComputeArbiter arbiter;
    arbiter.setThreads(options.device.threads);
    jobs::JobContext context{store.get(), &arbiter, {}, terminal.stop};
    jobs::ProfileRequest request{.model = std::move(model),
                                 .configurations = std::move(mixes),
                                 .device = device,
                                 .batch = options.batch,
                                 .options = {}};
    request.options.samples = options.samples;
    request.options.seed = options.model.seed + 1;
    return jobs::profileMixes(request, context);
}

int run(const ProfileOptions& options, Terminal& terminal) {
    checkOutputs(options.output, inputFiles(options.model, options.store.db));
    const auto model = std::make_shared<const MetaModel>(openModel(options.model.model, options.model.seed));
    const auto mixes = parseConfigurations(options.model, *model);
    if (options.dryRun) {
        for (const BitConfiguration& bits : mixes)
            terminal.out << fmt::format("would measure {} at {}, batch {}, {} runs\n", model->name, toText(bits),
                                        options.batch, options.samples);
        return 0;
    }
    const jobs::ProfileResult result = measure(options, model, mixes, terminal);
    Json runs = Json::array();
    std::string text = fmt::format("{}\n", model->name);
    bool simulated = false;
    for (const Measurement& m : result.runs) {
        runs.push_back(runJson(m));
        text += runText(m);
        simulated = simulated || m.simulated;
    }
    if (simulated) text = kSimulated + text;
    const Json json{{"runs", runs}, {"simulated", simulated}, {"environment", Json::parse(toJson(result.environment))}};
    emit(options.output, terminal, json, runsCsv(result.runs), text);
    return 0;
}

}  // namespace

Run prepareProfile(CLI::App& command) {
    auto options = std::make_shared<ProfileOptions>();
    addModel(command, options->model, true);
    addDevice(command, options->device);
    addStore(command, options->store);
    addOutput(command, options->output);
    command.add_option("--batch", options->batch, "images a run")->capture_default_str()->check(CLI::Range(1, 4096));
    command.add_option("--samples", options->samples, "counted runs of each mix")
        ->capture_default_str()
        ->check(CLI::Range(5, 100000));
    command.add_flag("--dry-run", options->dryRun, "say what would be done");
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
