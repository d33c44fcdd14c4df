// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/optim/sgd.h>

#include "core/base/error.h"
#include "core/evaluate/evaluator.h"
#include "core/network/catalogue.h"
#include "core/reference/device.h"

namespace bitdesk {
namespace {

constexpr double kTemperature = 2;      // of the teacher's soft targets (Hinton et al. 2015)
constexpr int kTeacherViews = 4;        // augmented views that the teacher's logits are averaged over
constexpr int kReportedMixes = 4;       // random mixes whose mean accuracy is reported
constexpr int kCalibrationSteps = 360;  // batches that re-estimate the running statistics
constexpr std::int64_t kEpochValidation = 2000;
constexpr std::int64_t kReportEvery = 50;

std::vector<at::Tensor> tensorsOf(const std::map<std::string, at::Tensor>& named) {
    std::vector<at::Tensor> all;
    for (const auto& [name, tensor] : named) all.push_back(tensor);
    return all;
}

std::string historyLine(const TrainProgress& progress) {
    std::string line =
        fmt::format("{} {}/{}: loss {:.4f}", stageName(progress.stage), progress.epoch, progress.epochs, progress.loss);
    for (const auto& [width, accuracy] : progress.accuracy) {
        const std::string label = width == 0 ? "float" : width < 0 ? "mixes" : std::to_string(width) + " bits";
        line += fmt::format(", {} {:.4f}", label, accuracy);
    }
    return line + "\n";
}

/// A folder's images are brought to the input of a network that has one.
DataRequest dataRequestOf(const TrainRequest& request, const std::stop_token& stop) {
    DataRequest data{.choices = request.choices, .stop = stop};
    if (request.input) data.shape = imageShapeOf(*request.input);
    else if (namesNetworkFile(request.network)) data.shape = imageShapeOf(openNetwork(request.network).inputShape());
    return data;
}

}  // namespace

Trainer::Trainer(const TrainRequest& request, TrainSink sink, std::stop_token stop)
    : m_request(request),
      m_sink(std::move(sink)),
      m_stop(std::move(stop)),
      m_device(parseDevice(request.device)),
      m_random(request.seed),
      m_plans(stagePlans(request)),
      m_begin(std::chrono::steady_clock::now()) {
    prepareTorch(request.threads);
}

Trainer::~Trainer() = default;

void Trainer::openData() {
    m_dataRequest = dataRequestOf(m_request, m_stop);
    m_train = openDataSet(m_request.data, Split::Train, m_dataRequest);
    m_val = openDataSet(m_request.data, Split::Val, m_dataRequest);
    m_normalization = measureNormalization(*m_train);
    m_indices = permutation(m_train->size(), m_request.seed);
    if (m_request.limit > 0 && m_request.limit < m_train->size())
        m_indices.resize(static_cast<std::size_t>(m_request.limit));
    m_trainBatches = std::make_unique<BatchMaker>(*m_train, m_normalization, m_device);
    m_valBatches = std::make_unique<BatchMaker>(*m_val, m_normalization, m_device);
    const Shape input{m_train->height(), m_train->width(), m_train->channels()};
    if (m_request.input && *m_request.input != input)
        throw Error(
            ErrorKind::BadInput, m_train->name(),
            "its images are " + toText(input) + " and taken as they are; --input says " + toText(*m_request.input));
    const Network network = openNetwork(m_request.network, input, static_cast<int>(m_train->classNames().size()));
    m_network = std::make_unique<TrainableNetwork>(network, m_request.bits, m_random, m_device);
}

MetaModel Trainer::run() {
    openData();
    if (m_request.resume) restore();
    for (; m_stage < m_plans.size(); ++m_stage, m_epochsDone = 0) {
        const StagePlan& plan = m_plans[m_stage];
        if (m_epochsDone == 0) startStage(plan);
        for (int epoch = m_epochsDone; epoch < plan.epochs; ++epoch) {
            trainEpoch(plan, epoch);
            save(m_stage, epoch + 1);
        }
    }
    calibrateNorms();
    return finish();
}

void Trainer::startStage(const StagePlan& plan) {
    const bool wasFloat = m_stage > 0 && m_plans[m_stage - 1].stage == TrainStage::Float;
    if (wasFloat) {
        m_floatAccuracy = measureFloatBaseline();
        if (m_request.distillation > 0) makeSoftTargets();
    }
    const bool firstQuantized = plan.stage != TrainStage::Float && (m_stage == 0 || wasFloat);
    if (firstQuantized) {
        // All diagonal entries begin where the float network's single entry ended.
        if (wasFloat) m_network->spreadFirstNorms();
        const auto count = std::min<std::size_t>(512, m_indices.size());
        m_network->initializeScales(m_trainBatches->images({m_indices.data(), count}, {}, m_random));
    }
    if (plan.stage == TrainStage::Mixed) m_network->spreadDiagonalNorms();
    makeOptimizer();
}

void Trainer::makeOptimizer() {
    torch::optim::SGDOptions options(0.1);
    options.momentum(0.9).nesterov(true);
    auto decayed = options;
    decayed.weight_decay(m_request.weightDecay);
    std::vector<torch::optim::OptimizerParamGroup> groups;
    groups.emplace_back(tensorsOf(m_network->weights()), std::make_unique<torch::optim::SGDOptions>(decayed));
    groups.emplace_back(tensorsOf(m_network->otherParameters()), std::make_unique<torch::optim::SGDOptions>(options));
    m_optimizer = std::make_unique<torch::optim::SGD>(std::move(groups), options);
}

void Trainer::setRate(double rate) {
    for (auto& group : m_optimizer->param_groups()) group.options().set_lr(rate);
}

void Trainer::trainEpoch(const StagePlan& plan, int epoch) {
    std::vector<std::int64_t> order(m_indices.size());
    const auto shuffled = permutation(static_cast<std::int64_t>(order.size()), m_random.next());
    std::ranges::transform(shuffled, order.begin(),
                           [&](std::int64_t i) { return m_indices[static_cast<std::size_t>(i)]; });
    const auto batch = static_cast<std::int64_t>(m_request.batch);
    const std::int64_t steps = std::max<std::int64_t>(1, static_cast<std::int64_t>(order.size()) / batch);
    double sum = 0, recent = 0;
    for (std::int64_t step = 0; step < steps; ++step) {
        if (m_stop.stop_requested()) throw Cancelled();
        const auto begin = std::chrono::steady_clock::now();
        const std::int64_t done = epoch * steps + step, all = plan.epochs * steps;
        const double rate = cosineRate(plan.rate, done, all, std::min<std::int64_t>(100, all / 10));
        setRate(rate);
        const auto count = std::min<std::size_t>(static_cast<std::size_t>(batch), order.size());
        const double value =
            trainStep(plan, {order.data() + step * batch, count}, static_cast<double>(done) / static_cast<double>(all));
        sum += value;
        recent += value;
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        const double perImage = took.count() / static_cast<double>(count);
        m_secondsPerImage = m_secondsPerImage == 0 ? perImage : 0.98 * m_secondsPerImage + 0.02 * perImage;
        if ((step + 1) % kReportEvery == 0 && m_sink) {
            m_sink({.stage = plan.stage,
                    .epoch = epoch + 1,
                    .epochs = plan.epochs,
                    .step = step + 1,
                    .steps = steps,
                    .loss = recent / kReportEvery,
                    .learningRate = rate,
                    .remainingSeconds = remainingSeconds(plan, epoch, step + 1, steps),
                    .epochEnd = false,
                    .accuracy = {}});
            recent = 0;
        }
    }
    reportEpoch(plan, epoch, sum / static_cast<double>(steps));
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
    value.backward();
    const auto scales = m_network->activationScales();
    m_optimizer->step();
    m_network->boundScales(scales);
    const double number = value.item<double>();
    if (!std::isfinite(number))
        throw Error(ErrorKind::Resource, "training", "the loss is not finite any more", "Lower the learning rates");
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

void Trainer::makeSoftTargets() {
    const torch::NoGradGuard guard;
    m_softTargets = at::zeros({m_train->size(), m_network->network().classes()});
    ForwardMode mode;
    mode.quantizeActivations = mode.quantizeWeights = mode.training = false;
    constexpr std::size_t kBatch = 500;
    for (std::size_t begin = 0; begin < m_indices.size(); begin += kBatch) {
        if (m_stop.stop_requested()) throw Cancelled();
        const std::span<const std::int64_t> part(m_indices.data() + begin, std::min(kBatch, m_indices.size() - begin));
        at::Tensor logits = at::zeros({static_cast<std::int64_t>(part.size()), m_network->network().classes()});
        for (int view = 0; view < kTeacherViews; ++view)
            logits += m_network->forward(m_trainBatches->images(part, augmentation(), m_random), mode).to(at::kCPU);
        const at::Tensor rows = at::tensor(at::IntArrayRef(part.data(), part.size()), at::kLong);
        m_softTargets.index_copy_(0, rows, at::softmax(logits / (kTeacherViews * kTemperature), 1));
    }
}

void Trainer::calibrateNorms() {
    const torch::NoGradGuard guard;
    m_network->resetRunningStatistics();
    ForwardMode mode;
    mode.momentum = ForwardMode::kCumulative;
    const Network& network = m_network->network();
    const auto batch = std::min<std::size_t>(256, m_indices.size());
    for (int step = 0; step < kCalibrationSteps; ++step) {
        if (m_stop.stop_requested()) throw Cancelled();
        // Every fourth batch is uniform, so that the corners are estimated as well as the middle.
        mode.bits =
            step % 4 == 0
                ? uniformBits(network, m_request.bits[static_cast<std::size_t>(step / 4) % m_request.bits.size()])
                : drawMix(network, m_request.bits, m_random);
        const std::size_t begin = m_random.below(m_indices.size() - batch + 1);
        m_network->forward(m_trainBatches->images({m_indices.data() + begin, batch}, {}, m_random), mode);
    }
}

ForwardMode Trainer::evaluationMode(TrainStage stage, const BitConfiguration& bits) const {
    ForwardMode mode;
    mode.bits = bits;
    mode.training = false;
    mode.quantizeActivations = stage != TrainStage::Float;
    mode.quantizeWeights = stage != TrainStage::Float && stage != TrainStage::Activations;
    return mode;
}

double Trainer::accuracy(const ForwardMode& mode, const DataSet& data, std::int64_t limit) {
    const torch::NoGradGuard guard;
    const BatchMaker batches(data, m_normalization, m_device);
    const std::int64_t total = limit > 0 ? std::min(limit, data.size()) : data.size();
    constexpr std::int64_t kBatch = 500;
    std::int64_t correct = 0;
    for (std::int64_t begin = 0; begin < total; begin += kBatch) {
        if (m_stop.stop_requested()) throw Cancelled();
        std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(kBatch, total - begin)));
        std::iota(indices.begin(), indices.end(), begin);
        const at::Tensor logits = m_network->forward(batches.images(indices, {}, m_random), mode);
        correct += logits.argmax(1).eq(batches.labels(indices)).sum().item<std::int64_t>();
    }
    return static_cast<double>(correct) / static_cast<double>(total);
}

