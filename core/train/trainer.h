// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/train/batches.h"
#include "core/train/checkpoint.h"
#include "core/train/schedule.h"
#include "core/train/trainable_network.h"

namespace torch::optim {
class SGD;
}

namespace bitdesk {

/// One training, from the first epoch or a checkpoint to the finished model.
class Trainer {
public:
    Trainer(const TrainRequest& request, TrainSink sink, std::stop_token stop);
    ~Trainer();

    MetaModel run();

private:
    void openData();
    void startStage(const StagePlan& plan);
    void trainEpoch(const StagePlan& plan, int epoch);
    double trainStep(const StagePlan& plan, std::span<const std::int64_t> indices, double stageProgress);
    at::Tensor loss(const at::Tensor& logits, std::span<const std::int64_t> indices) const;
    void makeSoftTargets();
    Augmentation augmentation() const { return {.shift = m_request.shift, .flip = m_request.flip}; }
    void calibrateNorms();
    void reportEpoch(const StagePlan& plan, int epoch, double meanLoss);
    double accuracy(const ForwardMode& mode, const DataSet& data, std::int64_t limit);
    std::map<int, double> validate(TrainStage stage, std::int64_t limit);
    ForwardMode evaluationMode(TrainStage stage, const BitConfiguration& bits) const;
    void makeOptimizer();
    void setRate(double rate);
    void save(std::size_t stage, int epochsDone);
    void restore();
    std::string fingerprint() const;
    MetaModel finish();
    std::map<std::string, std::string> provenance(const MetaModel& model);
    std::filesystem::path checkpointPath() const;
    std::string measureFloatBaseline();
    double remainingSeconds(const StagePlan& plan, int epoch, std::int64_t step, std::int64_t steps) const;

    TrainRequest m_request;
    TrainSink m_sink;
    std::stop_token m_stop;
    at::Device m_device;
    DataRequest m_dataRequest;  // of every split
    std::shared_ptr<const DataSet> m_train, m_val;
    std::vector<std::int64_t> m_indices;  // of the training images in use
    std::unique_ptr<BatchMaker> m_trainBatches, m_valBatches;
    Normalization m_normalization;
    Random m_random;
    std::unique_ptr<TrainableNetwork> m_network;
    std::unique_ptr<torch::optim::SGD> m_optimizer;
    std::vector<StagePlan> m_plans;
    std::size_t m_stage = 0;       // index into m_plans of the stage in hand
    int m_epochsDone = 0;          // of that stage
    at::Tensor m_softTargets;      // [training images, classes], undefined without a teacher
    std::string m_history;         // one line an epoch, kept in the provenance
    std::string m_floatAccuracy;   // of the float baseline, by split, for the provenance
    double m_secondsPerImage = 0;  // of the present stage's steps, smoothed
    std::chrono::steady_clock::time_point m_begin;
};

}  // namespace bitdesk
