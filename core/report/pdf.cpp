// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <cairo-pdf.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/report/formats.h"
#include "core/report/missing_letters.h"

namespace bitdesk {
namespace {

constexpr double kPageWidth = 595.28, kPageHeight = 841.89;  // A4
constexpr double kMargin = 37.5, kFooter = 24;
constexpr double kWidth = kPageWidth - 2 * kMargin;

struct Colour {
    double red = 0, green = 0, blue = 0;
};
Colour colourOf(Ink ink) {
    constexpr auto rgb = [](int hex) {
        constexpr double kMost = 255;
        return Colour{(hex >> 16 & 0xFF) / kMost, (hex >> 8 & 0xFF) / kMost, (hex & 0xFF) / kMost};
    };
    switch (ink) {
        case Ink::Text: return rgb(0x1c2529);
        case Ink::Muted: return rgb(0x66757c);
        case Ink::Line: return rgb(0xd5dcdf);
        case Ink::Surface: return rgb(0xffffff);
        case Ink::Accent:
        case Ink::High: return rgb(0x0b7285);
        case Ink::Soft: return rgb(0x8fb9c3);
        case Ink::Good: return rgb(0x2b7a4b);
        case Ink::Bad: return rgb(0xa8471d);
        case Ink::Low: return rgb(0xd5e8ec);
        case Ink::Middle: return rgb(0x8cc3ce);
    }
    return {};
}
Ink inkOf(Tone tone) {
    switch (tone) {
        case Tone::Good: return Ink::Good;
        case Tone::Bad: return Ink::Bad;
        case Tone::Muted: return Ink::Muted;
        case Tone::Plain: break;
    }
    return Ink::Text;
}

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int length) {
    static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
}

struct Release {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(cairo_t* context) const { cairo_destroy(context); }
    void operator()(PangoLayout* layout) const { g_object_unref(layout); }
    void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
    void operator()(cairo_font_options_t* options) const { cairo_font_options_destroy(options); }
};
template <typename T>
using Owned = std::unique_ptr<T, Release>;

/// Pango says on standard error, in many lines, that it has no font; the program says so in one.
class QuietPango {
public:
    QuietPango() : m_handler(g_log_set_handler("Pango", G_LOG_LEVEL_WARNING, ignore, nullptr)) {}
    ~QuietPango() { g_log_remove_handler("Pango", m_handler); }
    QuietPango(const QuietPango&) = delete;
    QuietPango& operator=(const QuietPango&) = delete;

private:
    static void ignore(const char*, GLogLevelFlags, const char*, void*) {}
    guint m_handler;
};

struct Style {
    double size = 9;
    bool bold = false, fixed = false;
    Ink ink = Ink::Text;
    PangoAlignment align = PANGO_ALIGN_LEFT;
};

/// Pages that fill from the top; everything is placed at m_y and moves it down.
class Pages {
public:
    Pages(const Document& document, std::string& bytes)
        : m_title(document.title),
          m_surface(cairo_pdf_surface_create_for_stream(append, &bytes, kPageWidth, kPageHeight)),
          m_context(cairo_create(m_surface.get())) {
        cairo_pdf_surface_set_metadata(m_surface.get(), CAIRO_PDF_METADATA_TITLE, validUtf8(document.title).c_str());
        cairo_pdf_surface_set_metadata(m_surface.get(), CAIRO_PDF_METADATA_AUTHOR, "Bitdesk");
        checkFonts();
        m_fontOptions.reset(cairo_font_options_create());
        // A page has no pixels to fit letters to.
        cairo_font_options_set_hint_style(m_fontOptions.get(), CAIRO_HINT_STYLE_NONE);
        cairo_font_options_set_hint_metrics(m_fontOptions.get(), CAIRO_HINT_METRICS_OFF);
    }

    void setDate(const std::string& iso) {
        cairo_pdf_surface_set_metadata(m_surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, iso.c_str());
    }

    void finish() {
        addFooter();
        cairo_show_page(m_context.get());
        m_context.reset();
        cairo_surface_finish(m_surface.get());
        if (cairo_surface_status(m_surface.get()) != CAIRO_STATUS_SUCCESS)
            throw Error(ErrorKind::Resource, "the PDF", cairo_status_to_string(cairo_surface_status(m_surface.get())));
    }

    const MissingLetters& missingLetters() const { return m_letters; }

    void space(double height) { m_y += height; }
    /// Begins a page where less is left.
    void need(double height) {
        if (m_y + height > kPageHeight - kMargin - kFooter && m_y > kMargin) nextPage();
    }

    void paragraph(const std::string& text, const Style& style, double indent = 0) {
        // A line at a time, so that a long text goes on over pages.
        const auto layout = makeLayout(text, style, kWidth - indent);
        place(*layout, kMargin + indent, style);
    }

