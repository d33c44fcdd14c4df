// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/report/formats.h"

namespace bitdesk {
namespace {

constexpr const char* kStyle = R"css(
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main{max-width:1080px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:1.6em;line-height:1.25;margin:0 0 4px}h2{font-size:1.15em;margin:0 0 12px}
.sub{color:var(--muted);margin:0 0 20px}
section{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:18px 20px;margin:0 0 16px}
.lead{font-size:1.12em;font-weight:600;margin:0 0 12px}
p{margin:0 0 10px}ul{margin:0 0 10px;padding-left:1.2em}li{margin:2px 0}
.good{color:var(--good)}.bad{color:var(--bad)}.muted{color:var(--muted)}
.scroll{overflow-x:auto;margin:0 0 10px}
table{border-collapse:collapse;width:100%;font-size:.88em}
caption{text-align:left;color:var(--muted);padding:0 0 6px}
th,td{text-align:left;vertical-align:top;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);overflow-wrap:normal}
th{color:var(--muted);font-weight:600}.n{text-align:right}td.w{min-width:9em;overflow-wrap:anywhere}
figure{margin:0 0 18px}figcaption{color:var(--muted);font-size:.88em;margin:4px 0 0}
svg{display:block;width:100%;max-width:860px;height:auto;font-family:inherit}
pre{background:var(--page);border:1px solid var(--line);border-radius:6px;padding:10px 12px;white-space:pre-wrap;margin:0;font-size:.88em}
details{margin:0 0 8px}summary{cursor:pointer}details pre{font-size:.72em;margin-top:6px}
polyline{fill:none}
)css";

constexpr const char* kPrintStyle = R"css(
body{font-size:10pt}main{max-width:none;padding:0}section{border:0;padding:0 0 8pt}figure,tr,li{break-inside:avoid}
h2{break-after:avoid}thead{display:table-header-group}.scroll{overflow:visible}table{font-size:8pt}th,td{padding-right:6px}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

/// Custom properties of a scheme: a line up to `last`, and one for the rest.
std::string properties(ColourScheme scheme, Ink last) {
    std::string css;
    for (const PaletteColour& colour : palette()) {
        if (colour.ink > Ink::High) break;
        css += std::string("--") + colour.name + ":" + colour.in(scheme) + (colour.ink < Ink::High ? ";" : "");
        if (colour.ink == last) css += "\n";
    }
    return css;
}

std::string style() {
    std::string css = "\n:root{color-scheme:light dark;" + properties(ColourScheme::Light, Ink::Page) +
                      "}\n@media (prefers-color-scheme:dark){:root{" + properties(ColourScheme::Dark, Ink::Page) +
                      "}}" + kStyle + "@media print{:root{color-scheme:light;" +
                      properties(ColourScheme::Print, Ink::Soft) + "}" + kPrintStyle;
    for (const PaletteColour& colour : palette()) {
        if (colour.ink > Ink::High || colour.ink == Ink::Page) continue;
        css += fmt::format(".f-{0}{{fill:var(--{0})}}.s-{0}{{fill:none;stroke:var(--{0})}}\n", colour.name);
    }
    return css;
}

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

/// An <svg> element; colours are the page's custom properties.
std::string toSvg(const Drawing& drawing, const std::string& description) {
    std::string svg = fmt::format("<svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {:.0f} {:.0f}\">\n",
                                  htmlEscaped(description), drawing.width, drawing.height);
    for (const DrawnShape& shape : drawing.shapes) svg += std::visit(SvgWriter(), shape) + "\n";
    return svg + "</svg>\n";
}

const char* classOf(Tone tone) {
    switch (tone) {
        case Tone::Good: return "good";
        case Tone::Bad: return "bad";
        case Tone::Muted: return "muted";
        case Tone::Plain: break;
    }
    return "";
}

std::string attribute(const std::string& classes) { return classes.empty() ? "" : " class=\"" + classes + "\""; }

struct HtmlWriter {
    std::string operator()(const TextBlock& block) const {
        return "<p" + attribute(block.lead ? "lead" : classOf(block.tone)) + ">" + htmlEscaped(block.text) + "</p>\n";
    }
    std::string operator()(const TableBlock& block) const {
        std::string html = "<div class=\"scroll\"><table>";
        if (!block.caption.empty()) html += "<caption>" + htmlEscaped(block.caption) + "</caption>";
        html += "<thead><tr>";
        for (const Column& column : block.columns)
            html +=
                "<th scope=\"col\"" + attribute(column.number ? "n" : "") + ">" + htmlEscaped(column.title) + "</th>";
        html += "</tr></thead>\n<tbody>";
        for (const auto& row : block.rows) {
            html += "<tr>";
            for (std::size_t i = 0; i < row.size(); ++i) html += cell(row[i], block.columns[i].number);
            html += "</tr>\n";
        }
        return html + "</tbody></table></div>\n";
    }
    std::string operator()(const FigureBlock& block) const {
        return "<figure>" + toSvg(block.drawing, block.description) + "<figcaption>" + htmlEscaped(block.caption) +
               "</figcaption></figure>\n";
    }
    std::string operator()(const ListBlock& block) const {
        std::string html = "<ul>";
        for (const Cell& entry : block.entries)
            html += "<li" + attribute(classOf(entry.tone)) + ">" + htmlEscaped(entry.text) + "</li>\n";
        return html + "</ul>\n";
    }
    std::string operator()(const CodeBlock& block) const { return "<pre>" + htmlEscaped(block.text) + "</pre>\n"; }
    std::string operator()(const FineBlock& block) const {
        return "<details><summary>" + htmlEscaped(block.title) + "</summary><pre>" + escapedLines(block.text) +
               "</pre></details>\n";
    }

private:
    static std::string cell(const Cell& cell, bool number) {
        constexpr std::size_t kLong = 24;
        std::string classes = number ? "n" : cell.text.size() > kLong ? "w" : "";
        if (cell.tone != Tone::Plain) classes += (classes.empty() ? "" : " ") + std::string(classOf(cell.tone));
        return "<td" + attribute(classes) + ">" + htmlEscaped(cell.text) + "</td>";
    }
    /// Our own numbers; their line breaks stay.
    static std::string escapedLines(const std::string& text) {
        std::string html;
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            html += htmlEscaped(text.substr(begin, end - begin)) + "\n";
            begin = end + 1;
        }
        return html;
    }
};

}  // namespace

std::string htmlEscaped(const std::string& text) {
    std::string html;
    for (const char c : validUtf8(printable(text))) switch (c) {
            case '&': html += "&amp;"; break;
            case '<': html += "&lt;"; break;
            case '>': html += "&gt;"; break;
            case '"': html += "&quot;"; break;
            case '\'': html += "&#39;"; break;
            default: html += c;
        }
    return html;
}

std::string toHtml(const Report& report) {
    const Document document = makeDocument(report);
    std::string html =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
        htmlEscaped(document.title) + "</title>\n<style>" + style() + "</style></head>\n<body><main>\n<h1>" +
        htmlEscaped(document.title) + "</h1>\n<p class=\"sub\">" + htmlEscaped(document.subtitle) + "</p>\n";
    for (const Section& section : document.sections) {
        html += "<section>\n";
        if (!section.title.empty()) html += "<h2>" + htmlEscaped(section.title) + "</h2>\n";
        for (const Block& block : section.blocks) html += std::visit(HtmlWriter(), block);
        html += "</section>\n";
    }
    return html + "</main></body></html>\n";
}

}  // namespace bitdesk
