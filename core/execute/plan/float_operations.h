// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

namespace bitdesk {

/// activated() on a float.
struct FloatOperations {
    static float clip(float v, float lowest, float highest) { return std::min(std::max(v, lowest), highest); }
    static float add(float v, float number) { return v + number; }
    static float divide(float v, float number) { return v / number; }
    static float multiply(float v, float w) { return v * w; }
};

}  // namespace bitdesk
