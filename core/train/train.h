// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/data/data_set.h"
#include "core/model/meta_model.h"

namespace bitdesk {

/// The stages of Bit-Mixer's training, after a float baseline that initializes and teaches.
enum class TrainStage {
    Float,        ///< the float network: baseline and teacher
    Activations,  ///< stage I: activations quantized, weights real; one network-wide bit-width a step
    Uniform,      ///< stage II: both quantized, one network-wide bit-width a step
    Mixed,        ///< stage III: bits drawn layer by layer, transitional norms
    Calibration,  ///< running statistics of every transition, re-estimated with the final weights
    Done,
};
const char* stageName(TrainStage stage);

struct TrainRequest {
    std::string network = "resnet14";    ///< a name of the catalogue, or a JSON file
    std::string data = "fashion-mnist";  ///< DATA of the command line
    /// Of a catalogue's network, and what a folder's images are brought to; a network's file says its own. Empty: the
    /// images' shape.
    std::optional<Shape> input = {};
    DataChoices choices = {};
    std::filesystem::path out;  ///< model file; the checkpoint is `out` + ".ckpt"
    std::vector<int> bits = {2, 3, 4};
    int floatEpochs = 6, activationEpochs = 3, uniformEpochs = 5, mixedEpochs = 16;
    double floatRate = 0.1, activationRate = 0.05, uniformRate = 0.05, mixedRate = 0.05;  ///< at the cosine's start
    double weightDecay = 1e-4;                                                            ///< on weights only
    double distillation = 0.5;  ///< share of the teacher's soft targets in the loss, 0: none
    int shift = 2;              ///< augmentation: each image moves by −shift … shift pixels
    bool flip = true;           ///< augmentation: half of the images are mirrored; not for digits or text
    int batch = 128;
    std::uint64_t seed = 1;
    std::int64_t limit = 0;  ///< training images, 0: all (for trials)
    std::string device = "cpu";
    int threads = 0;         ///< 0: all
    bool resume = false;     ///< go on from the checkpoint; an error where there is none
    bool overwrite = false;  ///< otherwise an existing `out` is an error
    std::string command;     ///< kept in the provenance
};

/// One report of a running training.
struct TrainProgress {
    TrainStage stage = TrainStage::Float;
    int epoch = 0, epochs = 0;         ///< within the stage, from 1
    std::int64_t step = 0, steps = 0;  ///< within the epoch
    double loss = 0;                   ///< mean over the last steps
    double learningRate = 0;
    double remainingSeconds = -1;  ///< of the whole training
    bool epochEnd = false;
    /// On `val` at the end of an epoch: fraction right by bit-width (0: float; −1: random mixes, mean).
    std::map<int, double> accuracy;
};
using TrainSink = std::function<void(const TrainProgress&)>;

/// Where a training keeps what it needs to go on.
std::filesystem::path checkpointOf(const std::filesystem::path& out);
/// Throws Error: Usage for a number out of its range, BadInput for a file that would be replaced.
void checkRequest(const TrainRequest& request);

/// Trains by the three stages and writes `out` at the end; a checkpoint after each epoch. Cancelling (Cancelled) leaves
/// the checkpoint resumable. Resuming gives the same model as an undisturbed run on the same machine and threads.
/// Throws Error (BadInput) for data that does not fit, a checkpoint of another request, or an existing `out`.
MetaModel train(const TrainRequest& request, const TrainSink& sink, std::stop_token stop);

}  // namespace bitdesk
