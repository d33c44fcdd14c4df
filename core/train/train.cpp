// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/train.h"

#include <algorithm>
#include <functional>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/setting_name.h"
#include "core/execute/torch/device.h"
#include "core/train/fake_quantizer.h"
#include "core/train/train_settings.h"
#include "core/train/trainer.h"

namespace bitdesk {
namespace {

void require(bool holds, const std::string& what, const std::string& reason) {
    if (!holds) throw Error(ErrorKind::Usage, what, reason);
}

/// Numbers in their ranges, files that may be written.
void checkRequest(const TrainRequest& request) {
    require(std::ranges::adjacent_find(request.bits, std::greater_equal<>{}) == request.bits.end(), settingName("bits"),
            "bit-widths must ascend");
    const bool isSaid = !request.bits.empty();
    require(isSaid ? request.bits.front() >= 2 && request.bits.back() <= 8 : !request.from.empty(), settingName("bits"),
            "bit-widths must be between 2 and 8");
    findFakeQuantizer(request.quantizer);
    checkRates(request);
    require(request.limit >= 0, settingName("limit"), "must not be negative");
    require(request.threads >= 0 && request.threads <= 4096, settingName("threads"), "must be between 0 and 4096");
    require(request.batch >= 2, settingName("batch"), "a batch has at least 2 images");
    require(request.shift >= 0 && request.shift <= 64, settingName("shift"), "must be between 0 and 64 pixels");
    require(request.distillation >= 0 && request.distillation <= 1, settingName("distillation"),
            "must be between 0 and 1");
    require(request.floatEpochs >= 0 && request.activationEpochs >= 0 && request.uniformEpochs >= 0 &&
                request.mixedEpochs >= 0 && request.uniformEpochs + request.mixedEpochs > 0,
            "epochs", "none may be negative, and stages II and III need at least one between them");
    require(!request.out.empty(), settingName("out"), "names no file");
    if (isThere(request.out) && !request.overwrite && !request.resume)
        throw Error(ErrorKind::BadInput, request.out.string(), "the file exists",
                    "Choose another or give " + settingName("overwrite"));
    const std::filesystem::path checkpoint = checkpointOf(request.out);
    if (isThere(checkpoint) && !request.overwrite && !request.resume)
        throw Error(ErrorKind::BadInput, checkpoint.string(), "is the checkpoint of an earlier training",
                    "Go on with " + settingName("resume") + ", or replace it with " + settingName("overwrite"));
    checkWritable(request.out);
    checkWritable(checkpoint);
}

}  // namespace

std::filesystem::path checkpointOf(const std::filesystem::path& out) { return out.string() + ".ckpt"; }

TrainFacts checkTraining(const TrainRequest& request, std::stop_token stop) {
    checkRequest(request);
    return reportTorchErrors([&] { return Trainer(request, {}, std::move(stop)).prepare(); });
}

MetaModel train(const TrainRequest& request, const TrainSink& sink, std::stop_token stop) {
    checkRequest(request);
    return reportTorchErrors([&] { return Trainer(request, sink, std::move(stop)).run(); });
}

std::vector<std::string> trainableQuantizers() {
    std::vector<std::string> names;
    for (const FakeQuantizer& quantizer : fakeQuantizers()) names.emplace_back(quantizer.name);
    return names;
}

}  // namespace bitdesk
