// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <algorithm>
#include <string_view>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/report/formats.h"

namespace bitdesk {
namespace {

constexpr std::size_t kMostCharacters = 60'000;
constexpr std::size_t kMostRows = 60, kMostCell = 300;

std::string cut(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "…";
}

/// Plain text: nothing in it is markup, a mention, a reference or a link of its own.
std::string escaped(const std::string& text) {
    constexpr std::string_view kMarkup = "\\`*_{}[]()+!|~$";
    std::string markdown;
    const std::string clean = cut(validUtf8(printable(text)), kMostCell);
    for (std::size_t i = 0; i < clean.size(); ++i) {
        const char c = clean[i];
        if (c == '<') markdown += "&lt;";
        else if (c == '>') markdown += "&gt;";
        else if (c == '&') markdown += "&amp;";
        else if (c == '@') markdown += "@\u200b";                                     // no mention
        else if (c == ':' && clean.compare(i, 3, "://") == 0) markdown += ":\u200b";  // no link
        else if (c == '#') markdown += "\\#\u200b";                                   // no reference to an issue
        else if (((c == '-' || c == '=') && i == 0) || kMarkup.find(c) != std::string_view::npos)
            markdown += std::string("\\") + c;
        else markdown += c;
    }
    return markdown;
}

/// A fence that the text cannot end.
std::string fenced(const std::string& text) {
    std::size_t longest = 0, run = 0;
    for (const char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const std::string fence(std::max<std::size_t>(longest + 1, 3), '`');
    return fence + "sh\n" + validUtf8(text) + "\n" + fence + "\n";
}

struct MarkdownWriter {
    std::string operator()(const TextBlock& block) const {
        return (block.lead ? "**" + escaped(block.text) + "**" : escaped(block.text)) + "\n\n";
    }
    std::string operator()(const TableBlock& block) const {
        std::string markdown = block.caption.empty() ? "" : escaped(block.caption) + "\n\n";
        std::string rule = "|";
        markdown += "|";
        for (const Column& column : block.columns) {
            markdown += " " + escaped(column.title) + " |";
            rule += column.number ? "---:|" : "---|";
        }
        markdown += "\n" + rule + "\n";
        for (std::size_t i = 0; i < std::min(block.rows.size(), kMostRows); ++i) {
            markdown += "|";
            for (const Cell& cell : block.rows[i]) markdown += " " + escaped(cell.text) + " |";
            markdown += "\n";
        }
        if (block.rows.size() > kMostRows)
            markdown += fmt::format("\n… and {} more rows\n", block.rows.size() - kMostRows);
        return markdown + "\n";
    }
    std::string operator()(const FigureBlock&) const { return {}; }
    std::string operator()(const ListBlock& block) const {
        std::string markdown;
        for (std::size_t i = 0; i < std::min(block.entries.size(), kMostRows); ++i)
            markdown += "- " + escaped(block.entries[i].text) + "\n";
        if (block.entries.size() > kMostRows)
            markdown += fmt::format("- … and {} more\n", block.entries.size() - kMostRows);
        return markdown + "\n";
    }
    std::string operator()(const CodeBlock& block) const { return fenced(cut(block.text, 8000)) + "\n"; }
    std::string operator()(const FineBlock&) const { return {}; }
};

std::string sectionText(const Section& section) {
    std::string body;
    for (const Block& block : section.blocks) body += std::visit(MarkdownWriter(), block);
    if (body.empty()) return {};
    if (section.title.empty()) return body;
    if (section.detail)
        return "<details>\n<summary>" + htmlEscaped(section.title) + "</summary>\n\n" + body + "</details>\n\n";
    return "## " + escaped(section.title) + "\n\n" + body;
}

}  // namespace

std::string toMarkdown(const Report& report) {
    const Document document = makeDocument(report);
    std::string markdown = "# " + escaped(document.title) + "\n\n" + escaped(document.subtitle) + "\n\n";
    std::size_t left = 0;
    for (const Section& section : document.sections) {
        const std::string text = sectionText(section);
        if (markdown.size() + text.size() > kMostCharacters - 200) ++left;
        else markdown += text;
    }
    if (left > 0) markdown += fmt::format("_{} section(s) were too long for a comment: see the HTML or PDF._\n", left);
    return markdown;
}

}  // namespace bitdesk
