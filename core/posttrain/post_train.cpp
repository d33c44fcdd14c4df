// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/post_train.h"

#include <memory>

#include "core/base/error.h"
#include "core/execute/torch/device.h"
#include "core/posttrain/activation_scales.h"
#include "core/posttrain/block_reconstruction.h"
#include "core/posttrain/image_batches.h"
#include "core/posttrain/norm_correction.h"
#include "core/posttrain/weight_scales.h"

namespace bitdesk {

void PostTrainWork::tell(const std::string& activity, std::int64_t done, std::int64_t of) const {
    if (stop.stop_requested()) throw Cancelled();
    if (progress) progress({activity, static_cast<double>(done) / static_cast<double>(of), -1});
}

namespace {

MetaModel quantize(const FloatModel& model, const std::vector<int>& bits, const CalibrationImages& images,
                   const PostTrainWork& work) {
    const Refinement refinement = work.settings.refinement;
    const bool biases = refinement >= Refinement::Bias;
    SimulatedNetwork network(model, bits);
    const ImageBatches batches(model, images);
    setWeightScales(network);
    setActivationScales(network, batches, work);
    if (refinement >= Refinement::Norms) correctNorms(network, batches, biases, work);
    if (refinement >= Refinement::Blocks) {
        reconstructBlocks(network, batches, work);
        correctNorms(network, batches, biases, work);
    }
    return network.toModel();
}

}  // namespace

MetaModel quantized(const FloatModel& model, const std::vector<int>& bits, const CalibrationImages& images,
                    const PostTrainSettings& settings, const ProgressSink& progress, const std::stop_token& stop) {
    checkFloatModel(model, "network '" + model.network.name() + "'");
    if (images.count < 1)
        throw Error(ErrorKind::BadInput, "images", "are missing: activation scales are set from them");
    prepareTorch(settings.threads);
    MetaModel made = reportTorchErrors([&] { return quantize(model, bits, images, {settings, progress, stop}); });
    for (int c = 0; made.classNames.empty() && c < model.network.classes(); ++c)
        made.classNames.push_back("class " + std::to_string(c));
    auto floats = std::make_shared<FloatModel>(model);
    floats->classNames = made.classNames;
    made.floats = std::move(floats);
    checkModel(made, "network '" + model.network.name() + "'");
    return made;
}

}  // namespace bitdesk
