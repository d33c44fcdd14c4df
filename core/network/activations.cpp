// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/activations.h"

#include <algorithm>
#include <array>
#include <limits>

namespace bitdesk {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

float unbounded(const Activation&) { return std::numeric_limits<float>::infinity(); }
float upToFirst(const Activation& activation) { return activation.first; }
float upToSecond(const Activation& activation) { return activation.second; }
float upToOne(const Activation&) { return 1; }
bool always(const Activation&) { return true; }
bool never(const Activation&) { return false; }
bool fromFirst(const Activation& activation) { return activation.first >= 0; }

constexpr std::array kReluParameters{ActivationParameter{
    .key = "maximum", .fallback = kInfinity, .lowest = 1e-6, .highest = 1e30, .range = "1e-6 and 1e30"}};
constexpr std::array kClipParameters{
    ActivationParameter{
        .key = "minimum", .fallback = 0, .lowest = -1e30, .highest = 1e30, .range = "-1e30 and 1e30", .required = true},
    ActivationParameter{.key = "maximum",
                        .fallback = 0,
                        .lowest = -1e30,
                        .highest = 1e30,
                        .range = "-1e30 and 1e30",
                        .required = true}};
constexpr std::array kLeakyParameters{
    ActivationParameter{.key = "slope", .fallback = 0.01, .lowest = -1e3, .highest = 1e3, .range = "-1000 and 1000"}};
constexpr std::array kHardSigmoidParameters{
    ActivationParameter{.key = "slope", .fallback = 1.0 / 6, .lowest = 1e-6, .highest = 1e3, .range = "1e-6 and 1000"},
    ActivationParameter{.key = "offset", .fallback = 0.5, .lowest = -1e3, .highest = 1e3, .range = "-1000 and 1000"}};

/// Smooth functions, of which codes cut nothing.
constexpr ActivationEntry smooth(ActivationKind kind, const char* operation, float (*largest)(const Activation&),
                                 bool (*neverNegative)(const Activation&)) {
    return {.kind = kind,
            .operation = operation,
            .parameters = {},
            .largest = largest,
            .neverNegative = neverNegative,
            .cutByCodes = false};
}

// In the order of ActivationKind.
constexpr std::array kCatalogue{
    ActivationEntry{.kind = ActivationKind::Identity,
                    .operation = nullptr,
                    .parameters = {},
                    .largest = unbounded,
                    .neverNegative = never,
                    .cutByCodes = true},
    ActivationEntry{.kind = ActivationKind::Relu,
                    .operation = "relu",
                    .parameters = kReluParameters,
                    .largest = upToFirst,
                    .neverNegative = always,
                    .cutByCodes = true},
    smooth(ActivationKind::HardSwish, "hard_swish", unbounded, never),
    ActivationEntry{.kind = ActivationKind::Clip,
                    .operation = "clip",
                    .parameters = kClipParameters,
                    .largest = upToSecond,
                    .neverNegative = fromFirst,
                    .cutByCodes = false},
    ActivationEntry{.kind = ActivationKind::LeakyRelu,
                    .operation = "leaky_relu",
                    .parameters = kLeakyParameters,
                    .largest = unbounded,
                    .neverNegative = never,
                    .cutByCodes = false},
    ActivationEntry{.kind = ActivationKind::HardSigmoid,
                    .operation = "hard_sigmoid",
                    .parameters = kHardSigmoidParameters,
                    .largest = upToOne,
                    .neverNegative = always,
                    .cutByCodes = false},
    smooth(ActivationKind::Sigmoid, "sigmoid", upToOne, always),
    smooth(ActivationKind::Tanh, "tanh", upToOne, never),
    smooth(ActivationKind::Silu, "silu", unbounded, never),
    smooth(ActivationKind::Gelu, "gelu", unbounded, never),
    smooth(ActivationKind::GeluTanh, "gelu_tanh", unbounded, never),
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
