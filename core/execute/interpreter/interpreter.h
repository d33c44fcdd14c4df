// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>

#include "core/execute/plan/executor.h"

namespace bitdesk {

/// The portable interpreter: plain integer loops, the oracle of every other executor. `model` must outlive it.
std::unique_ptr<Executor> makeInterpreter(const MetaModel& model);

/// activated() on a float.
struct FloatOperations {
    static float clip(float v, float lowest, float highest) { return std::min(std::max(v, lowest), highest); }
    static float add(float v, float number) { return v + number; }
    static float divide(float v, float number) { return v / number; }
    static float multiply(float v, float w) { return v * w; }
    static float scale(float v, float number) { return v * number; }
    static float sum(float v, float w) { return v + w; }
    static float invert(float v) { return 1.0F / v; }
    static float exponential(float v) { return exponentialSteps(v, FloatOperations()); }
    static float powerOfTwo(float t) {
        return std::bit_cast<float>((std::bit_cast<std::uint32_t>(t) << 23) + 0x3F800000U);
    }
};

/// "portable", on one thread.
ExecutorEntry interpreterEntry();

}  // namespace bitdesk
