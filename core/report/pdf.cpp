// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <pango/pangocairo.h>
#include <algorithm>

#include "core/report/formats.h"
#include "core/report/pdf_canvas.h"

namespace bitdesk {
namespace {

constexpr double kPageWidth = 595.28, kPageHeight = 841.89;  // A4
constexpr double kMargin = 37.5, kFooter = 24;
constexpr double kWidth = kPageWidth - 2 * kMargin;

Ink inkOf(Tone tone) {
    switch (tone) {
        case Tone::Good: return Ink::Good;
        case Tone::Bad: return Ink::Bad;
        case Tone::Muted: return Ink::Muted;
        case Tone::Plain: break;
    }
    return Ink::Text;
}

/// Pages that fill from the top; everything is placed at m_y and moves it down.
class Pages {
public:
    Pages(const Document& document, std::string& bytes)
        : m_title(document.title), m_canvas(kPageWidth, kPageHeight, document.title, bytes) {}

    void setDate(const std::string& iso) { m_canvas.setDate(iso); }
    void finish() {
        addFooter();
        m_canvas.finish();
    }
    const MissingLetters& missingLetters() const { return m_canvas.missingLetters(); }

    void space(double height) { m_y += height; }
    /// Begins a page where less is left.
    void need(double height) {
        if (m_y + height > kPageHeight - kMargin - kFooter && m_y > kMargin) nextPage();
    }

    void paragraph(const std::string& text, const PdfStyle& style, double indent = 0) {
        // A line at a time, so that a long text goes on over pages.
        const auto layout = m_canvas.layout(text, style, kWidth - indent);
        place(*layout, kMargin + indent, style);
    }

    void bullet(const Cell& entry) {
        need(14);
        const double y = m_y;
        const PdfStyle style{.ink = inkOf(entry.tone)};
        const auto layout = m_canvas.layout("•", style, 10);
        m_canvas.show(*layout, kMargin + 2, y, style.ink);
        paragraph(entry.text, style, 12);
        space(1.5);
    }

    void table(const TableBlock& block) {
        if (!block.caption.empty()) paragraph(block.caption, {.size = 8, .ink = Ink::Muted});
        const std::vector<double> widths = columnWidths(block);
        head(block, widths);
        for (const auto& row : block.rows) {
            const double height = rowHeight(row, block, widths, false);
            if (m_y + height > kPageHeight - kMargin - kFooter) {
                nextPage();
                head(block, widths);
            }
            drawRow(row, block, widths, false);
        }
        space(8);
    }

    /// What a figure is enlarged by, so that it fits the page's width, and with its heading its height.
    static double fitOf(const FigureBlock& block) {
        constexpr double kRest = 70;
        return std::min(kWidth / block.drawing.width,
                        (kPageHeight - 2 * kMargin - kFooter - kRest) / block.drawing.height);
    }
    static double heightOf(const FigureBlock& block) { return block.drawing.height * fitOf(block) + 24; }

    void figure(const FigureBlock& block) {
        const double fit = fitOf(block);
        need(heightOf(block));
        m_canvas.draw(block.drawing, kMargin, m_y, fit);
        space(block.drawing.height * fit + 2);
        paragraph(block.caption, {.size = 8, .ink = Ink::Muted});
        space(8);
    }

private:
    void place(PangoLayout& layout, double x, const PdfStyle& style) {
        const int lines = pango_layout_get_line_count(&layout);
        const double line = PdfCanvas::heightOf(layout) / std::max(lines, 1);
        for (int i = 0; i < lines; ++i) {
            need(line);
            m_canvas.showLine(layout, i, x, m_y, style.ink);
            m_y += line;
        }
    }

    /// By what the cells need, narrowed to the page: the widest give first.
    std::vector<double> columnWidths(const TableBlock& block) const {
        constexpr double kLeast = 18, kGap = 6;
        std::vector<double> wanted;
        for (std::size_t c = 0; c < block.columns.size(); ++c) {
            const auto widthOf = [&](const Cell& cell, bool isHead) {
                return PdfCanvas::widthOf(*m_canvas.layout(cell.text, styleOf(cell, block.columns[c], isHead), 0));
            };
            constexpr std::size_t kLooked = 200;
            double width = widthOf({block.columns[c].title}, true);
            for (std::size_t r = 0; r < std::min(block.rows.size(), kLooked); ++r)
                width = std::max(width, widthOf(block.rows[r][c], false));
            wanted.push_back(std::max(width + kGap, kLeast));
        }
        double low = kLeast, high = kWidth;
        const auto total = [&](double most) {
            double sum = 0;
            for (const double width : wanted) sum += std::min(width, most);
            return sum;
        };
        if (total(high) <= kWidth) return wanted;
        for (int i = 0; i < 30; ++i) (total((low + high) / 2) > kWidth ? high : low) = (low + high) / 2;
        for (double& width : wanted) width = std::min(width, low);
        return wanted;
    }

    static PdfStyle styleOf(const Cell& cell, const Column& column, bool isHead) {
        return {.size = 7,
                .bold = isHead,
                .ink = inkOf(cell.tone),
                .align = column.number ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT};
    }

