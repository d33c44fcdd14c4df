// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/activation_scales.h"

#include <c10/core/InferenceMode.h>

#include "core/base/to_index.h"
#include "core/quant/magnitude_histogram.h"

namespace bitdesk {
namespace {

/// The float network, with the values before each layer counted.
class CountingPass final : public FloatPass {
public:
    CountingPass(const FloatModel& model, std::int64_t images) : FloatPass(model) {
        for (const Layer& layer : model.network.layers()) {
            m_histograms.emplace_back(layer.signedInput);
            m_inputs.emplace_back(model.network, layer, images);
        }
    }
    const MagnitudeHistogram& histogram(std::size_t layer) const { return m_histograms[layer]; }
    std::vector<InputCovariance> takeInputs() { return std::move(m_inputs); }

private:
    at::Tensor quantize(int layerIndex, const at::Tensor& input) override {
        const at::Tensor flat = input.contiguous();
        m_histograms[toIndex(layerIndex)].add({flat.const_data_ptr<float>(), toIndex(flat.numel())});
        m_inputs[toIndex(layerIndex)].add(input);
        return input;
    }

    std::vector<MagnitudeHistogram> m_histograms;  // by layer
    std::vector<InputCovariance> m_inputs;         // likewise
};

}  // namespace

std::vector<InputCovariance> setActivationScales(SimulatedNetwork& network, const ImageBatches& images,
                                                 const PostTrainWork& work) {
    const c10::InferenceMode guard;
    CountingPass pass(network.floats, images.imageCount());
    for (int batch = 0; batch < images.count(); ++batch) {
        work.tell("activation scales", batch, images.count());
        pass.run(images[batch]);
    }
    for (std::size_t l = 0; l < network.layers.size(); ++l)
        for (SimulatedNetwork::Width& width : network.layers[l])
            width.actScale = pass.histogram(l).bestScale(width.bits);
    return pass.takeInputs();
}

}  // namespace bitdesk
