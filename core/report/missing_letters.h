// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pango/pango.h>
#include <cstdint>
#include <set>
#include <string>

namespace bitdesk {

/// The letters of a document that no font of this machine has: they are drawn as boxes with their numbers, and a reader
/// must be told. One thread.
class MissingLetters {
public:
    /// Called with each text as it is laid out.
    void look(PangoLayout& layout);
    bool any() const { return !m_missing.empty(); }
    /// Which letters, of which scripts, and the Debian packages that have them: one sentence in plain ASCII.
    std::string sentence() const;

private:
    std::set<std::uint32_t> m_missing, m_present;
};

/// Whether there is a font that has the letters of the program's own words.
bool hasLatinFont(PangoContext* context);

}  // namespace bitdesk
