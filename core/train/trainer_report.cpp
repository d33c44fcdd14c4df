// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>

#include <fmt/format.h>

#include <ATen/core/grad_mode.h>

#include "core/base/error.h"
#include "core/evaluate/evaluator.h"
#include "core/execute/torch/torch_executor.h"
#include "core/train/train_settings.h"
#include "core/train/trainer.h"

namespace bitdesk {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kReportedMixes = 4;                // random mixes whose mean accuracy is reported
constexpr std::int64_t kEpochValidation = 2000;  // images of val after an epoch, at each width
constexpr std::int64_t kMixValidation = 500;     // and for each of the mixes
constexpr double kTellEvery = 5;                 // seconds without a line, at most

std::string historyLine(const TrainProgress& progress) {
    std::string line =
        fmt::format("{} {}/{}: loss {:.4f}", stageName(progress.stage), progress.epoch, progress.epochs, progress.loss);
    for (const auto& [width, accuracy] : progress.accuracy) {
        const std::string label = width == 0 ? "float" : width < 0 ? "mixes" : std::to_string(width) + " bits";
        line += fmt::format(", {} {:.4f}", label, accuracy);
    }
    return line + "\n";
}

}  // namespace

ForwardMode Trainer::evaluationMode(TrainStage stage, const BitConfiguration& bits) const {
    ForwardMode mode;
    mode.bits = bits;
    mode.training = false;
    mode.quantizeActivations = stage != TrainStage::Float;
    mode.quantizeWeights = stage != TrainStage::Float && stage != TrainStage::Activations;
    return mode;
}

double Trainer::accuracy(const ForwardMode& mode, const DataSet& data, std::span<const std::int64_t> images,
                         const std::string& activity) {
    const at::NoGradGuard guard;
    const BatchMaker batches(data, m_normalization, m_device);
    constexpr std::size_t kBatch = 500;
    const auto all = static_cast<std::int64_t>(images.size());
    std::int64_t correct = 0;
    for (std::size_t begin = 0; begin < images.size(); begin += kBatch) {
        if (m_stop.stop_requested()) throw Cancelled();
        tell(activity, static_cast<std::int64_t>(begin), all);
        const auto start = Clock::now();
        const auto part = images.subspan(begin, std::min(kBatch, images.size() - begin));
        const at::Tensor logits = m_network->forward(batches.images(part), mode);
        correct += logits.argmax(1).eq(batches.labels(part)).sum().item<std::int64_t>();
        m_clock.took(Pass::Forward, static_cast<double>(part.size()), secondsSince(start));
    }
    return static_cast<double>(correct) / static_cast<double>(images.size());
}

/// The first of the fixed random order: val itself may be sorted by class.
std::span<const std::int64_t> Trainer::validationImages(std::int64_t most) const {
    return std::span(m_validationOrder).first(std::min(static_cast<std::size_t>(most), m_validationOrder.size()));
}

std::map<int, double> Trainer::validate(TrainStage stage) {
    const auto on = [&](const BitConfiguration& bits, std::int64_t most) {
        return accuracy(evaluationMode(stage, bits), *m_inputs->val, validationImages(most), "val");
    };
    if (stage == TrainStage::Float) return {{0, on({}, kEpochValidation)}};
    std::map<int, double> found;
    const Network& network = m_network->network();
    for (const int width : m_request.bits) found[width] = on(uniformBits(network, width), kEpochValidation);
    if (stage != TrainStage::Mixed) return found;
    Random mixes(m_request.seed);
    double sum = 0;
    for (int m = 0; m < kReportedMixes; ++m) sum += on(drawMix(network, m_request.bits, mixes), kMixValidation);
    found[-1] = sum / kReportedMixes;
    return found;
}

void Trainer::reportEpoch(const StagePlan& plan, double meanLoss) {
    TrainProgress progress{.stage = plan.stage,
                           .epoch = m_at.epochsDone + 1,
                           .epochs = plan.epochs,
                           .loss = meanLoss,
                           .learningRate = plan.rate,
                           .epochEnd = true,
                           .accuracy = validate(plan.stage),
                           .validated = static_cast<std::int64_t>(validationImages(kEpochValidation).size()),
                           .validation = m_inputs->val->size()};
    progress.remainingSeconds = remainingSeconds();
    m_history += historyLine(progress);
    if (m_sink) m_sink(progress);
    m_lastTold = Clock::now();
}

std::string Trainer::measureFloatBaseline() {
    const ForwardMode mode = teacherMode();
    const auto on = [&](const DataSet& data) {
        const std::string name = splitName(data.split());
        const std::string activity = (teacherIsFloat() ? "float baseline on " : "teacher on ") + name;
        tell(activity, 0, data.size(), true);
        std::vector<std::int64_t> order = permutation(data.size(), kOrderSeed);
        return fmt::format("{} {:.4f} of {}", name, accuracy(mode, data, order, activity), data.size());
    };
    std::string found = on(*m_inputs->val);
    if (m_inputs->testImages > 0) found += ", " + on(*openTestPart(m_request, *m_inputs, m_stop, {}));
    return found;
}