    double rowHeight(const std::vector<Cell>& row, const TableBlock& block, const std::vector<double>& widths,
                     bool isHead) const {
        double height = 0;
        for (std::size_t c = 0; c < row.size(); ++c)
            height = std::max(height, PdfCanvas::heightOf(*m_canvas.layout(
                                          row[c].text, styleOf(row[c], block.columns[c], isHead), widths[c] - 6)));
        return height + 4;
    }

    void head(const TableBlock& block, const std::vector<double>& widths) {
        std::vector<Cell> titles;
        for (const Column& column : block.columns) titles.push_back({column.title, Tone::Muted});
        const bool untitled = std::ranges::all_of(titles, [](const Cell& cell) { return cell.text.empty(); });
        need(3 * rowHeight(titles, block, widths, true));
        if (!untitled) drawRow(titles, block, widths, true);
    }

    void drawRow(const std::vector<Cell>& row, const TableBlock& block, const std::vector<double>& widths,
                 bool isHead) {
        const double height = rowHeight(row, block, widths, isHead);
        double x = kMargin;
        for (std::size_t c = 0; c < row.size(); ++c) {
            const PdfStyle style = styleOf(row[c], block.columns[c], isHead);
            m_canvas.show(*m_canvas.layout(row[c].text, style, widths[c] - 6), x, m_y + 2, style.ink);
            x += widths[c];
        }
        m_canvas.rule(kMargin, x, m_y + height);
        m_y += height;
    }

    void addFooter() {
        const PdfStyle style{.size = 7, .ink = Ink::Muted};
        const auto left = m_canvas.layout(m_title, style, kWidth - 60);
        pango_layout_set_ellipsize(left.get(), PANGO_ELLIPSIZE_END);
        pango_layout_set_height(left.get(), -1);
        m_canvas.show(*left, kMargin, kPageHeight - kMargin - 8, style.ink);
        PdfStyle right = style;
        right.align = PANGO_ALIGN_RIGHT;
        m_canvas.show(*m_canvas.layout(std::to_string(++m_page), right, 40), kPageWidth - kMargin - 40,
                      kPageHeight - kMargin - 8, right.ink);
    }

    void nextPage() {
        addFooter();
        m_canvas.nextPage();
        m_y = kMargin;
    }

    std::string m_title;
    PdfCanvas m_canvas;
    double m_y = kMargin;
    int m_page = 0;
};

/// Much small text: what does not fit on a page or so is left to the other formats.
void addFine(Pages& pages, const FineBlock& block) {
    constexpr std::size_t kMost = 7000;
    pages.need(30);
    pages.paragraph(block.title, {.size = 8, .bold = true});
    const bool cut = block.text.size() > kMost;
    std::string text = cut ? block.text.substr(0, block.text.rfind('\n', kMost)) : block.text;
    std::ranges::replace(text, '\n', ' ');
    pages.paragraph(text, {.size = 5, .fixed = true, .ink = Ink::Muted});
    if (cut) pages.paragraph("… all of them are in the HTML, CSV and JSON.", {.size = 7, .ink = Ink::Muted});
    pages.space(6);
}

struct Placer {
    Pages& pages;

    void operator()(const TextBlock& block) const {
        pages.paragraph(block.text, {.size = block.lead ? 11.0 : 9.0, .bold = block.lead, .ink = inkOf(block.tone)});
        pages.space(6);
    }
    void operator()(const TableBlock& block) const { pages.table(block); }
    void operator()(const FigureBlock& block) const { pages.figure(block); }
    void operator()(const ListBlock& block) const {
        for (const Cell& entry : block.entries) pages.bullet(entry);
        pages.space(6);
    }
    void operator()(const CodeBlock& block) const { pages.paragraph(block.text, {.size = 8, .fixed = true}); }
    void operator()(const FineBlock& block) const { addFine(pages, block); }
};

}  // namespace

ReportFile toPdf(const Report& report) {
    const QuietPango quiet;
    const Document document = makeDocument(report);
    ReportFile file;
    Pages pages(document, file.bytes);
    pages.setDate(report.input.createdAt);
    pages.paragraph(document.title, {.size = 17, .bold = true});
    pages.paragraph(document.subtitle, {.size = 8, .ink = Ink::Muted});
    pages.space(12);
    for (const Section& section : document.sections) {
        if (!section.title.empty()) {
            pages.space(6);
            // A title does not stand alone at the end of a page.
            const auto* figure = section.blocks.empty() ? nullptr : std::get_if<FigureBlock>(&section.blocks.front());
            pages.need(figure != nullptr ? Pages::heightOf(*figure) + 30 : 60);
            pages.paragraph(section.title, {.size = 12, .bold = true});
            pages.space(4);
        }
        for (const Block& block : section.blocks) std::visit(Placer{pages}, block);
    }
    if (pages.missingLetters().any()) {
        file.notes.push_back("PDF: " + pages.missingLetters().sentence());
        pages.space(6);
        pages.paragraph(pages.missingLetters().sentence() + ".", {.ink = Ink::Bad});
    }
    pages.finish();
    return file;
}

}  // namespace bitdesk
