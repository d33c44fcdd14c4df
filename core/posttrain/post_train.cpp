// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/post_train.h"

#include <algorithm>
#include <memory>

#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/execute/torch/device.h"
#include "core/posttrain/activation_scales.h"
#include "core/posttrain/block_reconstruction.h"
#include "core/posttrain/equalization.h"
#include "core/posttrain/image_batches.h"
#include "core/posttrain/norm_correction.h"
#include "core/posttrain/weight_scales.h"

namespace bitdesk {

void PostTrainWork::tell(const std::string& activity, std::int64_t done, std::int64_t of) const {
    if (stop.stop_requested()) throw Cancelled();
    if (progress) progress({activity, static_cast<double>(done) / static_cast<double>(of), -1});
}

namespace {

/// All that needs no gradients.
void fitWeightsAndNorms(SimulatedNetwork& network, const ImageBatches& batches, Rounding rounding,
                        const PostTrainWork& work) {
    setWeights(network, setActivationScales(network, batches, work), rounding);
    if (work.settings.refinement >= Refinement::Norms)
        correctNorms(network, batches, work.settings.refinement >= Refinement::Bias, work);
}

/// Σ over the widths of how far the logits are from the float network's, as a share of those' variance, on some images.
double outputError(const FloatModel& model, const std::vector<int>& bits, const ImageBatches& few,
                   const PostTrainWork& work) {
    SimulatedNetwork network(model, bits);
    fitWeightsAndNorms(network, few, Rounding::Nearest, work);
    const c10::InferenceMode guard;
    double sum = 0;
    for (int batch = 0; batch < few.count(); ++batch) {
        const at::Tensor x = few[batch], real = network.floatPass.run(x);
        for (const int width : bits) {
            SimulatedPass pass(network, uniformBits(model.network, width));
            sum += (pass.run(x) - real).square().mean().item<double>() / (real.var().item<double>() + 1e-30);
        }
    }
    return sum;
}

/// Equalized where that brings the quantized network closer to the float one, as some images show.
FloatModel bestEqualized(const FloatModel& model, const std::vector<int>& bits, const CalibrationImages& images,
                         const PostTrainWork& work) {
    constexpr std::int64_t kImages = 64;
    const CalibrationImages some{.count = std::min(images.count, kImages), .read = images.read};
    const ImageBatches few(model, some);
    if (work.settings.refinement < Refinement::Norms || scalableStreams(model.network).empty()) return model;
    FloatModel scaled = equalized(model, few);
    return outputError(scaled, bits, few, work) < outputError(model, bits, few, work) ? scaled : model;
}

MetaModel quantize(const FloatModel& model, const std::vector<int>& bits, const CalibrationImages& images,
                   const PostTrainWork& work) {
    const FloatModel floats = bestEqualized(model, bits, images, work);
    const bool biases = work.settings.refinement >= Refinement::Bias;
    SimulatedNetwork network(floats, bits);
    const ImageBatches batches(floats, images);
    const bool fitted = work.settings.refinement >= Refinement::Norms;
    fitWeightsAndNorms(network, batches, fitted ? Rounding::ByError : Rounding::Nearest, work);
    if (work.settings.refinement >= Refinement::Blocks) {
        reconstructBlocks(network, batches, work);
        correctNorms(network, batches, biases, work);
    }
    MetaModel made = network.toModel();
    made.floats = std::make_shared<FloatModel>(floats);
    return made;
}

}  // namespace

MetaModel quantized(const FloatModel& model, const std::vector<int>& bits, const CalibrationImages& images,
                    const PostTrainSettings& settings, const ProgressSink& progress, const std::stop_token& stop) {
    checkFloatModel(model, "network '" + model.network.name() + "'");
    if (images.count < 1)
        throw Error(ErrorKind::BadInput, "images", "are missing: activation scales are set from them");
    prepareTorch(settings.threads);
    MetaModel made = reportTorchErrors([&] { return quantize(model, bits, images, {settings, progress, stop}); });
    if (made.classNames.empty())
        for (int c = 0; c < model.network.classes(); ++c) made.classNames.push_back("class " + std::to_string(c));
    auto named = std::make_shared<FloatModel>(*made.floats);
    named->classNames = made.classNames;
    made.floats = std::move(named);
    checkModel(made, "network '" + model.network.name() + "'");
    return made;
}

}  // namespace bitdesk
