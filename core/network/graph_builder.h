// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>
#include <vector>

#include "core/network/network.h"

namespace bitdesk {

/// What a layer of a catalogue network is besides its name, place and width.
struct LayerForm {
    int kernel = 1, stride = 1, groups = 1;
    bool fixed = false;        ///< an end of the network: 8 bits, always
    bool signedInput = false;  ///< its input has not passed a ReLU
};

/// Builds a network's graph node by node; each call returns the name of the value that it made.
class GraphBuilder {
public:
    std::string input(const Shape& shape);
    /// quantize → conv2d → norm, with half of the kernel as padding.
    std::string convNorm(const std::string& name, const std::string& from, int channels, const LayerForm& form);
    /// quantize → linear → norm.
    std::string linearNorm(const std::string& name, const std::string& from, int features, const LayerForm& form);
    std::string activation(const std::string& name, const std::string& from, const ActivationAttributes& form = relu());
    /// `residual` comes first: transitions are looked for along it.
    std::string sum(const std::string& name, const std::string& residual, const std::string& shortcut);
    std::string maxPool(const std::string& name, const std::string& from, int kernel, int stride, int padding);
    std::string flatten(const std::string& name, const std::string& from);
    /// Image → fixed convolution → norm → ReLU.
    std::string stem(const Shape& shape, int channels, int kernel, int stride,
                     const ActivationAttributes& rectifier = relu());
    /// Global average → flatten → classifier().
    void pooledClassifier(const std::string& from, int classes);
    /// A fixed linear layer with a bias, on a flat value.
    void classifier(const std::string& from, int classes);

    Network finish(const std::string& name) { return {name, std::move(m_nodes)}; }

private:
    std::string add(const std::string& name, std::vector<std::string> inputs, Attributes attributes);
    std::string quantize(const std::string& layer, const std::string& from, bool isSigned);
    std::string norm(const std::string& layer);

    std::vector<Node> m_nodes;
};

}  // namespace bitdesk
