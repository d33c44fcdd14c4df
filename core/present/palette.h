// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace bitdesk {

/// Colours by what they say; each theme has its own for them.
enum class Ink { Text, Muted, Line, Surface, Page, Accent, Soft, Good, Bad, Low, Middle, High, Warning };
enum class ColourScheme { Light, Dark, Print };

/// One colour in every scheme, as CSS writes it: "#0b7285" or "#000".
struct PaletteColour {
    Ink ink;
    const char* name;  ///< "accent": what style sheets call it
    const char* light;
    const char* dark;
    const char* print;

    const char* in(ColourScheme scheme) const;
};
/// All of them, in the order of Ink.
std::span<const PaletteColour> palette();
const PaletteColour& colourOf(Ink ink);
/// 0xRRGGBB
int rgbOf(Ink ink, ColourScheme scheme);

}  // namespace bitdesk
