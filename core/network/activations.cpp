// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/activations.h"

#include <algorithm>
#include <array>
#include <limits>

namespace bitdesk {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

float unbounded(float) { return std::numeric_limits<float>::infinity(); }
float upToParameter(float parameter) { return parameter; }

constexpr ActivationParameter kMaximum{
    .key = "maximum", .fallback = kInfinity, .lowest = 1e-6, .highest = 1e30, .range = "1e-6 and 1e30"};

// In the order of ActivationKind.
constexpr std::array kCatalogue{
    ActivationEntry{.kind = ActivationKind::Identity,
                    .operation = nullptr,
                    .parameter = nullptr,
                    .largest = unbounded,
                    .cutByCodes = true},
    ActivationEntry{.kind = ActivationKind::Relu,
                    .operation = "relu",
                    .parameter = &kMaximum,
                    .largest = upToParameter,
                    .cutByCodes = true},
    ActivationEntry{.kind = ActivationKind::HardSwish,
                    .operation = "hard_swish",
                    .parameter = nullptr,
                    .largest = unbounded,
                    .cutByCodes = false},
};

}  // namespace

std::span<const ActivationEntry> activations() { return kCatalogue; }

const ActivationEntry& entryOf(ActivationKind kind) { return kCatalogue.at(static_cast<std::size_t>(kind)); }

const ActivationEntry* findActivation(std::string_view operation) {
    const auto found = std::ranges::find_if(kCatalogue, [&](const ActivationEntry& entry) {
        return entry.operation != nullptr && operation == entry.operation;
    });
    return found == kCatalogue.end() ? nullptr : &*found;
}

}  // namespace bitdesk
