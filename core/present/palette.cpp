// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/present/palette.h"

#include <array>
#include <cstdlib>
#include <string_view>

namespace bitdesk {
namespace {

constexpr std::array kPalette{
    PaletteColour{Ink::Text, "text", "#1c2529", "#e3e9eb", "#000"},
    PaletteColour{Ink::Muted, "muted", "#66757c", "#98a7ae", "#555"},
    PaletteColour{Ink::Line, "line", "#dde3e6", "#333d42", "#ccc"},
    PaletteColour{Ink::Surface, "surface", "#ffffff", "#1b2226", "#fff"},
    PaletteColour{Ink::Page, "page", "#f5f7f8", "#13181b", "#fff"},
    PaletteColour{Ink::Accent, "accent", "#0b7285", "#5cb8c8", "#0b7285"},
    PaletteColour{Ink::Soft, "soft", "#8fb9c3", "#4b7f8b", "#8fb9c3"},
    PaletteColour{Ink::Good, "good", "#2b7a4b", "#74c397", "#2b7a4b"},
    PaletteColour{Ink::Bad, "bad", "#a8471d", "#e59a6e", "#a8471d"},
    PaletteColour{Ink::Low, "low", "#d5e8ec", "#24434b", "#d5e8ec"},
    PaletteColour{Ink::Middle, "middle", "#8cc3ce", "#35727f", "#8cc3ce"},
    PaletteColour{Ink::High, "high", "#0b7285", "#5cb8c8", "#0b7285"},
    PaletteColour{Ink::Warning, "warning", "#a85d00", "#e0a458", "#a85d00"},
};

}  // namespace

const char* PaletteColour::in(ColourScheme scheme) const {
    switch (scheme) {
        case ColourScheme::Dark: return dark;
        case ColourScheme::Print: return print;
        case ColourScheme::Light: break;
    }
    return light;
}

std::span<const PaletteColour> palette() { return kPalette; }

const PaletteColour& colourOf(Ink ink) { return kPalette.at(static_cast<std::size_t>(ink)); }

int rgbOf(Ink ink, ColourScheme scheme) {
    const std::string_view text(colourOf(ink).in(scheme) + 1);
    const int value = static_cast<int>(std::strtol(text.data(), nullptr, 16));
    if (text.size() == 6) return value;
    return ((value >> 8) * 0x11 << 16) | ((value >> 4 & 0xF) * 0x11 << 8) | (value & 0xF) * 0x11;  // "#555"
}

}  // namespace bitdesk
