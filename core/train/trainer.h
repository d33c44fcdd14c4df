// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <algorithm>
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
#include "core/train/train_inputs.h"
#include "core/train/trainable_network.h"
#include "core/train/work_clock.h"

namespace torch::optim {
class SGD;
}

namespace bitdesk {

inline constexpr int kTeacherViews = 4;  ///< augmented views that the teacher's logits are averaged over

/// Batches that re-estimate the running statistics of every transition, and the images of one.
inline constexpr std::int64_t kCalibrationSteps = 360;
inline std::int64_t calibrationBatch(const TrainInputs& inputs) {
    return std::min<std::int64_t>(256, static_cast<std::int64_t>(inputs.indices.size()));
}

/// One training, from the first step or a checkpoint to the finished model.
class Trainer {
public:
    Trainer(const TrainRequest& request, TrainSink sink, std::stop_token stop);
    ~Trainer();

    /// Opens and checks all that the training needs; nothing is trained yet.
    TrainFacts prepare();
    MetaModel run();

private:
    // trainer.cpp: what is done in which order
    void begin();
    void startStage(const StagePlan& plan);
    void trainStages();
    void calibrateNorms();
    MetaModel finish();
    /// Between two batches: ends a training that is to stop, and writes a checkpoint when one is due.
    void pause();

    // trainer_steps.cpp: what changes the network
    void trainEpoch(const StagePlan& plan);
    double trainStep(const StagePlan& plan, std::span<const std::int64_t> indices, double stageProgress);
    at::Tensor loss(const at::Tensor& logits, std::span<const std::int64_t> indices) const;
    void makeSoftTargets();
    ForwardMode teacherMode() const;
    bool teacherIsFloat() const;
    bool hasTeacher() const { return m_request.floatEpochs > 0 || m_inputs->start != nullptr; }
    void makeOptimizer();
    void setRate(double rate);
    Augmentation augmentation() const { return {.shift = m_request.shift, .flip = m_request.flip}; }
    std::vector<std::int64_t> epochOrder() const;

    // trainer_report.cpp: what is found and told
    void reportEpoch(const StagePlan& plan, double meanLoss);
    double accuracy(const ForwardMode& mode, const DataSet& data, std::span<const std::int64_t> images,
                    const std::string& activity);
    std::map<int, double> validate(TrainStage stage);
    std::span<const std::int64_t> validationImages(std::int64_t most) const;
    ForwardMode evaluationMode(TrainStage stage, const BitConfiguration& bits) const;
    std::string measureFloatBaseline();
    void testModel(const MetaModel& model);
    std::map<std::string, std::string> provenance() const;
    /// A line of an activity; `first`: at once, else when the last line is some seconds old.
    void tell(const std::string& activity, std::int64_t done, std::int64_t all, bool first = false);
    void note(const std::string& sentence) const;
    double remainingSeconds() const;
    bool isQuiet() const;

    // trainer_state.cpp: checkpoints
    void save();
    void restore();
    void restoreTensors();
    Checkpoint state() const;
    void requireFinite(const Checkpoint& checkpoint) const;
    [[noreturn]] void failDiverged(const std::string& reason) const;
    std::int64_t checkpointBytes() const;
    void checkSpace() const;
    void checkExport();

    TrainRequest m_request;
    TrainSink m_sink;
    std::stop_token m_stop;
    at::Device m_device;
    std::optional<TrainInputs> m_inputs;
    std::optional<Checkpoint> m_resumed;  // between prepare() and begin()
    std::unique_ptr<BatchMaker> m_trainBatches;
    Normalization m_normalization;
    Random m_random;
    std::unique_ptr<TrainableNetwork> m_network;
    std::unique_ptr<torch::optim::SGD> m_optimizer;
    std::vector<double> m_rateFactors;  // by group of the optimizer's parameters
    std::vector<StagePlan> m_plans;
    TrainPosition m_at;
    std::vector<std::int64_t> m_order;             // of the epoch in hand; empty before its first step
    std::vector<std::int64_t> m_validationOrder;   // of all of val, random and fixed
    at::Tensor m_softTargets;                      // [training images, classes], undefined without a teacher
    std::string m_history;                         // one line an epoch, kept in the provenance
    std::string m_floatAccuracy;                   // of the float baseline, by split, for the provenance
    std::map<std::string, std::string> m_figures;  // of the finished model, for the provenance

    std::string m_saved;     // where the last checkpoint stands, for people; empty: there is none of this training
    bool m_unsaved = false;  // whether anything was done since
    std::chrono::steady_clock::time_point m_lastSave;
    std::chrono::steady_clock::duration m_saveTook{};
    WorkClock m_clock;
    std::chrono::steady_clock::time_point m_lastTold;
};

}  // namespace bitdesk
