// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
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
};
const char* stageName(TrainStage stage);

struct TrainRequest {
    /// A model to begin with, of which the network, the normalization and the classes are. Where it keeps its real
    /// weights these are the start and, as the float network, the teacher; else what its codes stand for, and itself at
    /// its highest width. Empty: `network`, with random weights.
    std::filesystem::path from = {};
    std::string network = "resnet14";    ///< a name of the catalogue, or a JSON file
    std::string data = "fashion-mnist";  ///< DATA of the command line
    /// Of a catalogue's network, and what a folder's images are brought to; a network's file says its own. Empty: the
    /// images' shape.
    std::optional<Shape> input = {};
    DataChoices choices = {};
    std::filesystem::path out;               ///< model file; the checkpoint is `out` + ".ckpt"
    std::vector<int> bits = usualBits();     ///< empty: those of `from`
    std::string quantizer = "floor-nested";  ///< of the weights, one of trainableQuantizers()
    int floatEpochs = 6, activationEpochs = 3, uniformEpochs = 5, mixedEpochs = 16;
    /// At the cosine's start. Nothing: the checkpoint's when resumed, else what rateOptions() says.
    std::optional<double> floatRate = {}, activationRate = {}, uniformRate = {}, mixedRate = {};
    std::optional<double> weightDecay = {};  ///< on weights only; nothing: as with the rates
    /// Layers, by name, * for any part, whose weights and norms stay as they are; and "PATTERN=FACTOR" of the rates of
    /// others.
    std::vector<std::string> freeze = {}, layerRates = {};
    double distillation = 0.5;  ///< share of the teacher's soft targets in the loss, 0: none
    int shift = 2;              ///< augmentation: each image moves by −shift … shift pixels
    bool flip = true;           ///< augmentation: half of the images are mirrored; not for digits or text
    int batch = 128;
    std::uint64_t seed = 1;
    std::int64_t limit = 0;  ///< training images, 0: all (for trials)
    std::string device = "cpu";
    int threads = 0;                 ///< 0: all
    double checkpointSeconds = 600;  ///< between checkpoints within an epoch, at least; 0: one after each step
    bool resume = false;             ///< go on from the checkpoint; an error where there is none
    bool overwrite = false;          ///< otherwise an existing `out` is an error
    std::string command;             ///< kept in the provenance
};

/// One report of a running training: of a step, of an epoch's end, of an activity between the epochs, or a note.
struct TrainProgress {
    TrainStage stage = TrainStage::Float;
    int epoch = 0, epochs = 0;         ///< within the stage, from 1
    std::int64_t step = 0, steps = 0;  ///< within the epoch, or images of the activity
    double loss = 0;                   ///< mean over the last steps
    double learningRate = 0;
    double remainingSeconds = -1;  ///< of the whole training, its last tests included
    bool epochEnd = false;
    /// On `val` at the end of an epoch: fraction right by bit-width (0: float; −1: random mixes, mean).
    std::map<int, double> accuracy = {};
    std::int64_t validated = 0, validation = 0;  ///< images that `accuracy` is of, and those of all `val`
    std::string activity = {};                   ///< not empty: what is done before, between and after the epochs
    std::string note = {};                       ///< not empty: a sentence for the user, and nothing else
};
using TrainSink = std::function<void(const TrainProgress&)>;

/// What a training will do, found before its first step.
struct TrainFacts {
    std::string network;
    Shape input;
    int classes = 0;
    std::int64_t train = 0, val = 0, test = 0;  ///< images in use; no test part: 0
    std::int64_t batch = 0, steps = 0;          ///< images a step, steps an epoch
    std::int64_t checkpointBytes = 0;
    std::vector<std::pair<std::string, double>> rates;  ///< by option, in force
    std::string resumesAt;                              ///< of a checkpoint, empty: begins anew
    std::vector<std::string> notes;                     ///< for the user, a sentence each
};

/// A number that may change when a training goes on, and the setting that it is: "float-rate".
struct RateOption {
    const char* option;
    std::optional<double> TrainRequest::*value;
    double fallback;
    std::optional<TrainStage> stage;  ///< nothing: of all stages
};
std::span<const RateOption> rateOptions();

/// What TrainRequest::quantizer may be.
std::vector<std::string> trainableQuantizers();

/// Where a training keeps what it needs to go on.
std::filesystem::path checkpointOf(const std::filesystem::path& out);

/// Checks all that a training needs before its first step: options, files to be written, space for them, data, network
/// and, when resumed, the checkpoint. Throws Error: Usage for a number out of its range, BadInput for data, a network
/// or a checkpoint that do not fit and for a file that would be replaced, Resource for what cannot be written.
TrainFacts checkTraining(const TrainRequest& request, std::stop_token stop = {});

/// Trains by the three stages and writes `out` at the end. A checkpoint is written after each epoch, within long ones,
/// and when cancelled (Cancelled), which leaves every finished step. Resuming gives the same model as an undisturbed
/// run on the same machine and threads. Throws Error as checkTraining() does, and BadInput when the loss ceases to be
/// finite: the last checkpoint stays as it is.
MetaModel train(const TrainRequest& request, const TrainSink& sink, std::stop_token stop);

}  // namespace bitdesk
