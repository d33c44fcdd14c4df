// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/in_memory_data_set.h"

#include <algorithm>

#include "core/base/hash.h"

namespace bitdesk {
namespace {

/// A note of the classes that none of `counts` images is of (classCounts); empty where there are none such.
std::string emptyClassesNote(const std::vector<std::int64_t>& counts, const std::vector<std::string>& names) {
    constexpr std::int64_t kMostNamed = 5;
    const std::int64_t empty = std::ranges::count(counts, 0);
    if (empty == 0) return {};
    std::string list;
    std::int64_t named = 0;
    for (std::size_t c = 0; c < counts.size() && named < kMostNamed; ++c)
        if (counts[c] == 0 && ++named > 0) list += (list.empty() ? "" : ", ") + names[c];
    if (empty > named) list += " and " + std::to_string(empty - named) + " more";
    const auto first = std::ranges::find_if(counts, [](std::int64_t count) { return count > 0; }) - counts.begin();
    const auto last = static_cast<std::int64_t>(counts.size()) - 1;
    std::string note = list + (empty == 1 ? " has no images" : " have no images");
    if (empty == first) note += ": labels run from " + std::to_string(first) + " to " + std::to_string(last);
    return note;
}

/// Pixels of 0 and 1, or of 4 bits, are almost black to a network that was trained on those of 0 to 255.
std::string darknessNote(const std::vector<std::uint8_t>& pixels) {
    constexpr int kDark = 63;
    const int most = pixels.empty() ? 255 : *std::ranges::max_element(pixels);
    if (most > kDark) return {};
    return "no pixel is above " + std::to_string(most) + " of 255; if that is to be white, save the images times " +
           std::to_string(255 / std::max(most, 1));
}

}  // namespace

void RawImages::numberClasses(int count) {
    for (auto c = static_cast<int>(classNames.size()); c < count; ++c)
        classNames.push_back("class " + std::to_string(c));
}

InMemoryDataSet::InMemoryDataSet(std::string name, Split split, RawImages raw, const std::vector<std::int64_t>& indices,
                                 DataDescription description) {
    m_name = std::move(name);
    m_split = split;
    m_shape = {raw.height, raw.width, raw.channels};
    m_classNames = std::move(raw.classNames);
    m_namedClasses = raw.named;
    m_numberedClasses = raw.numbered;
    const auto bytes = raw.imageBytes();
    m_labels.reserve(indices.size());
    // Within its own memory: a set may fill half of the machine's.
    m_pixels = std::move(raw.pixels);
    auto out = m_pixels.begin();
    for (const std::int64_t index : indices) {
        const auto from = m_pixels.begin() + index * bytes;
        out = from == out ? out + bytes : std::copy_n(from, bytes, out);
        m_labels.push_back(raw.labels[static_cast<std::size_t>(index)]);
    }
    m_pixels.erase(out, m_pixels.end());
    Sha256 hash;
    hash.update(std::to_string(height()) + "x" + std::to_string(width()) + "x" + std::to_string(channels()) + ";");
    hash.update(std::as_bytes(std::span(m_pixels)));
    for (const int label : m_labels) hash.update(std::to_string(label) + ",");
    m_hash = hash.hex();
    m_description = std::move(description);
    for (std::string& note : raw.notes) m_description.notes.push_back(std::move(note));
    if (std::string dark = darknessNote(m_pixels); !dark.empty()) m_description.notes.push_back(std::move(dark));
    std::string empty = emptyClassesNote(classCounts(*this), m_classNames);
    if (!empty.empty()) m_description.notes.push_back(std::move(empty));
    m_description.preprocessing = "as they are";
    m_description.memory = static_cast<std::int64_t>(m_pixels.size());
}

void InMemoryDataSet::copyImages(std::span<const std::int64_t> indices, std::span<std::uint8_t> out) const {
    const auto bytes = imageBytes();
    auto target = out.begin();
    for (const std::int64_t index : indices) target = std::copy_n(m_pixels.begin() + index * bytes, bytes, target);
}

}  // namespace bitdesk
