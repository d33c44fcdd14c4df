// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/trainer.h"

#include <algorithm>

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <torch/optim/sgd.h>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/evaluate/evaluator.h"
#include "core/execute/torch/device.h"
#include "core/model/model_file.h"
#include "core/train/layer_rates.h"
#include "core/train/train_settings.h"

namespace bitdesk {

using Clock = std::chrono::steady_clock;

Trainer::Trainer(const TrainRequest& request, TrainSink sink, std::stop_token stop)
    : m_request(request),
      m_sink(std::move(sink)),
      m_stop(std::move(stop)),
      m_device(parseDevice(request.device)),
      m_random(request.seed),
      m_lastSave(Clock::now()),
      m_lastTold(Clock::now()) {
    prepareTorch(request.threads);
}

Trainer::~Trainer() = default;

TrainFacts Trainer::prepare() {
    if (m_request.resume) m_resumed = readCheckpoint(checkpointOf(m_request.out));
    m_inputs = openTrainInputs(m_request, m_stop, [this](const Progress& progress) {
        tell(progress.activity, static_cast<std::int64_t>(100 * progress.fraction), 100);
    });
    if (m_request.bits.empty()) m_request.bits = m_inputs->start->bits;
    if (m_request.resume) restore();
    else fillRates(m_request);
    m_plans = stagePlans(m_request);
    m_network = std::make_unique<TrainableNetwork>(m_inputs->network, m_request.bits, m_random, m_device,
                                                   findFakeQuantizer(m_request.quantizer));
    if (m_request.resume) restoreTensors();
    else if (m_inputs->start != nullptr) m_network->startFrom(*m_inputs->start);
    static_cast<void>(LayerRates(m_request, m_inputs->network));  // throws for what fits nothing
    checkExport();
    checkSpace();
    const Network& network = m_inputs->network;
    if (!hasTeacher() && m_request.distillation > 0)
        m_inputs->notes.emplace_back("Without a float stage there is no teacher: " + settingName("distillation") +
                                     " has no effect.");
    std::vector<std::pair<std::string, double>> rates;
    for (const RateOption& rate : rateOptions())
        rates.emplace_back(settingName(rate.option), (m_request.*rate.value).value());
    return {.network = network.name(),
            .input = network.inputShape(),
            .classes = network.classes(),
            .train = static_cast<std::int64_t>(m_inputs->indices.size()),
            .val = m_inputs->val->size(),
            .test = m_inputs->testImages,
            .batch = m_inputs->batch,
            .steps = m_inputs->steps(),
            .checkpointBytes = checkpointBytes(),
            .rates = std::move(rates),
            .resumesAt = m_request.resume ? m_saved : "",
            .notes = m_inputs->notes};
}

void Trainer::begin() {
    const std::int64_t images = m_inputs->train->size();
    if (m_inputs->start != nullptr) m_normalization = m_inputs->start->normalization;
    else
        m_normalization = measureNormalization(*m_inputs->train, [&](std::int64_t done) {
            if (m_stop.stop_requested()) throw Cancelled();
            tell("mean and deviation of the training images", done, images);
        });
    m_trainBatches = std::make_unique<BatchMaker>(*m_inputs->train, m_normalization, m_device);
    m_validationOrder = permutation(m_inputs->val->size(), kOrderSeed);
    m_lastSave = Clock::now();
}

MetaModel Trainer::run() {
    for (const std::string& sentence : prepare().notes) note(sentence);
    begin();
    try {
        trainStages();
        calibrateNorms();
        return finish();
    } catch (const Cancelled&) {
        if (m_unsaved) save();
        throw;
    }
}

void Trainer::pause() {
    if (m_stop.stop_requested()) throw Cancelled();
    if (!m_unsaved) return;
    // However large a checkpoint is, writing them takes a fiftieth of the time at most, unless one was asked for after
    // every step.
    const std::chrono::duration<double> since = Clock::now() - m_lastSave;
    const bool isDue = since.count() > m_request.checkpointSeconds && since > 50 * m_saveTook;
    if (isDue || m_request.checkpointSeconds == 0) save();
}

void Trainer::trainStages() {
    while (m_at.stage < m_plans.size()) {
        const StagePlan& plan = m_plans[m_at.stage];
        if (!m_at.begun) startStage(plan);
        trainEpoch(plan);
        m_at.endEpoch(m_plans);
        m_unsaved = true;
        save();
    }
}

void Trainer::startStage(const StagePlan& plan) {
    const bool wasFloat = m_at.stage > 0 && m_plans[m_at.stage - 1].stage == TrainStage::Float;
    const bool startsFrom = m_at.stage == 0 && plan.stage != TrainStage::Float && m_inputs->start != nullptr;
    if (wasFloat || startsFrom) {
        if (m_floatAccuracy.empty()) m_floatAccuracy = measureFloatBaseline();
        m_unsaved = true;
        if (m_request.distillation > 0) makeSoftTargets();
    }
    // A model that was begun with has its scales.
    const bool firstQuantized = plan.stage != TrainStage::Float && (m_at.stage == 0 || wasFloat) && !startsFrom;
    if (firstQuantized) {
        // All diagonal entries begin where the float network's single entry ended.
        if (wasFloat) m_network->spreadFirstNorms();
        const auto count = std::min<std::size_t>(512, m_inputs->indices.size());
        m_network->initializeScales(m_trainBatches->images({m_inputs->indices.data(), count}));
    }
    if (plan.stage == TrainStage::Mixed) m_network->spreadDiagonalNorms();
    makeOptimizer();
    m_at.begun = true;
}

void Trainer::calibrateNorms() {
    const at::NoGradGuard guard;
    if (m_at.calibrated == 0) m_network->resetRunningStatistics();
    ForwardMode mode;
    mode.momentum = ForwardMode::kCumulative;
    const Network& network = m_network->network();
    const auto batch = static_cast<std::size_t>(calibrationBatch(*m_inputs));
    tell("calibration", m_at.calibrated, kCalibrationSteps, true);
    for (; m_at.calibrated < kCalibrationSteps; ++m_at.calibrated) {
        pause();
        const auto begin = Clock::now();
        // Every fourth batch is uniform, so that the corners are estimated as well as the middle.
        const auto step = static_cast<std::size_t>(m_at.calibrated);
        mode.bits = step % 4 == 0 ? uniformBits(network, m_request.bits[step / 4 % m_request.bits.size()])
                                  : drawMix(network, m_request.bits, m_random);
        const std::size_t first = m_random.below(m_inputs->indices.size() - batch + 1);
        m_network->forward(m_trainBatches->images({m_inputs->indices.data() + first, batch}), mode);
        m_unsaved = true;
        m_clock.took(Pass::Forward, static_cast<double>(batch), secondsSince(begin));
        tell("calibration", m_at.calibrated + 1, kCalibrationSteps);
    }
}

MetaModel Trainer::finish() {
    MetaModel model = m_network->toModel();
    model.normalization = m_normalization;
    model.classNames = m_inputs->train->classNames();
    checkModel(model, m_request.out.string());
    testModel(model);
    model.provenance = provenance();
    model.name = m_request.out.stem().string();
    model.hash = writeModel(model, m_request.out);
    return model;
}

}  // namespace bitdesk
