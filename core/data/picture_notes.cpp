// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/picture_notes.h"

#include <algorithm>

#include "core/base/setting_name.h"

namespace bitdesk {
namespace {

/// Values of 8 or 12 bits that were saved as 16 leave this much of the upper half unused.
constexpr int kDark = 16;

std::string counted(std::int64_t count, const std::string& thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

}  // namespace

void PictureNotes::add(const ImageFacts& facts) {
    const std::scoped_lock lock(m_mutex);
    m_anyJpeg = m_anyJpeg || facts.jpeg;
    m_turned += facts.orientation != 1 ? 1 : 0;
    if (facts.brightest == ImageFacts::kEight || facts.brightest >= kDark) return;
    ++m_dark;
    m_brightest = std::max(m_brightest, facts.brightest);
}

std::vector<std::string> PictureNotes::sentences(bool exif) const {
    std::vector<std::string> notes;
    if (m_turned > 0 && !exif)
        notes.push_back(counted(m_turned, "image") + (m_turned == 1 ? " carries" : " carry") +
                        " an EXIF orientation, which is not applied (" + settingName("exif") + " applies it)");
    if (m_turned > 0 && exif)
        notes.push_back(counted(m_turned, "image") + (m_turned == 1 ? " was" : " were") +
                        " turned as the EXIF orientation says");
    if (m_dark > 0)
        notes.push_back(counted(m_dark, "picture") + " of 16 bits " + (m_dark == 1 ? "has" : "have") +
                        " no value above " + std::to_string(m_brightest * 256 + 255) +
                        ": the upper half, which is taken, is " + (m_brightest == 0 ? "black" : "almost black") +
                        "; save " + (m_dark == 1 ? "it" : "them") + " as 8 bits");
    return notes;
}

}  // namespace bitdesk
