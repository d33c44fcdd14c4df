// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

#include "core/network/activation.h"

namespace bitdesk {

/// A number that a function has.
struct ActivationParameter {
    const char* key;         ///< in the JSON of a network
    double fallback;         ///< where the key is absent; it is not written
    double lowest, highest;  ///< of all others, both included
    const char* range;       ///< "1e-6 and 1e30", for people
    bool required = false;   ///< the key must be there; `fallback` is not looked at
};

/// An entry of the catalogue: a function's name, and what of it others build on.
struct ActivationEntry {
    ActivationKind kind;
    const char* operation;  ///< "relu": its name in the JSON of a network; nullptr: it is no node
    /// Those of `first` and `second`, none, one or both.
    std::span<const ActivationParameter> parameters;
    /// No value is larger; infinity where there is no such end. Codes above that of it are not needed.
    float (*largest)(const Activation& activation);
    /// No value is below 0, so that unsigned codes lose nothing.
    bool (*neverNegative)(const Activation& activation);
    /// It is v for 0 ≤ v ≤ largest, at most 0 below and `largest` above. Unsigned codes that end at largest's are then
    /// the same of v as of its value, for rounding to codes is monotone and cuts there itself: it need not be computed
    /// for them.
    bool cutByCodes;
};

std::span<const ActivationEntry> activations();
const ActivationEntry& entryOf(ActivationKind kind);
/// nullptr where no function has that name.
const ActivationEntry* findActivation(std::string_view operation);

inline float largestOf(const Activation& activation) { return entryOf(activation.kind).largest(activation); }
inline bool isNeverNegative(const Activation& activation) { return entryOf(activation.kind).neverNegative(activation); }
inline bool isCutByCodes(const Activation& activation) { return entryOf(activation.kind).cutByCodes; }

}  // namespace bitdesk
