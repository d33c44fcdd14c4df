// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/catalogue.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/network/network_builders.h"

namespace bitdesk {
namespace {

bool isInCatalogue(std::string_view name) {
    return std::ranges::find(networkCatalogue(), name, &CatalogueNetwork::name) != networkCatalogue().end();
}

}  // namespace

std::span<const CatalogueNetwork> networkCatalogue() {
    static const std::array kCatalogue{
        CatalogueNetwork{"resnet14",
                         "residual, 2-2-2 basic blocks of 32-64-128 channels, for small images",
                         {28, 28, 1},
                         10,
                         buildResnet14},
        CatalogueNetwork{
            "resnet20", "residual, 3-3-3 basic blocks of 16-32-64 channels (CIFAR)", {32, 32, 3}, 10, buildResnet20},
        CatalogueNetwork{"resnet18",
                         "residual, 2-2-2-2 basic blocks of 64-128-256-512 channels (ImageNet)",
                         {224, 224, 3},
                         1000,
                         buildResnet18},
        CatalogueNetwork{"resnet50",
                         "residual, 3-4-6-3 bottleneck blocks of 64-128-256-512 channels (ImageNet)",
                         {224, 224, 3},
                         1000,
                         buildResnet50},
        CatalogueNetwork{"mobilenetv2",
                         "inverted residuals with depthwise convolutions and linear bottlenecks (ImageNet)",
                         {224, 224, 3},
                         1000,
                         buildMobileNetV2},
        CatalogueNetwork{
            "vgg7", "six 3×3 convolutions of 128-256-512 channels, without skips", {32, 32, 3}, 10, buildVgg7},
        CatalogueNetwork{"mlp", "four linear layers of 512 features", {28, 28, 1}, 10, buildMlp},
    };
    return kCatalogue;
}

const CatalogueNetwork& findNetwork(std::string_view name) {
    std::string known;
    for (const CatalogueNetwork& network : networkCatalogue()) {
        if (name == network.name) return network;
        known += (known.empty() ? "" : ", ") + std::string(network.name);
    }
    throw Error(ErrorKind::Usage, "network", "'" + std::string(name) + "' is not in the catalogue", "Known: " + known);
}

bool namesNetworkFile(std::string_view spec) {
    if (spec.ends_with(".json") || spec.find('/') != std::string_view::npos) return true;
    if (isInCatalogue(spec)) return false;
    // A link that leads nowhere lies there, too, and a name that cannot be looked up is none of the catalogue.
    std::error_code code;
    return std::filesystem::symlink_status(spec, code).type() != std::filesystem::file_type::not_found;
}

Network openNetwork(const std::string& spec, const std::optional<Shape>& input, std::optional<int> classes) {
    if (!namesNetworkFile(spec)) {
        const CatalogueNetwork& entry = findNetwork(spec);
        return entry.build(input.value_or(entry.defaultInput), classes.value_or(entry.defaultClasses));
    }
    constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 24;
    Network network = networkFromJson(readFile(spec, kMaxBytes), spec);
    if (input && network.inputShape() != *input)
        throw Error(ErrorKind::BadInput, spec,
                    "its input is " + toText(network.inputShape()) + ", the images are " + toText(*input));
    if (classes && network.classes() != *classes)
        throw Error(
            ErrorKind::BadInput, spec,
            "has " + std::to_string(network.classes()) + " classes, the data set has " + std::to_string(*classes));
    return network;
}

}  // namespace bitdesk
