// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/prefix_values.h"

namespace bitdesk::packed {

std::shared_ptr<float[]> ValuePool::take(std::size_t floats) {
    std::unique_ptr<float[]> buffer;
    {
        const std::scoped_lock lock(m_free->mutex);
        if (const auto found = m_free->buffers.find(floats); found != m_free->buffers.end()) {
            buffer = std::move(found->second);
            m_free->buffers.erase(found);
            m_free->floats -= floats;
        }
    }
    if (buffer == nullptr) buffer = std::make_unique_for_overwrite<float[]>(floats);
    const auto giveBack = [free = std::weak_ptr<Free>(m_free), floats](float* memory) {
        std::unique_ptr<float[]> owned(memory);
        if (const auto pool = free.lock()) {
            const std::scoped_lock lock(pool->mutex);
            if (pool->floats + floats > kMostFree) return;
            pool->floats += floats;
            pool->buffers.emplace(floats, std::move(owned));
        }
    };
    return {buffer.release(), giveBack};
}

}  // namespace bitdesk::packed
