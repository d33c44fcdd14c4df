// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/in_memory_data_set.h"

#include <algorithm>

#include "core/base/hash.h"

namespace bitdesk {

void RawImages::numberClasses() {
    const int classes = labels.empty() ? 0 : *std::ranges::max_element(labels) + 1;
    for (int c = 0; c < classes; ++c) classNames.push_back("class " + std::to_string(c));
}

InMemoryDataSet::InMemoryDataSet(std::string name, Split split, const RawImages& raw,
                                 const std::vector<std::int64_t>& indices, DataDescription description) {
    m_name = std::move(name);
    m_split = split;
    m_shape = {raw.height, raw.width, raw.channels};
    m_classNames = raw.classNames;
    m_namedClasses = raw.named;
    const auto bytes = raw.imageBytes();
    m_pixels.resize(indices.size() * static_cast<std::size_t>(bytes));
    m_labels.reserve(indices.size());
    auto out = m_pixels.begin();
    for (const std::int64_t index : indices) {
        out = std::copy_n(raw.pixels.begin() + index * bytes, bytes, out);
        m_labels.push_back(raw.labels[static_cast<std::size_t>(index)]);
    }
    Sha256 hash;
    hash.update(std::to_string(height()) + "x" + std::to_string(width()) + "x" + std::to_string(channels()) + ";");
    hash.update(std::as_bytes(std::span(m_pixels)));
    for (const int label : m_labels) hash.update(std::to_string(label) + ",");
    m_hash = hash.hex();
    m_description = std::move(description);
    m_description.preprocessing = "as they are";
    m_description.memory = static_cast<std::int64_t>(m_pixels.size());
}

void InMemoryDataSet::copyImages(std::span<const std::int64_t> indices, std::span<std::uint8_t> out) const {
    const auto bytes = imageBytes();
    auto target = out.begin();
    for (const std::int64_t index : indices) target = std::copy_n(m_pixels.begin() + index * bytes, bytes, target);
}

}  // namespace bitdesk
