// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/train/schedule.h"
#include "core/train/train_settings.h"

namespace bitdesk {

/// Everything a training needs to go on: named float tensors and a few texts, in one safetensors file written aside and
/// renamed.
struct Checkpoint {
    std::map<std::string, at::Tensor> tensors;
    std::map<std::string, std::string> texts;
};

void writeCheckpoint(const Checkpoint& checkpoint, const std::filesystem::path& path);
/// Throws Error (BadInput) naming the file.
Checkpoint readCheckpoint(const std::filesystem::path& path);

/// How far a training is, between two batches of whatever it does.
struct TrainPosition {
    std::size_t stage = 0;        ///< of the plans; their number: all epochs are done
    std::int64_t taught = 0;      ///< images whose soft targets are made, before the stage begins
    bool begun = false;           ///< scales, norms and optimizer are those of the stage
    int epochsDone = 0;           ///< of the stage
    std::int64_t step = 0;        ///< steps done of the epoch in hand
    std::uint64_t epochSeed = 0;  ///< of its order; meaningless before its first step
    double lossSum = 0;           ///< of its steps
    std::int64_t calibrated = 0;  ///< batches

    /// Behind the last step of an epoch: to the next, or the next stage.
    void endEpoch(const std::vector<StagePlan>& plans);
};

/// "stage II, epoch 2 of 5, step 17 of 429"
std::string toText(const TrainPosition& position, const std::vector<StagePlan>& plans, std::int64_t steps);

void store(const TrainPosition& position, TrainTexts& texts);
/// Throws Error (BadInput) naming `where` for a place that the training does not have. A checkpoint of the first
/// version knows stages and epochs alone.
TrainPosition readPosition(const TrainTexts& texts, const std::vector<StagePlan>& plans, const TrainInputs& inputs,
                           std::int64_t calibrationSteps, const std::string& where);

}  // namespace bitdesk