std::map<int, double> Trainer::validate(TrainStage stage, std::int64_t limit) {
    std::map<int, double> found;
    if (stage == TrainStage::Float) {
        found[0] = accuracy(evaluationMode(stage, {}), *m_val, limit);
        return found;
    }
    const Network& network = m_network->network();
    for (const int width : m_request.bits)
        found[width] = accuracy(evaluationMode(stage, uniformBits(network, width)), *m_val, limit);
    if (stage != TrainStage::Mixed) return found;
    Random mixes(m_request.seed);
    double sum = 0;
    for (int m = 0; m < kReportedMixes; ++m)
        sum += accuracy(evaluationMode(stage, drawMix(network, m_request.bits, mixes)), *m_val, limit / 4);
    found[-1] = sum / kReportedMixes;
    return found;
}

void Trainer::reportEpoch(const StagePlan& plan, int epoch, double meanLoss) {
    TrainProgress progress{.stage = plan.stage,
                           .epoch = epoch + 1,
                           .epochs = plan.epochs,
                           .step = 0,
                           .steps = 0,
                           .loss = meanLoss,
                           .learningRate = plan.rate,
                           .remainingSeconds = -1,
                           .epochEnd = true,
                           .accuracy = validate(plan.stage, kEpochValidation)};
    progress.remainingSeconds = remainingSeconds(plan, epoch + 1, 0, 1);
    m_history += historyLine(progress);
    if (m_sink) m_sink(progress);
}

std::string Trainer::measureFloatBaseline() {
    const auto test = openDataSet(m_request.data, Split::Test, m_dataRequest);
    const ForwardMode mode = evaluationMode(TrainStage::Float, {});
    return fmt::format("val {:.4f} of {}, test {:.4f} of {}", accuracy(mode, *m_val, 0), m_val->size(),
                       accuracy(mode, *test, 0), test->size());
}

double Trainer::remainingSeconds(const StagePlan& plan, int epoch, std::int64_t step, std::int64_t steps) const {
    double epochs = plan.epochs - epoch - static_cast<double>(step) / static_cast<double>(steps);
    for (std::size_t s = m_stage + 1; s < m_plans.size(); ++s) epochs += m_plans[s].epochs;
    constexpr double kWithValidation = 1.08;
    return epochs * m_secondsPerImage * static_cast<double>(m_indices.size()) * kWithValidation;
}

}  // namespace bitdesk
