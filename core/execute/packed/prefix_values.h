// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
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

/// Memory of checkpoints. Some of what is given back is handed out again, since fresh memory costs more than what a
/// checkpoint saves; memory that is still held may outlive the pool. Thread-safe.
class ValuePool {
public:
    /// Uninitialized.
    std::shared_ptr<float[]> take(std::size_t floats);
    /// Floats that are kept at most while nobody holds them: 64 MiB.
    static constexpr std::size_t kMostFree = std::size_t{16} << 20;

private:
    struct Free {
        std::mutex mutex;
        std::multimap<std::size_t, std::unique_ptr<float[]>> buffers;  // by size
        std::size_t floats = 0;
    };
    std::shared_ptr<Free> m_free = std::make_shared<Free>();
};

}  // namespace bitdesk::packed
