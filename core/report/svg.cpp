// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>

#include "core/report/formats.h"

namespace bitdesk {
namespace {

std::string tipped(const std::string& tag, const std::string& attributes, const std::string& tip) {
    if (tip.empty()) return "<" + tag + attributes + "/>";
    return "<" + tag + attributes + "><title>" + htmlEscaped(tip) + "</title></" + tag + ">";
}

struct SvgWriter {
    std::string operator()(const LineShape& line) const {
        std::string points;
        for (const Point& p : line.points)
            points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", p.x, p.y);
        return fmt::format("<polyline class=\"s-{}\" points=\"{}\" stroke-width=\"{:.1f}\"/>", colourOf(line.ink).name,
                           points, line.width);
    }
    std::string operator()(const RectangleShape& r) const {
        return tipped("rect",
                      fmt::format(" class=\"f-{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.1f}\"",
                                  colourOf(r.fill).name, r.corner.x, r.corner.y, r.width, r.height),
                      r.tip);
    }
    std::string operator()(const CircleShape& c) const {
        return tipped("circle",
                      fmt::format(" class=\"{}-{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"", c.filled ? "f" : "s",
                                  colourOf(c.ink).name, c.centre.x, c.centre.y, c.radius),
                      c.tip);
    }
    std::string operator()(const TextShape& t) const {
        const char* const anchor = t.style.anchor == Anchor::Start    ? "start"
                                   : t.style.anchor == Anchor::Middle ? "middle"
                                                                      : "end";
        return fmt::format(
            "<text class=\"f-{}\" x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.1f}\" text-anchor=\"{}\"{}{}>{}</text>",
            colourOf(t.style.ink).name, t.at.x, t.at.y, t.style.size, anchor,
            t.style.bold ? " font-weight=\"bold\"" : "",
            t.style.upright ? "" : fmt::format(" transform=\"rotate(-90 {:.1f} {:.1f})\"", t.at.x, t.at.y),
            htmlEscaped(t.text));
    }
};

}  // namespace

std::string toSvg(const Drawing& drawing, const std::string& description) {
    std::string svg = fmt::format("<svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {:.0f} {:.0f}\">\n",
                                  htmlEscaped(description), drawing.width, drawing.height);
    for (const DrawnShape& shape : drawing.shapes) svg += std::visit(SvgWriter(), shape) + "\n";
    return svg + "</svg>\n";
}

}  // namespace bitdesk
