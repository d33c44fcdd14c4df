// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Kernels of every instruction set include this: it includes nothing and makes no symbol of its own.

namespace bitdesk {

/// The elementwise functions of a network; what else is to be known of each is in activations.cpp.
enum class ActivationKind : unsigned char { Identity, Relu, HardSwish };

/// One of them as a plan has it. `parameter` is that of its JSON key (activations.h), 0 where it has none.
struct Activation {
    ActivationKind kind = ActivationKind::Identity;
    float parameter = 0;
    bool operator==(const Activation&) const = default;
};

/// What each function is. Executors, training and exporters call this with their own values (a float, a vector, a
/// tensor, a node of a graph) and operations on them, each rounded to float32 in the order that stands here:
///   clip(v, lowest, highest)   min(max(v, lowest), highest), where NaN stays NaN and −0 stays −0
///   add(v, number), divide(v, number), multiply(v, w)
/// `v` is handed over: operations may work in place on what nobody else holds.
template <typename Value, typename Operations>
[[gnu::always_inline]] inline Value activated(const Activation& activation, Value v, const Operations& operations) {
    switch (activation.kind) {
        case ActivationKind::Identity: break;
        case ActivationKind::Relu: return operations.clip(static_cast<Value&&>(v), 0.0F, activation.parameter);
        case ActivationKind::HardSwish:  // v · relu6(v + 3) / 6 (Howard et al. 2019)
            return operations.divide(operations.multiply(v, operations.clip(operations.add(v, 3.0F), 0.0F, 6.0F)),
                                     6.0F);
    }
    return v;
}

}  // namespace bitdesk