/// The accuracies are those of the exported integers, not of the floats behind them.
void Trainer::testModel(const MetaModel& model) {
    const auto executor = makeReferenceExecutor(model, m_request.device, m_request.threads);
    std::vector<std::shared_ptr<const DataSet>> parts{m_inputs->val};
    if (m_inputs->testImages > 0) parts.push_back(openTestPart(m_request, *m_inputs, m_stop, {}));
    for (const auto& data : parts)
        for (const int width : m_request.bits) {
            const std::string key = fmt::format("accuracy.{}.{}_bits", splitName(data->split()), width);
            if (m_figures.contains(key)) continue;
            const std::string activity = fmt::format("{} at {} bits", splitName(data->split()), width);
            tell(activity, 0, data->size(), true);
            double last = 0;
            std::int64_t before = 0;
            const auto outcome = evaluate(*executor, lower(model, uniformBits(model.network, width)), *data, {}, m_stop,
                                          [&](const PartialEvaluation& partial) {
                                              m_clock.took(Pass::Test, static_cast<double>(partial.seen - before),
                                                           partial.seconds - last);
                                              last = partial.seconds;
                                              before = partial.seen;
                                              tell(activity, partial.seen, partial.total);
                                          });
            m_figures[key] = fmt::format("{} of {}", outcome.correct, outcome.total);
            m_unsaved = true;
        }
}

std::map<std::string, std::string> Trainer::provenance() const {
    std::map<std::string, std::string> facts = m_figures;
    facts.merge(std::map<std::string, std::string>{
        {"command", m_request.command},
        {"options", optionsText(m_request)},
        {"data", m_inputs->train->name()},
        {"data_hash_train", m_inputs->train->hash()},
        {teacherIsFloat() ? "float_baseline_accuracy" : "teacher_accuracy", m_floatAccuracy},
        {"history", m_history}});
    if (m_inputs->start != nullptr) {
        facts.emplace("from", m_inputs->start->name);
        facts.emplace("from_hash", m_inputs->start->hash);
    }
    if (!m_inputs->skipped.empty()) facts.emplace("data_skipped", m_inputs->skipped);
    if (m_inputs->testImages == 0) facts.emplace("test_part", "none");
    return facts;
}

void Trainer::tell(const std::string& activity, std::int64_t done, std::int64_t all, bool first) {
    if (!m_sink || (!first && !isQuiet())) return;
    m_sink({.step = done, .steps = all, .remainingSeconds = remainingSeconds(), .activity = activity});
    m_lastTold = Clock::now();
}

void Trainer::note(const std::string& sentence) const {
    if (m_sink) m_sink({.note = sentence});
}

bool Trainer::isQuiet() const { return secondsSince(m_lastTold) > kTellEvery; }

/// Of everything: steps, validations, what a teacher needs, calibration and the last tests.
double Trainer::remainingSeconds() const {
    if (!m_inputs || m_plans.empty()) return -1;
    const auto val = static_cast<double>(m_inputs->val->size()), test = static_cast<double>(m_inputs->testImages);
    const double widths = static_cast<double>(m_request.bits.size());
    double forward = static_cast<double>((kCalibrationSteps - m_at.calibrated) * calibrationBatch(*m_inputs));
    double floatSteps = 0, quantizedSteps = 0;
    for (std::size_t s = m_at.stage; s < m_plans.size(); ++s) {
        const StagePlan& plan = m_plans[s];
        const bool inHand = s == m_at.stage;
        const double epochs = plan.epochs - (inHand ? m_at.epochsDone : 0);
        const double steps =
            epochs * static_cast<double>(m_inputs->steps()) - static_cast<double>(inHand ? m_at.step : 0);
        const bool isFloat = plan.stage == TrainStage::Float;
        (isFloat ? floatSteps : quantizedSteps) += steps * static_cast<double>(m_inputs->batch);
        forward += epochs * std::min<double>(kEpochValidation, val) * (isFloat ? 1 : widths);
        if (plan.stage == TrainStage::Mixed) forward += epochs * kReportedMixes * std::min<double>(kMixValidation, val);
    }
    const bool teacherAhead =
        m_inputs->start != nullptr && m_request.floatEpochs == 0
            ? m_at.stage == 0 && !m_at.begun
            : m_request.floatEpochs > 0 && m_plans.size() > 1 && (m_at.stage == 0 || (m_at.stage == 1 && !m_at.begun));
    if (teacherAhead) {
        if (m_floatAccuracy.empty()) forward += val + test;
        if (m_request.distillation > 0)
            forward +=
                kTeacherViews * static_cast<double>(static_cast<std::int64_t>(m_inputs->indices.size()) - m_at.taught);
    }
    const double tested =
        widths * (val + test) * (1 - static_cast<double>(m_figures.size()) / (widths * (test > 0 ? 2 : 1)));
    const double seconds = m_clock.secondsFor(Pass::FloatStep, floatSteps) +
                           m_clock.secondsFor(Pass::QuantizedStep, quantizedSteps) +
                           m_clock.secondsFor(Pass::Forward, forward) + m_clock.secondsFor(Pass::Test, tested);
    return std::max(seconds, -1.0);
}

}  // namespace bitdesk
