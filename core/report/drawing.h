// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/present/palette.h"

namespace bitdesk {

struct Point {
    double x = 0, y = 0;  ///< in points of 1/72 inch, y downwards
};

struct LineShape {
    std::vector<Point> points;
    Ink ink = Ink::Text;
    double width = 1;
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
struct TextStyle {
    Ink ink = Ink::Text;
    double size = 9;
    Anchor anchor = Anchor::Start;
    bool bold = false;
    bool upright = true;  ///< false: turned by 90° to the left
};
struct TextShape {
    Point at;  ///< the base line
    std::string text;
    TextStyle style;
};
using DrawnShape = std::variant<LineShape, RectangleShape, CircleShape, TextShape>;

/// A plot as shapes: drawn once, written as SVG or on a PDF's page.
struct Drawing {
    double width = 0, height = 0;
    std::vector<DrawnShape> shapes;

    void line(std::vector<Point> points, Ink ink, double lineWidth) {
        shapes.emplace_back(LineShape{std::move(points), ink, lineWidth});
    }
    void bar(Point corner, double barWidth, double barHeight, Ink fill, std::string tip = {}) {
        shapes.emplace_back(RectangleShape{corner, barWidth, barHeight, fill, std::move(tip)});
    }
    void dot(Point centre, double radius, Ink ink, bool filled, std::string tip) {
        shapes.emplace_back(CircleShape{centre, radius, ink, filled, std::move(tip)});
    }
    void text(Point at, std::string letters, const TextStyle& style = {}) {
        shapes.emplace_back(TextShape{at, std::move(letters), style});
    }
};

}  // namespace bitdesk
