// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/import_tensors.h"

#include <fmt/format.h>
#include <algorithm>
#include <iterator>

#include "app/jobs/import_steps.h"
#include "app/jobs/post_train_job.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/base/setting_name.h"
#include "core/evaluate/evaluator.h"
#include "core/exchange/import_model.h"
#include "core/execute/torch/torch_executor.h"
#include "core/network/catalogue.h"

namespace bitdesk::jobs {
namespace {

constexpr std::uint64_t kMostMappingBytes = std::uint64_t{1} << 24;

/// What writes the draft.
std::string draftSource(const ImportRequest& request) {
    return request.draftCommand.empty() ? settingName("suggest") : request.draftCommand;
}

ImportMapping mappingOf(const ImportRequest& request, const TensorFile& file, const Network& network,
                        ImportResult& result) {
    ImportMapping mapping;
    if (request.mapping.empty()) {
        SuggestedMapping draft = suggestMapping(file, network, request.bits);
        checkCertain(draft, draftSource(request));
        result.drafted = true;
        std::ranges::move(draft.notes, std::back_inserter(result.notes));
        result.unused = std::move(draft.unused);
        mapping = std::move(draft.mapping);
    } else {
        mapping = mappingFromJson(readFile(request.mapping, kMostMappingBytes), request.mapping.string());
    }
    if (request.normalization) mapping.normalization = request.normalization;
    return mapping;
}

/// The first images of the fixed random order, as many as memory for the largest map allows.
std::vector<std::uint8_t> calibrationImages(const DataSet& data, const MetaModel& model, std::int64_t wanted,
                                            int& count) {
    constexpr std::int64_t kBytes = std::int64_t{1} << 29;
    std::int64_t largest = 1;
    for (int n = 0; n < static_cast<int>(model.network.nodes().size()); ++n)
        largest = std::max(largest, model.network.shape(n).elements());
    const std::int64_t fitting = std::max<std::int64_t>(kBytes / (largest * 4), 8);
    auto order = permutation(data.size(), kOrderSeed);
    order.resize(static_cast<std::size_t>(std::min({wanted, fitting, data.size()})));
    count = static_cast<int>(order.size());
    std::vector<std::uint8_t> pixels(order.size() * static_cast<std::size_t>(data.imageBytes()));
    data.copyImages(order, pixels);
    return pixels;
}

void calibrate(const ImportRequest& request, const DataSet* data, const std::vector<int>& layers, ImportResult& result,
               const JobContext& context) {
    MetaModel& model = result.model;
    for (const int layer : layers)
        result.calibrated.push_back(model.network.layers()[static_cast<std::size_t>(layer)].name);
    if (layers.empty()) return;
    if (data == nullptr)
        throw Error(
            ErrorKind::BadInput, "images (" + settingName("data") + ")",
            fmt::format("are missing: {} of {} layers have no activation scales, which images must set ({}{})",
                        layers.size(), model.layers.size(), result.calibrated.front(), layers.size() > 1 ? ", …" : ""));
    const auto lease = context.lease(ComputePriority::Background);
    const int threads = request.threads > 0 ? request.threads : context.threads();
    int count = 0;
    const auto images = calibrationImages(*data, model, request.images, count);
    calibrateActivations(model, layers, images, count, threads, context.progress, context.stop);
    model.provenance["calibration"] = fmt::format("{} images of {} ({}, {})", count, data->name(),
                                                  splitName(data->split()), data->hash().substr(0, 16));
    result.notes.push_back(fmt::format("The activation scales of {} layers come from {} images of {}.", layers.size(),
                                       count, data->name()));
}

/// Tensors that a draft made nothing of: scales among them would mean that a trained quantizer was overlooked.
void tellUnused(ImportResult& result) {
    if (result.unused.empty()) return;
    constexpr std::size_t kShown = 6;
    std::string names;
    for (std::size_t i = 0; i < std::min(kShown, result.unused.size()); ++i)
        names += (i > 0 ? ", " : "") + printable(result.unused[i]);
    if (result.unused.size() > kShown) names += ", …";
    result.notes.push_back(
        fmt::format("The drafted mapping uses nothing of {} tensor(s) of the file: {}.", result.unused.size(), names));
}

[[noreturn]] void refuseVerification(const ImportRequest& request) {
    throw Error(ErrorKind::BadInput, request.source.string(),
                "is not a network of floats, which " + settingName("verify") + " could run and compare");
}

/// What does not fit is the fault of a draft rather than of the file.
ImportedModel imported(const ImportRequest& request, const TensorFile& file, const ImportMapping& mapping,
                       const Network& network, bool drafted) {
    try {
        return importModel(file, mapping, network);
    } catch (const Error& error) {
        if (!drafted || !error.hint().empty()) throw;
        throw Error(error.kind(), error.where(), error.reason(),
                    "The mapping that says so was drafted, and may be wrong: " + draftSource(request));
    }
}

Network withEpsilon(const Network& network, double epsilon) {
    std::vector<Node> nodes = network.nodes();
    for (Node& node : nodes)
        if (auto* norm = std::get_if<NormAttributes>(&node.attributes)) norm->epsilon = epsilon;
    return {network.name(), std::move(nodes)};
}

/// Small variances are where norms of one ε and another differ, and a state dict does not say which it was. Where many
/// are, every answer hangs on it. A network's own file says it.
void checkEpsilon(const ImportRequest& request, ImportResult& result) {
    if (request.epsilon) return;
    constexpr double kNear = 100, kTold = 0.005, kRefused = 0.1;
    const Network& network = result.model.network;
    std::size_t near = 0, all = 0;
    double epsilon = 0;
    for (const auto& [node, norm] : result.model.norms) {
        const double own = network.nodes()[static_cast<std::size_t>(node)].as<NormAttributes>()->epsilon;
        const auto small = std::ranges::count_if(norm.var.values, [&](float v) { return double{v} < kNear * own; });
        near += static_cast<std::size_t>(small);
        all += norm.var.values.size();
        if (small > 0) epsilon = std::max(epsilon, own);
    }
    const double share = all == 0 ? 0 : static_cast<double>(near) / static_cast<double>(all);
    if (share < kTold) return;
    const std::string found = fmt::format(
        "{:.2g} % of the norms' channels have a variance below 100 ε, where ε is {:g}", 100 * share, epsilon);
    if (share >= kRefused && !namesNetworkFile(request.network))
        throw Error(ErrorKind::BadInput, request.source.string(),
                    found + ": it does not say with which ε the network was trained, and all answers hang on it",
                    fmt::format("Say it: {0} 1e-5 is PyTorch's own, {0} 1e-3 is TensorFlow's", settingName("epsilon")));
    result.notes.push_back(found + ": the file does not say with which ε the network was trained (" +
                           settingName("epsilon") + "), and here it matters.");
}

/// Scales that a draft took for what their names say.
void tellScales(const ImportMapping& mapping, ImportResult& result) {
    std::string weights, activations;
    std::size_t ofWeights = 0, ofActivations = 0;
    for (const auto& [name, layer] : mapping.layers) {
        if (layer.weightScale.given() && ofWeights++ == 0) weights = layer.weightScale.tensor;
        if (layer.activationScale.given() && ofActivations++ == 0) activations = layer.activationScale.tensor;
    }
    if (ofWeights + ofActivations == 0) return;
    const auto part = [](std::size_t count, const char* what, const std::string& first) {
        return count == 0 ? std::string() : fmt::format(" of {} layers' {} ({})", count, what, printable(first));
    };
    result.notes.push_back("By their names, tensors beside the weights are scales" +
                           part(ofWeights, "weights", weights) + (ofWeights * ofActivations > 0 ? " and" : "") +
                           part(ofActivations, "inputs", activations) + ".");
}

Network openedNetwork(const ImportRequest& request, const JobContext& context) {
    if (namesNetworkFile(request.network)) return openNetwork(request.network, request.input, request.classes);
    const auto data = openImportData(request, request.input, context);
    std::optional<Shape> input = request.input;
    std::optional<int> classes = request.classes;
    if (data != nullptr && !input) input = Shape{data->height(), data->width(), data->channels()};
    if (data != nullptr && !classes) classes = static_cast<int>(data->classNames().size());
    return openNetwork(request.network, input, classes);
}

}  // namespace

Network networkOf(const ImportRequest& request, const JobContext& context) {
    if (request.network.empty()) throw Error(ErrorKind::Usage, settingName("network"), "names no network");
    const Network network = openedNetwork(request, context);
    return request.epsilon ? withEpsilon(network, *request.epsilon) : network;
}

SuggestedMapping draftMapping(const ImportRequest& request, const Network& network) {
    const TensorFile file = readTensorFile(request.source, request.weightsKey);
    SuggestedMapping draft = suggestMapping(file, network, request.bits);
    draft.notes.insert(draft.notes.begin(), file.notes.begin(), file.notes.end());
    draft.mapping.normalization = request.normalization;
    return draft;
}

ImportResult importTensors(const ImportRequest& request, const JobContext& context) {
    if (!request.until.empty())
        throw Error(ErrorKind::Usage, settingName("until"), "is of an ONNX file: tensors have no graph",
                    "Leave it out");
    const TensorFile file = readTensorFile(request.source, request.weightsKey);
    const Network network = networkOf(request, context);
    const auto data = openImportData(request, network.inputShape(), context);
    ImportResult result{.model = MetaModel(network), .calibrated = {}, .unused = {}, .notes = file.notes};
    const ImportMapping mapping = mappingOf(request, file, network, result);
    tellUnused(result);
    if (result.drafted) tellScales(mapping, result);
    reportImport(context, "quantizing weights", 0.1);
    ImportedModel made = imported(request, file, mapping, network, result.drafted);
    result.model = std::move(made.model);
    checkEpsilon(request, result);
    if (data != nullptr) takeData(*data, mapping.classes.empty(), result);
    if (made.floats) {
        made.floats->classNames = result.model.classNames;
        quantizeFloats(request, mapping.bits, data.get(), *made.floats, result, context);
        if (result.verification && !result.verification->agrees()) return result;
    } else {
        if (!request.verify.empty()) refuseVerification(request);
        calibrate(request, data.get(), made.uncalibrated, result, context);
    }
    finishImport(request, made.floatLayers, result, context);
    return result;
}

}  // namespace bitdesk::jobs
