// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <cmath>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/optim/sgd.h>

#include "core/base/to_index.h"
#include "core/train/layer_rates.h"
#include "core/train/trainer.h"

namespace bitdesk {
namespace {

constexpr std::int64_t kReportEvery = 50;  // steps
constexpr double kTemperature = 2;         // of the teacher's soft targets (Hinton et al. 2015)

/// Parameters by the factor of their rate; those of 0 are left out, and get no gradient.
std::map<double, std::vector<at::Tensor>> byFactor(const std::map<std::string, at::Tensor>& named,
                                                   const LayerRates& rates, const TrainableNetwork& network) {
    std::map<double, std::vector<at::Tensor>> groups;
    for (const auto& [name, tensor] : named) {
        const double factor = rates.factorOf(network.layerOfParameter(name));
        if (factor > 0) groups[factor].push_back(tensor);
        else tensor.set_requires_grad(false);
    }
    return groups;
}

}  // namespace

void Trainer::makeOptimizer() {
    torch::optim::SGDOptions options(0.1);
    options.momentum(0.9).nesterov(true);
    auto decayed = options;
    decayed.weight_decay(m_request.weightDecay.value());
    const LayerRates rates(m_request, m_network->network());
    std::vector<torch::optim::OptimizerParamGroup> groups;
    m_rateFactors.clear();
    const auto add = [&](const std::map<std::string, at::Tensor>& parameters, const torch::optim::SGDOptions& own) {
        for (auto& [factor, tensors] : byFactor(parameters, rates, *m_network)) {
            groups.emplace_back(std::move(tensors), std::make_unique<torch::optim::SGDOptions>(own));
            m_rateFactors.push_back(factor);
        }
    };
    add(m_network->weights(), decayed);
    add(m_network->otherParameters(), options);
    m_optimizer = std::make_unique<torch::optim::SGD>(std::move(groups), options);
}

void Trainer::setRate(double rate) {
    auto factor = m_rateFactors.begin();
    for (auto& group : m_optimizer->param_groups()) group.options().set_lr(rate * *factor++);
}

std::vector<std::int64_t> Trainer::epochOrder() const {
    const auto& images = m_inputs->indices;
    std::vector<std::int64_t> order(images.size());
    const auto shuffled = permutation(static_cast<std::int64_t>(order.size()), m_at.epochSeed);
    std::ranges::transform(shuffled, order.begin(), [&](std::int64_t i) { return images[toIndex(i)]; });
    return order;
}

void Trainer::trainEpoch(const StagePlan& plan) {
    const std::int64_t batch = m_inputs->batch, steps = m_inputs->steps(), all = plan.epochs * steps;
    double recent = 0;
    std::int64_t since = 0;
    m_order.clear();
    for (; m_at.step < steps; ++m_at.step) {
        pause();
        if (m_at.step == 0) m_at.epochSeed = m_random.next();
        if (m_order.empty()) m_order = epochOrder();
        const auto begin = std::chrono::steady_clock::now();
        const std::int64_t done = m_at.epochsDone * steps + m_at.step;
        const double rate = cosineRate(plan.rate, done, all, std::min<std::int64_t>(100, all / 10));
        setRate(rate);
        const double value = trainStep(plan, {m_order.data() + m_at.step * batch, toIndex(batch)},
                                       static_cast<double>(done) / static_cast<double>(all));
        m_unsaved = true;
        m_at.lossSum += value;
        recent += value;
        ++since;
        m_clock.took(plan.stage == TrainStage::Float ? Pass::FloatStep : Pass::QuantizedStep,
                     static_cast<double>(batch), secondsSince(begin));
        const bool isDue = (m_at.step + 1) % kReportEvery == 0 || isQuiet();
        if (!m_sink || !isDue) continue;
        m_sink({.stage = plan.stage,
                .epoch = m_at.epochsDone + 1,
                .epochs = plan.epochs,
                .step = m_at.step + 1,
                .steps = steps,
                .loss = recent / static_cast<double>(since),
                .learningRate = rate,
                .remainingSeconds = remainingSeconds()});
        m_lastTold = std::chrono::steady_clock::now();
        recent = 0;
        since = 0;
    }
    requireFinite(state());
    reportEpoch(plan, m_at.lossSum / static_cast<double>(steps));
}

double Trainer::trainStep(const StagePlan& plan, std::span<const std::int64_t> indices, double stageProgress) {
    ForwardMode mode;
    mode.quantizeActivations = plan.stage != TrainStage::Float;
    mode.quantizeWeights = plan.stage == TrainStage::Uniform || plan.stage == TrainStage::Mixed;
    if (plan.stage != TrainStage::Float)
        mode.bits = drawBits(plan.stage, stageProgress, m_network->network(), m_request.bits, m_random);
    const at::Tensor images = m_trainBatches->images(indices, augmentation(), m_random);
    m_optimizer->zero_grad();
    const at::Tensor value = loss(m_network->forward(images, mode), indices);
    const double number = value.item<double>();
    if (!std::isfinite(number)) failDiverged("the loss is not finite any more");
    value.backward();
    const auto scales = m_network->activationScales();
    m_optimizer->step();
    m_network->boundScales(scales);
    return number;
}

at::Tensor Trainer::loss(const at::Tensor& logits, std::span<const std::int64_t> indices) const {
    const at::Tensor hard = at::cross_entropy_loss(logits, m_trainBatches->labels(indices));
    if (!m_softTargets.defined() || m_request.distillation <= 0) return hard;
    const at::Tensor rows = at::tensor(at::IntArrayRef(indices.data(), indices.size()), at::kLong);
    const at::Tensor soft = m_softTargets.index_select(0, rows).to(m_device);
    // T² keeps the soft gradient's size beside the hard one's (Hinton et al. 2015).
    const at::Tensor taught = at::cross_entropy_loss(logits / kTemperature, soft) * (kTemperature * kTemperature);
    return hard * (1 - m_request.distillation) + taught * m_request.distillation;
}

bool Trainer::teacherIsFloat() const {
    return m_request.floatEpochs > 0 || m_inputs->start == nullptr || m_inputs->start->floats != nullptr;
}

/// The float network; or the model that was begun with, where it has codes alone, at its highest width.
ForwardMode Trainer::teacherMode() const {
    if (teacherIsFloat()) return evaluationMode(TrainStage::Float, {});
    const auto widest = std::ranges::find(m_request.bits, m_inputs->start->topBits());
    const int width = widest != m_request.bits.end() ? *widest : m_request.bits.back();
    return evaluationMode(TrainStage::Mixed, uniformBits(m_network->network(), width));
}

void Trainer::makeSoftTargets() {
    const at::NoGradGuard guard;
    const int classes = m_network->network().classes();
    if (!m_softTargets.defined()) m_softTargets = at::zeros({m_inputs->train->size(), classes});
    const ForwardMode mode = teacherMode();
    constexpr std::int64_t kBatch = 500;
    const auto all = static_cast<std::int64_t>(m_inputs->indices.size());
    tell("soft targets", m_at.taught, all, true);
    while (m_at.taught < all) {
        pause();
        const auto begin = std::chrono::steady_clock::now();
        const std::span<const std::int64_t> part(m_inputs->indices.data() + m_at.taught,
                                                 toIndex(std::min(kBatch, all - m_at.taught)));
        at::Tensor logits = at::zeros({static_cast<std::int64_t>(part.size()), classes});
        for (int view = 0; view < kTeacherViews; ++view)
            logits += m_network->forward(m_trainBatches->images(part, augmentation(), m_random), mode).to(at::kCPU);
        const at::Tensor rows = at::tensor(at::IntArrayRef(part.data(), part.size()), at::kLong);
        m_softTargets.index_copy_(0, rows, at::softmax(logits / (kTeacherViews * kTemperature), 1));
        m_at.taught += static_cast<std::int64_t>(part.size());
        m_unsaved = true;
        m_clock.took(Pass::Forward, static_cast<double>(kTeacherViews * part.size()), secondsSince(begin));
        tell("soft targets", m_at.taught, all);
    }
}

}  // namespace bitdesk
