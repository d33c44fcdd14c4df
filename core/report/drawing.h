// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <variant>
#include <vector>

namespace bitdesk {

/// Colours by what they say; each format and theme has its own for them.
enum class Ink { Text, Muted, Line, Surface, Accent, Soft, Good, Bad, Low, Middle, High };

struct Point {
    double x = 0, y = 0;  ///< in points of 1/72 inch, y downwards
};

struct LineShape {
    std::vector<Point> points;
    Ink ink = Ink::Text;
    double width = 1;
    bool dashed = false;
};
struct RectangleShape {
    Point corner;
    double width = 0, height = 0;
    Ink fill = Ink::Accent;
    std::string tip = {};  ///< shown at the mouse where a format can
};
struct CircleShape {
    Point centre;
    double radius = 2;
    Ink ink = Ink::Accent;
    bool filled = true;
    std::string tip = {};
};
enum class Anchor { Start, Middle, End };
struct TextShape {
    Point at;  ///< the base line
    std::string text;
    Ink ink = Ink::Text;
    double size = 9;
    Anchor anchor = Anchor::Start;
    bool bold = false;
    bool upright = true;  ///< false: turned by 90° to the left
};
using DrawnShape = std::variant<LineShape, RectangleShape, CircleShape, TextShape>;

/// A plot as shapes: drawn once, written as SVG or on a PDF's page.
struct Drawing {
    double width = 0, height = 0;
    std::vector<DrawnShape> shapes;
};

}  // namespace bitdesk
