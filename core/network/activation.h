// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Kernels of every instruction set include this: it includes nothing and makes no symbol of its own.

namespace bitdesk {

/// The elementwise functions of a network; what else is to be known of each is in activations.cpp.
enum class ActivationKind : unsigned char {
    Identity,
    Relu,
    HardSwish,
    Clip,
    LeakyRelu,
    HardSigmoid,
    Sigmoid,
    Tanh,
    Silu,
    Gelu,
    GeluTanh
};

/// One of them as a plan has it. `first` and `second` are the numbers of its JSON keys (activations.h), 0 where it has
/// none.
struct Activation {
    ActivationKind kind = ActivationKind::Identity;
    float first = 0, second = 0;
    bool operator==(const Activation&) const = default;
};

#define BITDESK_STEP [[gnu::always_inline]] inline

/// eᵛ for |v| ≤ 87, within two units of its last place (the polynomial of Cephes' expf, Moshier 1989). Operations
/// whose exponential() has no better way take this one; they have besides
///   powerOfTwo(t)   2ⁿ for t = 1.5·2²³ + n, whose low bits hold n
template <typename Value, typename Operations>
BITDESK_STEP Value exponentialSteps(const Value& v, const Operations& o) {
    constexpr float kLog2E = 1.44269504F, kLn2High = 0.693359375F, kLn2Low = -2.12194440e-4F, kMagic = 12582912.0F;
    const Value t = o.add(o.scale(v, kLog2E), kMagic);
    const Value n = o.add(t, -kMagic);
    const Value r = o.sum(o.sum(v, o.scale(n, -kLn2High)), o.scale(n, -kLn2Low));
    Value p = o.add(o.scale(r, 1.9875691500e-4F), 1.3981999507e-3F);
    p = o.add(o.multiply(p, r), 8.3334519073e-3F);
    p = o.add(o.multiply(p, r), 4.1665795894e-2F);
    p = o.add(o.multiply(p, r), 1.6666665459e-1F);
    p = o.add(o.multiply(p, r), 5.0000001201e-1F);
    p = o.add(o.sum(o.multiply(p, o.multiply(r, r)), r), 1.0F);
    return o.multiply(p, o.powerOfTwo(t));
}

/// 1 / (1 + e⁻ᵛ), from 1.6e-38 to 1.
template <typename Value, typename Operations>
BITDESK_STEP Value sigmoidOf(const Value& v, const Operations& o) {
    return o.invert(o.add(o.exponential(o.clip(o.scale(v, -1.0F), -87.0F, 87.0F)), 1.0F));
}

/// v·Φ(v) = max(v, 0) − |v|·Q(|v|), with Q(a) = ½·erfc(a/√2) by formula 7.1.26 of Abramowitz & Stegun 1964, whose error
/// is below 0.75e-7.
template <typename Value, typename Operations>
BITDESK_STEP Value geluOf(const Value& v, const Operations& o) {
    constexpr float kInfinity = __builtin_inff(), kFar = 16.0F;  // beyond it Q is 0 in float32
    const Value a = o.sum(o.clip(v, 0.0F, kFar), o.clip(o.scale(v, -1.0F), 0.0F, kFar));
    const Value t = o.invert(o.add(o.scale(a, 0.3275911F * 0.70710678F), 1.0F));
    Value q = o.add(o.scale(t, 0.5F * 1.061405429F), 0.5F * -1.453152027F);
    q = o.add(o.multiply(q, t), 0.5F * 1.421413741F);
    q = o.add(o.multiply(q, t), 0.5F * -0.284496736F);
    q = o.add(o.multiply(q, t), 0.5F * 0.254829592F);
    q = o.multiply(o.multiply(q, t), o.exponential(o.clip(o.scale(o.multiply(a, a), -0.5F), -87.0F, 0.0F)));
    return o.sum(o.clip(v, 0.0F, kInfinity), o.scale(o.multiply(a, q), -1.0F));
}

/// v·σ(2·√(2/π)·(v + 0.044715·v³)), the form with tanh of Hendrycks & Gimpel 2016.
template <typename Value, typename Operations>
BITDESK_STEP Value geluTanhOf(const Value& v, const Operations& o) {
    constexpr float kTwice = 1.59576912F;  // 2·√(2/π)
    const Value cubic = o.multiply(v, o.add(o.scale(o.multiply(v, v), 0.044715F), 1.0F));
    return o.multiply(v, sigmoidOf(o.scale(cubic, kTwice), o));
}

/// What each function is. Executors, training and exporters call this with their own values (a float, a vector, a
/// tensor, a node of a graph) and operations on them, each rounded to float32 in the order that stands here:
///   clip(v, lowest, highest)   min(max(v, lowest), highest), where NaN stays NaN and −0 stays −0
///   add(v, number), scale(v, number), divide(v, number), invert(v), multiply(v, w), sum(v, w), exponential(v)
/// `v` is handed over: operations may work in place on what nobody else holds.
template <typename Value, typename Operations>
BITDESK_STEP Value activated(const Activation& activation, Value v, const Operations& o) {
    constexpr float kInfinity = __builtin_inff();
    switch (activation.kind) {
        case ActivationKind::Identity: break;
        case ActivationKind::Relu: return o.clip(static_cast<Value&&>(v), 0.0F, activation.first);
        case ActivationKind::HardSwish:  // v · relu6(v + 3) / 6 (Howard et al. 2019)
            return o.divide(o.multiply(v, o.clip(o.add(v, 3.0F), 0.0F, 6.0F)), 6.0F);
        case ActivationKind::Clip: return o.clip(static_cast<Value&&>(v), activation.first, activation.second);
        case ActivationKind::LeakyRelu:
            return o.sum(o.clip(v, 0.0F, kInfinity), o.scale(o.clip(v, -kInfinity, 0.0F), activation.first));
        case ActivationKind::HardSigmoid:
            return o.clip(o.add(o.scale(v, activation.first), activation.second), 0.0F, 1.0F);
        case ActivationKind::Sigmoid: return sigmoidOf(v, o);
        case ActivationKind::Tanh: return o.add(o.scale(sigmoidOf(o.scale(v, 2.0F), o), 2.0F), -1.0F);
        case ActivationKind::Silu: return o.multiply(v, sigmoidOf(v, o));
        case ActivationKind::Gelu: return geluOf(v, o);
        case ActivationKind::GeluTanh: return geluTanhOf(v, o);
    }
    return v;
}

#undef BITDESK_STEP

}  // namespace bitdesk
