// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <sstream>

#include "app/cli/options.h"
#include "app/cli/verbs.h"
#include "core/model/model_file.h"
#include "core/network/cost.h"

namespace bitdesk::cli {
namespace {

struct InfoOptions {
    ModelOptions model;
    OutputOptions output;
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
            {"norm_bytes", normBytes(network, static_cast<int>(model.bits.size()))},
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
                            normBytes(network, static_cast<int>(model.bits.size())));
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

}  // namespace

Run prepareInfo(CLI::App& command) {
    auto options = std::make_shared<InfoOptions>();
    addModel(command, options->model, false);
    addJson(command, options->output);
    return [options](Terminal& terminal) {
        checkOutputs(options->output, inputFiles(options->model));
        const MetaModel model = openModel(options->model.model, options->model.seed);
        emit(options->output, terminal, infoJson(model), {}, infoText(model));
        return 0;
    };
}

}  // namespace bitdesk::cli