    void bullet(const Cell& entry) {
        need(14);
        const double y = m_y;
        const Style style{.ink = inkOf(entry.tone)};
        const auto layout = makeLayout("•", style, 10);
        show(*layout, kMargin + 2, y, style);
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
        cairo_save(m_context.get());
        cairo_translate(m_context.get(), kMargin, m_y);
        cairo_scale(m_context.get(), fit, fit);
        for (const DrawnShape& shape : block.drawing.shapes) std::visit([this](const auto& s) { draw(s); }, shape);
        cairo_restore(m_context.get());
        space(block.drawing.height * fit + 2);
        paragraph(block.caption, {.size = 8, .ink = Ink::Muted});
        space(8);
    }

private:
    void checkFonts() const {
        // Families are no measure: "Sans" and its like are listed where there is none behind them.
        const Owned<PangoLayout> layout(pango_cairo_create_layout(m_context.get()));
        if (!hasLatinFont(pango_layout_get_context(layout.get())))
            throw Error(ErrorKind::Resource, "a PDF", "cannot be written: this machine has no font",
                        "Install one, such as Debian's fonts-dejavu-core, or choose another format");
    }

    Owned<PangoLayout> makeLayout(const std::string& text, const Style& style, double width) const {
        Owned<PangoLayout> layout(pango_cairo_create_layout(m_context.get()));
        PangoContext* const context = pango_layout_get_context(layout.get());
        pango_cairo_context_set_font_options(context, m_fontOptions.get());
        pango_context_set_round_glyph_positions(context, FALSE);
        const Owned<PangoFontDescription> font(pango_font_description_new());
        pango_font_description_set_family(font.get(),
                                          style.fixed ? "DejaVu Sans Mono, monospace" : "DejaVu Sans, sans-serif");
        pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
        pango_font_description_set_weight(font.get(), style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
        pango_layout_set_font_description(layout.get(), font.get());
        if (width > 0) pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
        pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
        pango_layout_set_alignment(layout.get(), style.align);
        const std::string valid = validUtf8(text);
        pango_layout_set_text(layout.get(), valid.data(), static_cast<int>(valid.size()));
        m_letters.look(*layout);
        return layout;
    }

    static double heightOf(PangoLayout& layout) {
        int width = 0, height = 0;
        pango_layout_get_size(&layout, &width, &height);
        return static_cast<double>(height) / PANGO_SCALE;
    }
    static double widthOf(PangoLayout& layout) {
        int width = 0, height = 0;
        pango_layout_get_size(&layout, &width, &height);
        return static_cast<double>(width) / PANGO_SCALE;
    }

    void use(Ink ink) {
        const Colour c = colourOf(ink);
        cairo_set_source_rgb(m_context.get(), c.red, c.green, c.blue);
    }

    void show(PangoLayout& layout, double x, double y, const Style& style) {
        use(style.ink);
        cairo_move_to(m_context.get(), x, y);
        pango_cairo_show_layout(m_context.get(), &layout);
    }

    void place(PangoLayout& layout, double x, const Style& style) {
        const int lines = pango_layout_get_line_count(&layout);
        const double line = heightOf(layout) / std::max(lines, 1);
        for (int i = 0; i < lines; ++i) {
            need(line);
            use(style.ink);
            PangoLayoutLine* const shown = pango_layout_get_line_readonly(&layout, i);
            cairo_move_to(m_context.get(), x,
                          m_y + static_cast<double>(pango_layout_get_baseline(&layout)) / PANGO_SCALE);
            pango_cairo_show_layout_line(m_context.get(), shown);
            m_y += line;
        }
    }

    /// By what the cells need, narrowed to the page: the widest give first.
    std::vector<double> columnWidths(const TableBlock& block) const {
        constexpr double kLeast = 18, kGap = 6;
        std::vector<double> wanted;
        for (std::size_t c = 0; c < block.columns.size(); ++c) {
            double width = widthOf(*makeLayout(block.columns[c].title, headStyle(block.columns[c]), 0));
            constexpr std::size_t kLooked = 200;
            for (std::size_t r = 0; r < std::min(block.rows.size(), kLooked); ++r)
                width = std::max(width, widthOf(*makeLayout(block.rows[r][c].text,
                                                            cellStyle(block.rows[r][c], block.columns[c]), 0)));
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

    static Style headStyle(const Column& column) {
        return {.size = 7,
                .bold = true,
                .fixed = false,
                .ink = Ink::Muted,
                .align = column.number ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT};
    }
    static Style cellStyle(const Cell& cell, const Column& column) {
        return {.size = 7,
                .bold = false,
                .fixed = false,
                .ink = inkOf(cell.tone),
                .align = column.number ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT};
    }

    static Style styleOf(const Cell& cell, const Column& column, bool isHead) {
        return isHead ? headStyle(column) : cellStyle(cell, column);
    }

    double rowHeight(const std::vector<Cell>& row, const TableBlock& block, const std::vector<double>& widths,
                     bool isHead) const {
        double height = 0;
        for (std::size_t c = 0; c < row.size(); ++c)
            height = std::max(
                height, heightOf(*makeLayout(row[c].text, styleOf(row[c], block.columns[c], isHead), widths[c] - 6)));
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
            const Style style = styleOf(row[c], block.columns[c], isHead);
            show(*makeLayout(row[c].text, style, widths[c] - 6), x, m_y + 2, style);
            x += widths[c];
        }
        use(Ink::Line);
        cairo_set_line_width(m_context.get(), 0.5);
        cairo_move_to(m_context.get(), kMargin, m_y + height);
        cairo_line_to(m_context.get(), x, m_y + height);
        cairo_stroke(m_context.get());
        m_y += height;
    }

    void draw(const LineShape& line) {
        use(line.ink);
        cairo_set_line_width(m_context.get(), line.width);
        cairo_new_path(m_context.get());
        for (const Point& p : line.points) cairo_line_to(m_context.get(), p.x, p.y);
        constexpr std::array kDashes{3.0, 2.0};
        cairo_set_dash(m_context.get(), kDashes.data(), line.dashed ? 2 : 0, 0);
        cairo_stroke(m_context.get());
    }
    void draw(const RectangleShape& r) {
        use(r.fill);
        cairo_rectangle(m_context.get(), r.corner.x, r.corner.y, r.width, r.height);
        cairo_fill(m_context.get());
    }
    void draw(const CircleShape& c) {
        use(c.ink);
        cairo_new_path(m_context.get());
        cairo_arc(m_context.get(), c.centre.x, c.centre.y, c.radius, 0, 2 * M_PI);
        cairo_set_line_width(m_context.get(), 0.8);
        if (c.filled) cairo_fill(m_context.get());
        else cairo_stroke(m_context.get());
    }
    void draw(const TextShape& t) {
        const Style style{.size = t.size, .bold = t.bold, .fixed = false, .ink = t.ink};
        const auto layout = makeLayout(t.text, style, 0);
        const double width = widthOf(*layout);
        const double shift = t.anchor == Anchor::Start ? 0 : t.anchor == Anchor::Middle ? width / 2 : width;
        cairo_save(m_context.get());
        cairo_translate(m_context.get(), t.at.x, t.at.y);
        if (!t.upright) cairo_rotate(m_context.get(), -M_PI / 2);
        show(*layout, -shift, -static_cast<double>(pango_layout_get_baseline(layout.get())) / PANGO_SCALE, style);
        cairo_restore(m_context.get());
    }

    void addFooter() {
        const Style style{.size = 7, .bold = false, .fixed = false, .ink = Ink::Muted};
        const auto left = makeLayout(m_title, style, kWidth - 60);
        pango_layout_set_ellipsize(left.get(), PANGO_ELLIPSIZE_END);
        pango_layout_set_height(left.get(), -1);
        show(*left, kMargin, kPageHeight - kMargin - 8, style);
        Style right = style;
        right.align = PANGO_ALIGN_RIGHT;
        show(*makeLayout(std::to_string(++m_page), right, 40), kPageWidth - kMargin - 40, kPageHeight - kMargin - 8,
             right);
    }

    void nextPage() {
        addFooter();
        cairo_show_page(m_context.get());
        m_y = kMargin;
    }

    std::string m_title;
    Owned<cairo_surface_t> m_surface;
    Owned<cairo_t> m_context;
    Owned<cairo_font_options_t> m_fontOptions;
    mutable MissingLetters m_letters;
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
    pages.paragraph(text, {.size = 5, .bold = false, .fixed = true, .ink = Ink::Muted});
    if (cut)
        pages.paragraph("… all of them are in the HTML, CSV and JSON.",
                        {.size = 7, .bold = false, .fixed = false, .ink = Ink::Muted});
    pages.space(6);
}

struct Placer {
    Pages& pages;

    void operator()(const TextBlock& block) const {
        pages.paragraph(
            block.text,
            {.size = block.lead ? 11.0 : 9.0, .bold = block.lead, .fixed = false, .ink = inkOf(block.tone)});
        pages.space(6);
    }
    void operator()(const TableBlock& block) const { pages.table(block); }
    void operator()(const FigureBlock& block) const { pages.figure(block); }
    void operator()(const ListBlock& block) const {
        for (const Cell& entry : block.entries) pages.bullet(entry);
        pages.space(6);
    }
    void operator()(const CodeBlock& block) const {
        pages.paragraph(block.text, {.size = 8, .bold = false, .fixed = true});
    }
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
    pages.paragraph(document.subtitle, {.size = 8, .bold = false, .fixed = false, .ink = Ink::Muted});
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
