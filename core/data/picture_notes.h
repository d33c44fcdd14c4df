// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "core/data/image_decoder.h"

namespace bitdesk {

/// Gathers what the user should know of a set's pictures. Thread-safe.
class PictureNotes {
public:
    void add(const ImageFacts& facts);

    bool anyJpeg() const { return m_anyJpeg; }
    /// A sentence each. `exif`: orientations are applied.
    std::vector<std::string> sentences(bool exif) const;

private:
    std::mutex m_mutex;
    bool m_anyJpeg = false;
    std::int64_t m_turned = 0, m_dark = 0;
    int m_brightest = 0;  ///< upper half of the dark ones
};

}  // namespace bitdesk
