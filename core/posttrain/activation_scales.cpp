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
    explicit CountingPass(const FloatModel& model) : FloatPass(model) {
        for (const Layer& layer : model.network.layers()) m_histograms.emplace_back(layer.signedInput);
    }
    const std::vector<MagnitudeHistogram>& histograms() const { return m_histograms; }

private:
    at::Tensor quantize(int layerIndex, const at::Tensor& input) override {
        const at::Tensor flat = input.contiguous();
        m_histograms[toIndex(layerIndex)].add({flat.const_data_ptr<float>(), toIndex(flat.numel())});
        return input;
    }

    std::vector<MagnitudeHistogram> m_histograms;  // by layer
};

}  // namespace

void setActivationScales(SimulatedNetwork& network, const ImageBatches& images, const PostTrainWork& work) {
    const c10::InferenceMode guard;
    CountingPass pass(network.floats);
    for (int batch = 0; batch < images.count(); ++batch) {
        work.tell("activation scales", batch, images.count());
        pass.run(images[batch]);
    }
    for (std::size_t l = 0; l < network.layers.size(); ++l)
        for (SimulatedNetwork::Width& width : network.layers[l])
            width.actScale = pass.histograms()[l].bestScale(width.bits);
}

}  // namespace bitdesk
