// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/decode_memory.h"

#include <algorithm>

namespace bitdesk {

DecodeMemory::Hold DecodeMemory::take(std::int64_t bytes, Share share) {
    m_used += bytes;
    m_peak = std::max(m_peak, m_used);
    if (share != nullptr) this->*share += bytes;
    return {this, {bytes, share}};
}

void DecodeMemory::giveBack(std::int64_t bytes, Share share) {
    {
        const std::scoped_lock lock(m_mutex);
        m_used -= bytes;
        if (share != nullptr) this->*share -= bytes;
    }
    m_freed.notify_all();
}

DecodeMemory::Hold DecodeMemory::keep(std::int64_t bytes) {
    const std::scoped_lock lock(m_mutex);
    return take(bytes, &DecodeMemory::m_kept);
}

std::optional<DecodeMemory::Hold> DecodeMemory::readAhead(std::int64_t bytes) {
    const std::scoped_lock lock(m_mutex);
    if (m_ahead + bytes > m_limit / 4 || m_used + bytes > m_limit) return std::nullopt;
    return take(bytes, &DecodeMemory::m_ahead);
}

DecodeMemory::Hold DecodeMemory::decode(std::int64_t bytes) {
    std::unique_lock lock(m_mutex);
    m_freed.wait(lock, [&] { return m_used + bytes <= m_limit; });
    return take(bytes, nullptr);
}

std::int64_t DecodeMemory::kept() const {
    const std::scoped_lock lock(m_mutex);
    return m_kept;
}

std::int64_t DecodeMemory::peak() const {
    const std::scoped_lock lock(m_mutex);
    return m_peak;
}

}  // namespace bitdesk
