// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/optim/sgd.h>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/evaluate/evaluator.h"
#include "core/model/model_file.h"
#include "core/reference/reference_executor.h"
#include "core/train/trainer.h"

namespace bitdesk {
namespace {

/// Every tensor that a training changes: parameters and running statistics.
std::map<std::string, at::Tensor> stateOf(const TrainableNetwork& network) {
    auto all = network.weights();
    all.merge(network.otherParameters());
    all.merge(network.statistics());
    return all;
}

torch::optim::SGDParamState* momentumState(torch::optim::SGD& optimizer, const at::Tensor& parameter) {
    const auto found = optimizer.state().find(parameter.unsafeGetTensorImpl());
    return found == optimizer.state().end() ? nullptr : static_cast<torch::optim::SGDParamState*>(found->second.get());
}

const std::string& textOf(const Checkpoint& checkpoint, const std::string& key, const std::filesystem::path& path) {
    const auto found = checkpoint.texts.find(key);
    if (found == checkpoint.texts.end())
        throw Error(ErrorKind::BadInput, path.string(), "the checkpoint lacks '" + key + "'");
    return found->second;
}

}  // namespace

std::filesystem::path Trainer::checkpointPath() const { return checkpointOf(m_request.out); }

/// What must be the same for a checkpoint to be this training's.
std::string Trainer::fingerprint() const {
    const TrainRequest& r = m_request;
    return fmt::format(
        "1 network={} train={} val={} bits={} epochs={},{},{},{} rates={},{},{},{} decay={} "
        "distillation={} shift={} flip={} batch={} seed={} limit={}",
        r.network, m_train->hash(), m_val->hash(), fmt::join(r.bits, "+"), r.floatEpochs, r.activationEpochs,
        r.uniformEpochs, r.mixedEpochs, r.floatRate, r.activationRate, r.uniformRate, r.mixedRate, r.weightDecay,
        r.distillation, r.shift, r.flip, r.batch, r.seed, r.limit);
}

void Trainer::save(std::size_t stage, int epochsDone) {
    Checkpoint checkpoint;
    checkpoint.texts = {{"bitdesk.checkpoint", fingerprint()},
                        {"stage", std::to_string(stage)},
                        {"epochs_done", std::to_string(epochsDone)},
                        {"random", std::to_string(m_random.state())},
                        {"history", m_history},
                        {"float_accuracy", m_floatAccuracy}};
    for (const auto& [name, tensor] : stateOf(*m_network)) {
        checkpoint.tensors["state." + name] = tensor;
        const auto* momentum = momentumState(*m_optimizer, tensor);
        if (momentum != nullptr && momentum->momentum_buffer().defined())
            checkpoint.tensors["momentum." + name] = momentum->momentum_buffer();
    }
    if (m_softTargets.defined()) checkpoint.tensors["soft_targets"] = m_softTargets;
    writeCheckpoint(checkpoint, checkpointPath());
}

void Trainer::restore() {
    const auto path = checkpointPath();
    const Checkpoint checkpoint = readCheckpoint(path);
    if (textOf(checkpoint, "bitdesk.checkpoint", path) != fingerprint())
        throw Error(ErrorKind::BadInput, path.string(),
                    "the checkpoint belongs to a training with other options: " +
                        textOf(checkpoint, "bitdesk.checkpoint", path),
                    "Repeat its options, or train without --resume");
    m_stage = std::stoul(textOf(checkpoint, "stage", path));
    m_epochsDone = std::stoi(textOf(checkpoint, "epochs_done", path));
    m_random.setState(std::stoull(textOf(checkpoint, "random", path)));
    m_history = textOf(checkpoint, "history", path);
    m_floatAccuracy = textOf(checkpoint, "float_accuracy", path);
    if (m_stage >= m_plans.size())
        throw Error(ErrorKind::BadInput, path.string(), "the checkpoint's stage is not one of this training");
    const torch::NoGradGuard guard;
    makeOptimizer();
    for (auto& [name, tensor] : stateOf(*m_network)) {
        const auto stored = checkpoint.tensors.find("state." + name);
        if (stored == checkpoint.tensors.end() || stored->second.sizes() != tensor.sizes())
            throw Error(ErrorKind::BadInput, path.string(), "tensor '" + name + "' is missing or has another shape");
        at::Tensor(tensor).copy_(stored->second);
        const auto momentum = checkpoint.tensors.find("momentum." + name);
        if (momentum == checkpoint.tensors.end()) continue;
        auto state = std::make_unique<torch::optim::SGDParamState>();
        state->momentum_buffer(at::empty_like(tensor).copy_(momentum->second));
        m_optimizer->state()[tensor.unsafeGetTensorImpl()] = std::move(state);
    }
    const auto targets = checkpoint.tensors.find("soft_targets");
    if (targets != checkpoint.tensors.end()) m_softTargets = targets->second;
    if (m_epochsDone < m_plans[m_stage].epochs) return;
    ++m_stage;
    m_epochsDone = 0;
}

MetaModel Trainer::finish() {
    MetaModel model = m_network->toModel();
    model.normalization = m_normalization;
    model.classNames = m_train->classNames();
    model.provenance = provenance(model);
    model.name = m_request.out.stem().string();
    checkModel(model, m_request.out.string());
    model.hash = writeModel(model, m_request.out);
    return model;
}

/// The accuracies are those of the exported integers, not of the floats behind them.
std::map<std::string, std::string> Trainer::provenance(const MetaModel& model) {
    std::map<std::string, std::string> facts{{"command", m_request.command},
                                             {"options", fingerprint()},
                                             {"data", m_train->name()},
                                             {"data_hash_train", m_train->hash()},
                                             {"float_baseline_accuracy", m_floatAccuracy},
                                             {"history", m_history}};
    const auto executor = makeReferenceExecutor(model, m_request.device, m_request.threads);
    for (const Split split : {Split::Val, Split::Test}) {
        const auto data = split == Split::Val ? m_val : openDataSet(m_request.data, split, m_dataRequest);
        for (const int width : m_request.bits) {
            const auto plan = lower(model, uniformBits(model.network, width));
            const auto outcome = evaluate(*executor, plan, *data, {}, m_stop);
            facts[fmt::format("accuracy.{}.{}_bits", splitName(split), width)] =
                fmt::format("{} of {}", outcome.correct, outcome.total);
        }
    }
    return facts;
}

}  // namespace bitdesk
