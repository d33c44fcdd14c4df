// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/read_ahead.h"

#include <algorithm>

namespace bitdesk {

ReadAhead::ReadAhead(const DataSet& data, std::span<const std::int64_t> order, int batch, int first)
    : m_data(data),
      m_order(order),
      m_batch(static_cast<std::size_t>(std::max(batch, 1))),
      m_first(std::min(first > 0 ? static_cast<std::size_t>(first) : m_batch, order.size())),
      m_batches(order.empty() ? 0 : 1 + (order.size() - m_first + m_batch - 1) / m_batch),
      m_buffers(1) {
    reserveBuffers();
    if (m_hold) m_thread = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

ReadAhead::~ReadAhead() = default;

/// One more than are decoded ahead.
void ReadAhead::reserveBuffers() {
    constexpr std::int64_t kMostAhead = 16;
    DecodeMemory* memory = m_data.decodeMemory();
    if (memory == nullptr || m_batches < 2) return;
    const auto images = static_cast<std::int64_t>(std::min(std::max(m_batch, m_first), m_order.size()));
    const std::int64_t bytes = images * m_data.imageBytes();
    for (std::int64_t ahead = std::clamp<std::int64_t>(memory->limit() / 8 / bytes, 1, kMostAhead); ahead > 0;
         --ahead) {
        m_hold = memory->readAhead((ahead + 1) * bytes);
        if (!m_hold) continue;
        m_buffers.resize(static_cast<std::size_t>(ahead + 1));
        return;
    }
}

std::span<const std::int64_t> ReadAhead::indicesOf(std::size_t number) const {
    const std::size_t begin = number == 0 ? 0 : m_first + (number - 1) * m_batch;
    return m_order.subspan(begin, std::min(number == 0 ? m_first : m_batch, m_order.size() - begin));
}

void ReadAhead::work(const std::stop_token& stop) {
    const auto imageBytes = static_cast<std::size_t>(m_data.imageBytes());
    try {
        for (std::size_t number = 0; number < m_batches; ++number) {
            {
                std::unique_lock lock(m_mutex);
                if (!m_changed.wait(lock, stop, [&] { return number < m_released + m_buffers.size(); })) return;
            }
            const auto indices = indicesOf(number);
            auto& buffer = m_buffers[number % m_buffers.size()];
            buffer.resize(indices.size() * imageBytes);
            for (std::size_t i = 0; i < indices.size(); ++i) {
                if (stop.stop_requested()) return;
                m_data.copyImages(indices.subspan(i, 1), std::span(buffer).subspan(i * imageBytes, imageBytes));
            }
            const std::scoped_lock lock(m_mutex);
            ++m_ready;
            m_changed.notify_all();
        }
    } catch (...) {
        const std::scoped_lock lock(m_mutex);
        m_failure = std::current_exception();
        m_changed.notify_all();
    }
}

std::optional<ReadAhead::Batch> ReadAhead::next() {
    if (m_handed == m_batches) return std::nullopt;
    const std::size_t number = m_handed;
    auto& buffer = m_buffers[number % m_buffers.size()];
    const auto indices = indicesOf(number);
    if (m_hold) {
        std::unique_lock lock(m_mutex);
        m_released = number;
        m_changed.notify_all();
        m_changed.wait(lock, [&] { return m_ready > number || m_failure; });
        if (m_ready <= number) std::rethrow_exception(m_failure);
    } else {
        buffer.resize(indices.size() * static_cast<std::size_t>(m_data.imageBytes()));
        m_data.copyImages(indices, buffer);
    }
    ++m_handed;
    return Batch{.indices = indices, .images = buffer};
}

}  // namespace bitdesk
