// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <sstream>

#include "app/cli/options.h"
#include "app/cli/verb.h"
#include "app/jobs/memory.h"
#include "core/model/model_file.h"
#include "core/network/cost.h"

namespace bitdesk::cli {
namespace {

struct InfoOptions {
    ModelOptions model;
    DeviceOptions device;
    OutputOptions output;
    bool memory = false;
};

Json layerJson(const Layer& layer, const std::vector<int>& bits) {
    return {{"name", layer.name},
            {"bits", bits},
            {"macs", layer.macs},
            {"weights", layer.weightCount},
            {"input", {layer.input.height, layer.input.width, layer.input.channels}},
            {"output", {layer.output.height, layer.output.width, layer.output.channels}},
            {"kernel", {layer.kernelHeight, layer.kernelWidth}},
            {"groups", layer.groups}};
}

Json infoJson(const MetaModel& model) {
    const Network& network = model.network;
    Json layers = Json::array(), fixed = Json::array();
    for (const Layer& layer : network.layers())
        (layer.quantizable() ? layers : fixed)
            .push_back(layerJson(layer, layer.quantizable() ? model.bits : std::vector<int>{layer.fixedBits}));
    const Shape& input = network.inputShape();
    return {{"model", model.name},
            {"hash", model.hash},
            {"network", network.name()},
            {"quantizer", model.quantizer},
            {"bits", model.bits},
            {"input", {input.height, input.width, input.channels}},
            {"classes", model.classNames},
            {"normalization", {{"mean", model.normalization.mean}, {"std", model.normalization.std}}},
            {"macs", macs(network)},
            {"norm_bytes", normBytes(model)},
            {"layers", layers},
            {"fixed_layers", fixed},
            {"provenance", model.provenance}};
}

std::string infoText(const MetaModel& model) {
    const Network& network = model.network;
    const Shape& input = network.inputShape();
    std::string text = fmt::format("{}: network {}, input {}×{}×{}, {} classes, {} MACs, quantizer {}\nhash {}\n\n",
                                   model.name, network.name(), input.height, input.width, input.channels,
                                   network.classes(), macs(network), model.quantizer, model.hash);
    text += fmt::format("{:>3}  {:<26} {:>12} {:>8} {:>11} {:>12} {:>6}\n", "#", "layer", "output", "kernel", "weights",
                        "MACs", "bits");
    for (const Layer& layer : network.layers()) {
        const std::string number = layer.quantizable() ? std::to_string(layer.quantizableIndex + 1) : "";
        std::string bits;
        for (const int width : model.bits) bits += (bits.empty() ? "" : "/") + std::to_string(width);
        text += fmt::format("{:>3}  {:<26} {:>12} {:>8} {:>11} {:>12} {:>6}\n", number, layer.name,
                            fmt::format("{}x{}x{}", layer.output.height, layer.output.width, layer.output.channels),
                            fmt::format("{}x{}", layer.kernelHeight, layer.kernelWidth), layer.weightCount, layer.macs,
                            layer.quantizable() ? bits : std::to_string(layer.fixedBits));
    }
    text += fmt::format("\n{:<5} {:>14} {:>15} {:>13}\n", "all", "BitOPs", "weight bytes", "norm bytes");
    for (const int width : model.bits) {
        const BitConfiguration bits = uniformBits(network, width);
        text += fmt::format("{:<5} {:>14} {:>15} {:>13}\n", width, bitOps(network, bits), weightBytes(network, bits),
                            normBytes(model));
    }
    if (!model.provenance.empty()) text += "\nprovenance\n";
    for (const auto& [key, value] : model.provenance) {
        text += fmt::format("  {}:", printable(key));
        // The history has a line an epoch.
        std::istringstream lines(value);
        const bool single = value.find('\n') == std::string::npos;
        for (std::string line; std::getline(lines, line);)
            text += fmt::format("{}{}", single ? " " : "\n    ", printable(line));
        text += '\n';
    }
    return text;
}

Json memoryJson(const jobs::MemoryReport& report) {
    Json kernels = Json::array();
    for (const jobs::LayerKernel& k : report.kernels)
        kernels.push_back(
            {{"layer", k.layer}, {"requested_bits", k.bits}, {"executed_bits", k.executedBits}, {"kernel", k.kernel}});
    const auto orNull = [&](std::size_t ExecutorMemory::*part) {
        return report.executor ? Json(*report.executor.*part) : Json();
    };
    return {{"backend", report.backend},
            {"packed_weight_bytes", orNull(&ExecutorMemory::weights)},
            {"activation_bytes", orNull(&ExecutorMemory::activations)},
            {"scratch_bytes", orNull(&ExecutorMemory::scratch)},
            {"resident_bytes", report.residentBytes},
            {"prefix_budget_bytes", report.prefixBudget ? Json(*report.prefixBudget) : Json()},
            {"kernels", kernels}};
}

std::string memoryText(const jobs::MemoryReport& report) {
    const auto mebibytes = [](auto bytes) { return static_cast<double>(bytes) / (1 << 20); };
    std::string text =
        fmt::format("\nmemory, ready at every width on the {} backend, one image at a time\n", report.backend);
    if (report.executor)
        text +=
            fmt::format("  packed weights {:10.2f} MiB\n  activations    {:10.2f} MiB\n  scratch        {:10.2f} MiB\n",
                        mebibytes(report.executor->weights), mebibytes(report.executor->activations),
                        mebibytes(report.executor->scratch));
    text += fmt::format("  whole process  {:10.2f} MiB resident\n", mebibytes(report.residentBytes));
    if (report.prefixBudget)
        text += fmt::format("  live evaluation keeps at most {:.0f} MiB besides, to go on from when a fader moves\n",
                            mebibytes(*report.prefixBudget));
    text += '\n';
    text += fmt::format("  {:<26} {:>9} {:>8}  kernel\n", "layer", "requested", "executed");
    for (const jobs::LayerKernel& k : report.kernels)
        text += fmt::format("  {:<26} {:>9} {:>8}  {}\n", k.layer, k.bits, k.executedBits, k.kernel);
    return text;
}

}  // namespace

Run prepareInfo(CLI::App& command) {
    auto options = std::make_shared<InfoOptions>();
    addModel(command, options->model, false);
    addDevice(command, options->device);
    addJson(command, options->output);
    command.add_flag("--memory", options->memory, "pack the model and tell what it takes in memory, and its kernels");
    return [options](Terminal& terminal) {
        checkOutputs(options->output, Inputs().add(options->model));
        const MetaModel model = openModel(options->model.model, options->model.seed);
        Json json = infoJson(model);
        std::string text = infoText(model);
        if (options->memory) {
            const auto report =
                jobs::measureMemory(model, deviceChoice(options->device), options->device.threads, terminal.stop);
            json["memory"] = memoryJson(report);
            text += memoryText(report);
        }
        emit(options->output, terminal, json, {}, text);
        return 0;
    };
}

}  // namespace bitdesk::cli
