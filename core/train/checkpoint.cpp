// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/checkpoint.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/setting_name.h"
#include "core/model/safetensors.h"

namespace bitdesk {

void writeCheckpoint(const Checkpoint& checkpoint, const std::filesystem::path& path) {
    Safetensors content;
    content.metadata = checkpoint.texts;
    for (const auto& [name, tensor] : checkpoint.tensors) {
        const at::Tensor flat = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
        content.tensors.emplace(name, Tensor::f32(flat.sizes().vec(), {flat.const_data_ptr<float>(),
                                                                       static_cast<std::size_t>(flat.numel())}));
    }
    writeFileAtomically(path, serializeSafetensors(content));
}

Checkpoint readCheckpoint(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw Error(ErrorKind::BadInput, path.string(), "there is no such checkpoint",
                    "Train without " + settingName("resume"));
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const Safetensors content = parseSafetensors(std::as_bytes(std::span(bytes)), path.string());
    Checkpoint checkpoint;
    checkpoint.texts = content.metadata;
    for (const auto& [name, tensor] : content.tensors) {
        if (tensor.dtype != "F32")
            throw Error(ErrorKind::BadInput, path.string(),
                        "tensor '" + name + "' is not F32, so this is no checkpoint");
        at::Tensor values = at::empty(tensor.shape);
        std::memcpy(values.mutable_data_ptr<float>(), tensor.data.data(), tensor.data.size());
        checkpoint.tensors.emplace(name, values);
    }
    return checkpoint;
}

void TrainPosition::endEpoch(const std::vector<StagePlan>& plans) {
    step = 0;
    lossSum = 0;
    if (++epochsDone < plans[stage].epochs) return;
    *this = {.stage = stage + 1};
}

std::string toText(const TrainPosition& position, const std::vector<StagePlan>& plans, std::int64_t steps) {
    if (position.stage >= plans.size()) return fmt::format("calibration, batch {}", position.calibrated);
    const StagePlan& plan = plans[position.stage];
    if (!position.begun) return fmt::format("the beginning of {}", stageName(plan.stage));
    return fmt::format("{}, epoch {} of {}, step {} of {}", stageName(plan.stage), position.epochsDone + 1, plan.epochs,
                       position.step, steps);
}

void store(const TrainPosition& position, TrainTexts& texts) {
    texts["stage"] = std::to_string(position.stage);
    texts["taught"] = std::to_string(position.taught);
    texts["begun"] = std::to_string(position.begun ? 1 : 0);
    texts["epochs_done"] = std::to_string(position.epochsDone);
    texts["step"] = std::to_string(position.step);
    texts["epoch_seed"] = std::to_string(position.epochSeed);
    texts["loss_sum"] = fmt::format("{}", position.lossSum);
    texts["calibrated"] = std::to_string(position.calibrated);
}

TrainPosition readPosition(const TrainTexts& texts, const std::vector<StagePlan>& plans, const TrainInputs& inputs,
                           std::int64_t calibrationSteps, const std::string& where) {
    const auto count = [&](const char* key, std::int64_t most) {
        return static_cast<std::int64_t>(storedNumber(texts, key, 0, static_cast<double>(most), where));
    };
    TrainPosition position;
    position.stage = static_cast<std::size_t>(count("stage", static_cast<std::int64_t>(plans.size())));
    const int epochs = position.stage < plans.size() ? plans[position.stage].epochs : 0;
    position.epochsDone = static_cast<int>(count("epochs_done", epochs));
    position.begun = position.epochsDone > 0;
    if (!texts.contains("step")) {
        if (position.stage >= plans.size() || position.epochsDone < epochs) return position;
        return {.stage = position.stage + 1};
    }
    if (position.stage < plans.size()) count("epochs_done", epochs - 1);
    position.taught = count("taught", static_cast<std::int64_t>(inputs.indices.size()));
    position.begun = count("begun", 1) == 1;
    position.step = count("step", inputs.steps());
    position.epochSeed = storedWord(texts, "epoch_seed", where);
    constexpr double kMost = std::numeric_limits<double>::max();
    position.lossSum = storedNumber(texts, "loss_sum", -kMost, kMost, where);
    position.calibrated = count("calibrated", calibrationSteps);
    return position;
}

}  // namespace bitdesk
