// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/network/activation.h"

namespace bitdesk {

/// One image's activation: height, width, channels (NHWC without N). Every extent is ≥ 1.
struct Shape {
    int height = 1;
    int width = 1;
    int channels = 1;

    std::int64_t elements() const { return std::int64_t{height} * width * channels; }
    bool operator==(const Shape&) const = default;
};
/// "28×28×1".
std::string toText(const Shape& shape);

struct InputAttributes {
    Shape shape;
    bool operator==(const InputAttributes&) const = default;
};

/// `fixedBits` set: the layer runs always at that many bits for weights and input (stem, classifier). Unset: it is
/// quantizable, and a bit configuration has an entry for it. `hasBias`: a float bias after the scale.
struct Conv2dAttributes {
    int outChannels = 0;
    int kernelHeight = 1, kernelWidth = 1;
    int strideHeight = 1, strideWidth = 1;
    int paddingHeight = 0, paddingWidth = 0;  ///< on both sides; padding is the activation value 0
    int groups = 1;
    std::optional<int> fixedBits;
    bool hasBias = false;
    bool operator==(const Conv2dAttributes&) const = default;
};

struct LinearAttributes {
    int outFeatures = 0;
    std::optional<int> fixedBits;
    bool hasBias = false;
    bool operator==(const LinearAttributes&) const = default;
};

/// Transitional batch norm. `to` is the layer whose output is normalized, `from` the layer met before it; the
/// entry [bits of from, bits of to] of the stored statistics is used. A fixed layer, or an empty name, has one entry.
struct NormAttributes {
    std::string from;
    std::string to;
    double epsilon = 1e-5;
    bool operator==(const NormAttributes&) const = default;
};

/// An elementwise function (activations.h). `parameter` is its one number, 0 where it has none.
struct ActivationAttributes {
    ActivationKind kind = ActivationKind::Relu;
    double parameter = 0;
    bool operator==(const ActivationAttributes&) const = default;
    Activation inFloat() const { return {kind, static_cast<float>(parameter)}; }
};
/// min(max(x, 0), maximum): 6 is ReLU6.
inline ActivationAttributes relu(double maximum = std::numeric_limits<double>::infinity()) {
    return {ActivationKind::Relu, maximum};
}
struct AddAttributes {
    bool operator==(const AddAttributes&) const = default;
};

/// `global`: the window is the whole map and the other fields are ignored. Average pooling divides by the window's
/// size, padding included; max pooling ignores padding.
struct PoolAttributes {
    bool global = false;
    int kernelHeight = 1, kernelWidth = 1;
    int strideHeight = 1, strideWidth = 1;
    int paddingHeight = 0, paddingWidth = 0;
    bool operator==(const PoolAttributes&) const = default;
};
struct MaxPoolAttributes : PoolAttributes {
    bool operator==(const MaxPoolAttributes&) const = default;
};
struct AvgPoolAttributes : PoolAttributes {
    bool operator==(const AvgPoolAttributes&) const = default;
};
/// Flattens in NHWC order: index = (h·W + w)·C + c.
struct FlattenAttributes {
    bool operator==(const FlattenAttributes&) const = default;
};
/// Rounds to integer codes at the bits of `layer`, its only consumer. `isSigned` false: 0 … 2^b−1; true:
/// −(2^(b−1)−1) … 2^(b−1)−1.
struct QuantizeAttributes {
    std::string layer;
    bool isSigned = false;
    bool operator==(const QuantizeAttributes&) const = default;
};

using Attributes =
    std::variant<InputAttributes, Conv2dAttributes, LinearAttributes, NormAttributes, ActivationAttributes,
                 AddAttributes, MaxPoolAttributes, AvgPoolAttributes, FlattenAttributes, QuantizeAttributes>;

/// One operation. Inputs are names of earlier nodes; `add` takes (residual branch, shortcut).
struct Node {
    std::string name;
    std::vector<std::string> inputs;
    Attributes attributes;

    template <typename T>
    const T* as() const {
        return std::get_if<T>(&attributes);
    }
    bool operator==(const Node&) const = default;
};

/// The name of a node's operation as the JSON has it: "conv2d", "norm", …
const char* operationName(const Node& node);

/// "network 'tiny', node 'body'": where an error about a node is.
std::string nodePlace(const std::string& network, const Node& node);

}  // namespace bitdesk
