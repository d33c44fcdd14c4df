// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

namespace bitdesk {

/// The account of what a data set that decodes on demand may hold: half of the bound for file names and images that are
/// kept, a quarter for batches that are decoded ahead, and for images in the midst of decoding what is left of it, a
/// quarter at least. Thread-safe.
class DecodeMemory {
public:
    using Share = std::int64_t DecodeMemory::*;  ///< which part of the account, null: none of its own

    struct GiveBack {
        std::int64_t bytes = 0;
        Share share = nullptr;

        void operator()(DecodeMemory* memory) const { memory->giveBack(bytes, share); }
    };
    /// Bytes taken from the account until the hold ends.
    using Hold = std::unique_ptr<DecodeMemory, GiveBack>;

    explicit DecodeMemory(std::int64_t limit) : m_limit(limit) {}

    std::int64_t limit() const { return m_limit; }
    std::int64_t mostKept() const { return m_limit / 2; }
    std::int64_t mostOfOneImage() const { return m_limit / 4; }

    /// For what stays, kept images above all; at most mostKept() in all.
    Hold keep(std::int64_t bytes);
    /// For batches ahead; nothing where they do not fit.
    std::optional<Hold> readAhead(std::int64_t bytes);
    /// For one image in the midst of decoding, at most mostOfOneImage(): waits until there is room.
    Hold decode(std::int64_t bytes);

    std::int64_t kept() const;
    /// The most that was held at a time.
    std::int64_t peak() const;

private:
    Hold take(std::int64_t bytes, Share share);  ///< under the mutex
    void giveBack(std::int64_t bytes, Share share);

    const std::int64_t m_limit;
    mutable std::mutex m_mutex;
    std::condition_variable m_freed;
    std::int64_t m_used = 0, m_kept = 0, m_ahead = 0, m_peak = 0;
};

}  // namespace bitdesk
