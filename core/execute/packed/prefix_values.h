// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/execute/plan/prefix.h"

namespace bitdesk::packed {

/// The float32 value of one step, before it is quantized: [image][element].
struct PrefixValue {
    int producer = -1;  ///< step
    std::shared_ptr<float[]> data;
};

/// A checkpoint of the packed executor: the values of liveValues(). Checkpoints of one run share those that they have
/// in common.
struct PrefixValues : PrefixState {
    int batch = 0;
    std::vector<PrefixValue> values;

    /// nullptr where there is none.
    const PrefixValue* find(int producer) const {
        for (const PrefixValue& value : values)
            if (value.producer == producer) return &value;
        return nullptr;
    }
};

}  // namespace bitdesk::packed
