// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
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

std::span<const CatalogueNetwork> networkCatalogue();

/// Throws Error (Usage) that lists the known names.
const CatalogueNetwork& findNetwork(std::string_view name);

/// Whether NETWORK of the command line is a file: it ends in ".json" or has a slash; or it is none of the catalogue's
/// names, and something lies under it or it cannot be looked up.
bool namesNetworkFile(std::string_view spec);

/// NETWORK of the command line: a name of the catalogue, built for `input` and `classes` where they are given, or a
/// JSON file (docs/network.schema.json), whose own input and classes must be those. Throws Error: Usage for an unknown
/// name, BadInput for a file that is wrong or does not fit.
Network openNetwork(const std::string& spec, const std::optional<Shape>& input = {}, std::optional<int> classes = {});

}  // namespace bitdesk
