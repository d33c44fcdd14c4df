// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/report/missing_letters.h"

#include <fmt/format.h>
#include <algorithm>
#include <memory>
#include <vector>

namespace bitdesk {
namespace {

struct Unref {
    void operator()(PangoLayout* layout) const { g_object_unref(layout); }
};
using Layout = std::unique_ptr<PangoLayout, Unref>;

bool isMissing(PangoContext* context, const PangoFontDescription* font, const std::string& text) {
    const Layout layout(pango_layout_new(context));
    pango_layout_set_font_description(layout.get(), font);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    return pango_layout_get_unknown_glyphs_count(layout.get()) > 0;
}

bool isEmoji(std::uint32_t letter) {
    return (letter >= 0x1F000 && letter <= 0x1FAFF) || (letter >= 0x2600 && letter <= 0x27BF);
}

const char* scriptOf(std::uint32_t letter) {
    if (isEmoji(letter)) return "pictures";
    switch (g_unichar_get_script(letter)) {
        case G_UNICODE_SCRIPT_HAN: return "Chinese";
        case G_UNICODE_SCRIPT_HIRAGANA:
        case G_UNICODE_SCRIPT_KATAKANA: return "Japanese";
        case G_UNICODE_SCRIPT_HANGUL: return "Korean";
        case G_UNICODE_SCRIPT_ARABIC: return "Arabic";
        case G_UNICODE_SCRIPT_DEVANAGARI: return "Devanagari";
        case G_UNICODE_SCRIPT_HEBREW: return "Hebrew";
        case G_UNICODE_SCRIPT_THAI: return "Thai";
        default: return "other";
    }
}

/// Debian's; null where no package is known to have the letter, as one of private use.
const char* packageOf(std::uint32_t letter) {
    const auto type = g_unichar_type(letter);
    if (type == G_UNICODE_PRIVATE_USE || type == G_UNICODE_UNASSIGNED || type == G_UNICODE_CONTROL) return nullptr;
    if (isEmoji(letter)) return "fonts-noto-color-emoji";
    switch (g_unichar_get_script(letter)) {
        case G_UNICODE_SCRIPT_HAN:
        case G_UNICODE_SCRIPT_HIRAGANA:
        case G_UNICODE_SCRIPT_KATAKANA:
        case G_UNICODE_SCRIPT_HANGUL:
        case G_UNICODE_SCRIPT_BOPOMOFO: return "fonts-noto-cjk";
        default: break;
    }
    // Full stops, brackets and wide letters of the East are of no script of their own.
    if ((letter >= 0x3000 && letter <= 0x33FF) || (letter >= 0xFF00 && letter <= 0xFFEF)) return "fonts-noto-cjk";
    return "fonts-noto-core";
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
}

void addOnce(std::vector<std::string>& all, const char* one) {
    if (one != nullptr && std::ranges::find(all, one) == all.end()) all.emplace_back(one);
}

}  // namespace

void MissingLetters::look(PangoLayout& layout) {
    if (pango_layout_get_unknown_glyphs_count(&layout) == 0) return;
    PangoContext* const context = pango_layout_get_context(&layout);
    const PangoFontDescription* const font = pango_layout_get_font_description(&layout);
    const char* next = nullptr;
    for (const char* at = pango_layout_get_text(&layout); *at != '\0'; at = next) {
        next = g_utf8_next_char(at);
        const std::uint32_t letter = g_utf8_get_char(at);
        if (m_missing.contains(letter) || m_present.contains(letter)) continue;
        const bool missing = isMissing(context, font, {at, next});
        (missing ? m_missing : m_present).insert(letter);
    }
}

std::string MissingLetters::sentence() const {
    constexpr std::size_t kNamed = 8;
    std::vector<std::string> letters, scripts, packages;
    for (const std::uint32_t letter : m_missing) {
        if (letters.size() < kNamed) letters.push_back(fmt::format("U+{:04X}", letter));
        addOnce(scripts, scriptOf(letter));
        addOnce(packages, packageOf(letter));
    }
    std::string text = fmt::format("{} {} ({}: {}", m_missing.size(),
                                   m_missing.size() == 1 ? "letter stands as a box" : "letters stand as boxes",
                                   joined(scripts), joined(letters));
    if (m_missing.size() > kNamed) text += fmt::format(" and {} more", m_missing.size() - kNamed);
    text += "), since no font of this machine has them.";
    return packages.empty() ? text : text + " Install " + joined(packages) + " and write it again";
}

bool hasLatinFont(PangoContext* context) {
    const Layout layout(pango_layout_new(context));
    pango_layout_set_text(layout.get(), "Bitdesk 0", -1);
    return pango_layout_get_unknown_glyphs_count(layout.get()) == 0;
}

}  // namespace bitdesk
