// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "core/data/data_set.h"
#include "core/data/decode_memory.h"

namespace bitdesk {

/// Hands out the mini-batches of an order of images. Where these are decoded on demand, a thread of its own decodes the
/// next batches while the last one is in use: as many as fit into an eighth of the data set's memory, one at least if
/// there is room for it in the quarter that is for batches. Else, and where all images lie in memory, a batch is copied
/// when it is asked for.
class ReadAhead {
public:
    struct Batch {
        std::span<const std::int64_t> indices;
        std::span<const std::uint8_t> images;  ///< [indices.size(), H, W, C]; until the next batch is asked for
    };

    /// `first`: images of the first batch, 0: as of the others. `data` and `order` must outlive this.
    ReadAhead(const DataSet& data, std::span<const std::int64_t> order, int batch, int first = 0);
    /// Waits for one image at most.
    ~ReadAhead();
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    /// Nothing at the end. Throws what decoding threw.
    std::optional<Batch> next();

private:
    void reserveBuffers();
    std::span<const std::int64_t> indicesOf(std::size_t number) const;
    void work(const std::stop_token& stop);

    const DataSet& m_data;
    std::span<const std::int64_t> m_order;
    std::size_t m_batch, m_first, m_batches;
    std::optional<DecodeMemory::Hold> m_hold;
    std::vector<std::vector<std::uint8_t>> m_buffers;  ///< batch n lies in n modulo their number
    std::size_t m_handed = 0;                          ///< batches; the last of them is in use

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::size_t m_ready = 0, m_released = 0;  ///< batches
    std::exception_ptr m_failure;
    std::jthread m_thread;  ///< last: it ends before what it uses
};

}  // namespace bitdesk
