// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QImage>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "core/data/data_set.h"
#include "widgets/image_grid.h"

namespace bitdesk {

// The work of a preview, for a thread that is not the GUI's.

/// Where the images of each class lie.
struct DataOverview {
    std::vector<std::vector<std::int64_t>> ofClass;  ///< indices, ascending
    std::vector<std::int64_t> mixed;                 ///< the first of each class, the second of each, …

    std::vector<std::int64_t> counts() const;
};
DataOverview overviewOf(const DataSet& data);

/// One image, at most `longest` pixels high and wide. One channel is grey, three are colours; of others the first is
/// shown.
QImage imageOf(const DataSet& data, std::int64_t index, int longest);

/// Throws Error (BadInput) naming a file that changed, Cancelled.
std::vector<CaptionedImage> captioned(const DataSet& data, std::span<const std::int64_t> indices,
                                      const std::stop_token& stop);

}  // namespace bitdesk
