// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <torch/optim/sgd.h>
#include <string_view>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/isfinite.h>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/execute/plan/execution_plan.h"
#include "core/train/train_settings.h"
#include "core/train/trainer.h"

namespace bitdesk {
namespace {

const std::string kFigure = "figure.";

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

/// The float baseline cannot be measured again once its weights are trained on: its figure says of what it is.
void markFormerTestPart(std::string& floatAccuracy) {
    constexpr std::string_view kMark = " (of a test part that was replaced since)";
    const auto test = floatAccuracy.find("test ");
    if (test != std::string::npos && floatAccuracy.find(kMark, test) == std::string::npos) floatAccuracy += kMark;
}

bool isFinite(const at::Tensor& tensor) { return at::isfinite(tensor).all().item<bool>(); }

}  // namespace

Checkpoint Trainer::state() const {
    Checkpoint checkpoint;
    checkpoint.texts = settingsOf(m_request, *m_inputs);
    store(m_at, checkpoint.texts);
    checkpoint.texts["random"] = std::to_string(m_random.state());
    checkpoint.texts["history"] = m_history;
    checkpoint.texts["float_accuracy"] = m_floatAccuracy;
    for (const auto& [name, figure] : m_figures) checkpoint.texts[kFigure + name] = figure;
    for (const auto& [name, tensor] : stateOf(*m_network)) {
        checkpoint.tensors["state." + name] = tensor;
        const auto* momentum = momentumState(*m_optimizer, tensor);
        if (momentum != nullptr && momentum->momentum_buffer().defined())
            checkpoint.tensors["momentum." + name] = momentum->momentum_buffer();
    }
    if (m_softTargets.defined()) checkpoint.tensors["soft_targets"] = m_softTargets;
    if (m_at.calibrated > 0) checkpoint.tensors["visits"] = m_network->visits();
    return checkpoint;
}

/// Nobody can go on from numbers that are none.
void Trainer::requireFinite(const Checkpoint& checkpoint) const {
    for (const auto& [name, tensor] : checkpoint.tensors)
        if (!isFinite(tensor)) failDiverged("'" + name + "' is not finite any more");
}

void Trainer::failDiverged(const std::string& reason) const {
    const StagePlan& plan = m_plans[std::min(m_at.stage, m_plans.size() - 1)];
    std::string rates;
    for (const RateOption& rate : rateOptions())
        if (rate.stage == plan.stage) rates = fmt::format("{} {:.3g}", settingName(rate.option), plan.rate / 10);
    throw Error(ErrorKind::BadInput, toText(m_at, m_plans, m_inputs->steps()), reason + ": the training diverges",
                m_saved.empty()
                    ? "Train anew with a lower rate, as " + rates
                    : fmt::format("{} keeps what was before, at {}: go on from there with a lower rate, as "
                                  "{} {}",
                                  checkpointOf(m_request.out).string(), m_saved, settingName("resume"), rates));
}

void Trainer::save() {
    const auto begin = std::chrono::steady_clock::now();
    const Checkpoint checkpoint = state();
    requireFinite(checkpoint);
    writeCheckpoint(checkpoint, checkpointOf(m_request.out));
    m_saved = toText(m_at, m_plans, m_inputs->steps());
    m_unsaved = false;
    m_lastSave = std::chrono::steady_clock::now();
    m_saveTook = m_lastSave - begin;
}

/// Texts: what the training is, where it stands, and what has been found.
void Trainer::restore() {
    const std::string where = checkpointOf(m_request.out).string();
    m_resumed->texts = upgradedSettings(std::move(m_resumed->texts), where);
    const TrainTexts& texts = m_resumed->texts;
    const auto plans = stagePlans(m_request);
    TrainRequest asked = m_request;
    fillRates(asked);  // of no account here: rates may differ
    requireSameTraining(texts, settingsOf(asked, *m_inputs), where);
    m_at = readPosition(texts, plans, *m_inputs, kCalibrationSteps, where);
    m_history = storedText(texts, "history", where);
    m_floatAccuracy = storedText(texts, "float_accuracy", where);
    for (const auto& [key, value] : texts)
        if (key.starts_with(kFigure)) m_figures[key.substr(kFigure.size())] = value;
    m_saved = toText(m_at, plans, m_inputs->steps());
    const std::string changes = resumeRates(m_request, texts, plans, m_at.stage, m_inputs->notes, where);
    checkRates(m_request);
    const auto tell = [&](const std::string& what) {
        m_history += fmt::format("from {}: {}\n", m_saved, what);
        m_inputs->notes.push_back(fmt::format("From {}: {}.", m_saved, what));
    };
    if (!changes.empty()) tell(changes);
    const auto test = texts.find("hash.test");
    if (test != texts.end() && test->second != m_inputs->testHash) {
        tell("the test part is another than at the beginning");
        std::erase_if(m_figures, [](const auto& figure) { return figure.first.starts_with("accuracy.test."); });
        markFormerTestPart(m_floatAccuracy);
    }
}

/// The network is there, with fresh weights.
void Trainer::restoreTensors() {
    const std::string where = checkpointOf(m_request.out).string();
    m_random.setState(storedWord(m_resumed->texts, "random", where));
    const at::NoGradGuard guard;
    makeOptimizer();
    const auto& tensors = m_resumed->tensors;
    const auto stored = [&](const std::string& key, const std::string& name, at::IntArrayRef sizes) {
        const auto refuse = [&](const std::string& reason) {
            throw Error(ErrorKind::BadInput, where, "tensor '" + name + "' " + reason, trainAnew());
        };
        const auto found = tensors.find(key);
        if (found == tensors.end()) refuse("is missing");
        if (found->second.sizes() != sizes) refuse("has another shape");
        if (!isFinite(found->second)) refuse("holds numbers that are not finite");
        return found->second;
    };
    for (auto& [name, tensor] : stateOf(*m_network)) {
        at::Tensor(tensor).copy_(stored("state." + name, name, tensor.sizes()));
        const std::string momentum = "momentum." + name;
        if (!tensors.contains(momentum)) continue;
        auto state = std::make_unique<torch::optim::SGDParamState>();
        state->momentum_buffer(at::empty_like(tensor).copy_(stored(momentum, momentum, tensor.sizes())));
        m_optimizer->state()[tensor.unsafeGetTensorImpl()] = std::move(state);
    }
    const std::string targets = "soft_targets", visits = "visits";
    if (tensors.contains(targets))
        m_softTargets = stored(targets, targets, {m_inputs->train->size(), m_network->network().classes()});
    if (m_at.calibrated > 0) m_network->setVisits(stored(visits, visits, m_network->visits().sizes()));
    m_resumed.reset();
}

std::int64_t Trainer::checkpointBytes() const {
    std::int64_t numbers = 0;
    for (const auto& [name, tensor] : stateOf(*m_network)) numbers += tensor.numel() * (tensor.requires_grad() ? 2 : 1);
    if (m_request.distillation > 0 && hasTeacher()) numbers += m_inputs->train->size() * m_network->network().classes();
    return 4 * numbers;
}

/// A checkpoint is written beside the one before.
void Trainer::checkSpace() const {
    std::filesystem::path folder = m_request.out.parent_path();
    if (folder.empty()) folder = ".";
    std::error_code code;
    const auto space = std::filesystem::space(folder, code);
    const std::int64_t needed = checkpointBytes() * (m_request.resume ? 1 : 2);
    if (code || static_cast<std::uintmax_t>(needed) <= space.available) return;
    throw Error(ErrorKind::Resource, folder.string(),
                fmt::format("has {} MB free; checkpoints need {} MB", space.available / 1'000'000, needed / 1'000'000),
                "Make room, or choose another " + settingName("out"));
}

/// What comes last must not fail last: the model file is made once of the weights as they are.
void Trainer::checkExport() {
    MetaModel model = m_network->toModel();
    model.normalization = {std::vector<float>(static_cast<std::size_t>(m_inputs->train->channels()), 0.5F),
                           std::vector<float>(static_cast<std::size_t>(m_inputs->train->channels()), 0.5F)};
    model.classNames = m_inputs->train->classNames();
    checkModel(model, m_request.network);
    for (const int width : m_request.bits) lower(model, uniformBits(model.network, width));
}

}  // namespace bitdesk
