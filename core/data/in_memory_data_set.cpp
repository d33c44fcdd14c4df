// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/in_memory_data_set.h"

#include <algorithm>

#include "core/base/hash.h"

namespace bitdesk {

InMemoryDataSet::InMemoryDataSet(std::string name, Split split, const RawImages& raw,
                                 const std::vector<std::int64_t>& indices) {
    m_name = std::move(name);
    m_split = split;
    m_height = raw.height;
    m_width = raw.width;
    m_channels = raw.channels;
    m_classNames = raw.classNames;
    const auto bytes = raw.imageBytes();
    m_pixels.resize(indices.size() * static_cast<std::size_t>(bytes));
    m_labels.reserve(indices.size());
    auto out = m_pixels.begin();
    for (const std::int64_t index : indices) {
        out = std::copy_n(raw.pixels.begin() + index * bytes, bytes, out);
        m_labels.push_back(raw.labels[static_cast<std::size_t>(index)]);
    }
    Sha256 hash;
    hash.update(std::to_string(m_height) + "x" + std::to_string(m_width) + "x" + std::to_string(m_channels) + ";");
    hash.update(std::as_bytes(std::span(m_pixels)));
    for (const int label : m_labels) hash.update(std::to_string(label) + ",");
    m_hash = hash.hex();
}

void InMemoryDataSet::copyImages(std::span<const std::int64_t> indices, std::span<std::uint8_t> out) const {
    const auto bytes = imageBytes();
    auto target = out.begin();
    for (const std::int64_t index : indices) target = std::copy_n(m_pixels.begin() + index * bytes, bytes, target);
}

}  // namespace bitdesk
