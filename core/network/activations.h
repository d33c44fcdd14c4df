// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

#include "core/network/activation.h"

namespace bitdesk {

/// The one number that a function may have.
struct ActivationParameter {
    const char* key;         ///< in the JSON of a network
    double fallback;         ///< where the key is absent; it is not written
    double lowest, highest;  ///< of all others, both included
    const char* range;       ///< "1e-6 and 1e30", for people
};

/// An entry of the catalogue: a function's name, and what of it others build on.
struct ActivationEntry {
    ActivationKind kind;
    const char* operation;                 ///< "relu": its name in the JSON of a network; nullptr: it is no node
    const ActivationParameter* parameter;  ///< nullptr: it has none
    /// No value is larger; infinity where there is no such end. Codes above that of it are not needed.
    float (*largest)(float parameter);
    /// It is v for 0 ≤ v ≤ largest, at most 0 below and `largest` above. Unsigned codes that end at largest's are then
    /// the same of v as of its value, for rounding to codes is monotone and cuts there itself: it need not be computed
    /// for them.
    bool cutByCodes;
};

std::span<const ActivationEntry> activations();
const ActivationEntry& entryOf(ActivationKind kind);
/// nullptr where no function has that name.
const ActivationEntry* findActivation(std::string_view operation);

inline float largestOf(const Activation& activation) { return entryOf(activation.kind).largest(activation.parameter); }
inline bool isCutByCodes(const Activation& activation) { return entryOf(activation.kind).cutByCodes; }

}  // namespace bitdesk
