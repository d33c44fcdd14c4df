// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/base/random.h"
#include "core/model/meta_model.h"
#include "core/train/fake_quantizer.h"

namespace bitdesk {

/// How one forward pass runs.
struct ForwardMode {
    BitConfiguration bits;  ///< ignored by the float network
    bool quantizeActivations = true;
    bool quantizeWeights = true;
    bool training = true;   ///< batch statistics, running ones updated with `momentum`
    double momentum = 0.1;  ///< kCumulative: every batch since resetRunningStatistics() counts alike

    static constexpr double kCumulative = -1;
};

/// The float network behind a meta-quantized model: real weights, scales and transitional norms as tensors that
/// autograd follows, and a forward pass that walks the same graph as the plan does.
class TrainableNetwork {
public:
    struct LayerTensors {
        at::Tensor weight;                 ///< [N, C/groups, KH, KW] channels last, or [N, C]
        at::Tensor bias;                   ///< [N] or undefined
        at::Tensor weightScale;            ///< [N]
        std::vector<at::Tensor> actScale;  ///< one element each, by bit-width (one for a fixed layer)
    };
    /// Tables by transition: entry [from·to count + to]; each [C].
    struct NormTensors {
        int from = 1, to = 1;
        std::vector<at::Tensor> gamma, beta, mean, var;
        std::vector<std::int64_t> visits;  ///< of each entry since resetRunningStatistics()

        void copyEntry(std::size_t source, std::size_t target);
    };

    /// He-normal weights from `random`, norms at identity, scales at 1 (see initializeScales).
    TrainableNetwork(const Network& network, std::vector<int> bits, Random& random, at::Device device,
                     const FakeQuantizer& quantizer);

    /// images: normalized floats [B, C, H, W], channels last. Returns logits [B, classes].
    at::Tensor forward(const at::Tensor& images, const ForwardMode& mode);

    /// Takes over what a model of this network has: its real weights and norms where it keeps them, else what its codes
    /// stand for; scales and norms of a width that it lacks are those of the nearest.
    void startFrom(const MetaModel& model);
    /// The layer that a parameter (of weights() and otherParameters()) is of; of a norm's that which it normalizes.
    std::string layerOfParameter(const std::string& parameter) const;

    /// Sets every scale from the weights and from the activations that `images` produce in the float network.
    void initializeScales(const at::Tensor& images);
    /// Copies each norm's first entry, the only one that the float network uses, into all others.
    void spreadFirstNorms();
    /// Copies each norm's [b, b] entries into all [a, b]: the start of stage III.
    void spreadDiagonalNorms();
    void resetRunningStatistics();

    /// Everything by name, for the optimizer and checkpoints. Weights get weight decay, the others none.
    std::map<std::string, at::Tensor> weights() const;
    std::map<std::string, at::Tensor> otherParameters() const;
    std::map<std::string, at::Tensor> statistics() const;
    /// How many batches each norm's entry has seen since resetRunningStatistics(), in a fixed order; whole floats.
    at::Tensor visits() const;
    void setVisits(const at::Tensor& visits);  ///< of the same shape

    /// Codes and tables as a model file keeps them (normalization, classes and provenance are the caller's).
    MetaModel toModel() const;

    const Network& network() const { return m_network; }
    const std::vector<int>& bits() const { return m_bits; }
    /// All activation scales, in the order of layers and widths.
    std::vector<float> activationScales() const;
    /// After an optimizer step: no activation scale has moved by more than a tenth from what it was before, and weight
    /// scales stay within what their filters' spread allows.
    void boundScales(const std::vector<float>& activationScalesBefore);

private:
    at::Tensor convolve(int layerIndex, const at::Tensor& input, const ForwardMode& mode);
    at::Tensor quantize(const QuantizeAttributes& node, const at::Tensor& input, const ForwardMode& mode);
    at::Tensor normalize(int node, const NormAttributes& norm, const at::Tensor& input, const ForwardMode& mode);
    int bitIndex(const Layer& layer, const ForwardMode& mode) const;
    int transitionIndex(const std::string& layer, const ForwardMode& mode) const;
    at::Tensor activate(int node, const at::Tensor& input, const ForwardMode& mode) const;
    bool clipsAnyway(int node, const Activation& activation, const ForwardMode& mode) const;
    int topBits(const Layer& layer) const;
    void fillScales(const QuantizeAttributes& node, const at::Tensor& input);
    void startLayer(const MetaModel& model, int layerIndex);
    void startNorm(const MetaModel& model, int node, NormTensors& table);

    Network m_network;
    std::vector<int> m_bits;
    const FakeQuantizer& m_quantizer;
    std::vector<LayerTensors> m_layers;  // in the order of network.layers()
    std::map<int, NormTensors> m_norms;  // by node
    bool m_fillScales = false;
};

}  // namespace bitdesk
