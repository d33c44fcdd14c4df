// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/network/network.h"

namespace bitdesk {

/// A network that can be built by name. `build` takes the images' shape and the number of classes.
struct CatalogueNetwork {
    const char* name;
    const char* description;
    Shape defaultInput;
    int defaultClasses;
    Network (*build)(const Shape& input, int classes);
};

/// "resnet14" (basic blocks 2-2-2, 32-64-128 channels, stem stride 2), "resnet20" (CIFAR), "resnet18" (ImageNet).
std::span<const CatalogueNetwork> networkCatalogue();

/// Throws Error (Usage) that lists the known names.
const CatalogueNetwork& findNetwork(std::string_view name);

}  // namespace bitdesk
