// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/data/data_set.h"

namespace bitdesk {

/// Labelled images as a format's reader finds them, before a split is made.
struct RawImages {
    int height = 0, width = 0, channels = 0;
    std::vector<std::uint8_t> pixels;  ///< [count, H, W, C]
    std::vector<int> labels;
    std::vector<std::string> classNames;
    bool named = false;                   ///< the class names are the source's own, not made of numbers
    bool numbered = true;                 ///< the order of the classes is the source's own, not that of their names
    std::vector<std::string> notes = {};  ///< what the user should know, a sentence each

    std::int64_t imageBytes() const { return std::int64_t{height} * width * channels; }
    /// Names "class 0", "class 1", … for as many as are not named yet.
    void numberClasses(int count);
};

/// A split that lies in memory whole.
class InMemoryDataSet final : public DataSet {
public:
    /// `indices`: which images of `raw`, ascending; the images of `raw` are kept in its own memory. Computes the hash,
    /// and adds notes of the reader and of classes without images.
    InMemoryDataSet(std::string name, Split split, RawImages raw, const std::vector<std::int64_t>& indices,
                    DataDescription description = {});

    std::int64_t size() const override { return static_cast<std::int64_t>(m_labels.size()); }
    int label(std::int64_t index) const override { return m_labels[static_cast<std::size_t>(index)]; }
    void copyImages(std::span<const std::int64_t> indices, std::span<std::uint8_t> out) const override;

private:
    std::vector<std::uint8_t> m_pixels;
    std::vector<int> m_labels;
};

}  // namespace bitdesk
