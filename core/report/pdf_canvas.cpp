// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/report/pdf_canvas.h"

#include <cairo-pdf.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/report/formats.h"

namespace bitdesk {
namespace {

bool isMissing(PangoContext* context, const PangoFontDescription* font, const std::string& text) {
    const PdfOwned<PangoLayout> layout(pango_layout_new(context));
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

void addOnce(std::vector<std::string>& all, const char* one) {
    if (one != nullptr && std::ranges::find(all, one) == all.end()) all.emplace_back(one);
}

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int length) {
    static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
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
                                   fmt::join(scripts, ", "), fmt::join(letters, ", "));
    if (m_missing.size() > kNamed) text += fmt::format(" and {} more", m_missing.size() - kNamed);
    text += "), since no font of this machine has them.";
    return packages.empty() ? text : text + fmt::format(" Install {} and write it again", fmt::join(packages, ", "));
}

void checkPdf() {
    const QuietPango quiet;
    // Families are no measure: "Sans" and its like are listed where there is none behind them.
    const PdfOwned<PangoContext> context(pango_font_map_create_context(pango_cairo_font_map_get_default()));
    const PdfOwned<PangoLayout> layout(pango_layout_new(context.get()));
    pango_layout_set_text(layout.get(), "Bitdesk 0", -1);  // letters of the program's own words
    if (pango_layout_get_unknown_glyphs_count(layout.get()) > 0)
        throw Error(ErrorKind::Resource, "a PDF", "cannot be written: this machine has no font",
                    "Install one, such as Debian's fonts-dejavu-core, or choose another format");
}

PdfCanvas::PdfCanvas(double width, double height, const std::string& title, std::string& bytes)
    : m_surface(cairo_pdf_surface_create_for_stream(append, &bytes, width, height)),
      m_context(cairo_create(m_surface.get())),
      m_fontOptions(cairo_font_options_create()) {
    cairo_pdf_surface_set_metadata(m_surface.get(), CAIRO_PDF_METADATA_TITLE, validUtf8(title).c_str());
    cairo_pdf_surface_set_metadata(m_surface.get(), CAIRO_PDF_METADATA_AUTHOR, "Bitdesk");
    checkPdf();
    // A page has no pixels to fit letters to.
    cairo_font_options_set_hint_style(m_fontOptions.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(m_fontOptions.get(), CAIRO_HINT_METRICS_OFF);
}

void PdfCanvas::setDate(const std::string& iso) {
    cairo_pdf_surface_set_metadata(m_surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, iso.c_str());
}

void PdfCanvas::nextPage() { cairo_show_page(m_context.get()); }

void PdfCanvas::finish() {
    nextPage();
    m_context.reset();
    cairo_surface_finish(m_surface.get());
    if (cairo_surface_status(m_surface.get()) != CAIRO_STATUS_SUCCESS)
        throw Error(ErrorKind::Resource, "the PDF", cairo_status_to_string(cairo_surface_status(m_surface.get())));
}

PdfOwned<PangoLayout> PdfCanvas::layout(const std::string& text, const PdfStyle& style, double width) const {
    PdfOwned<PangoLayout> result(pango_cairo_create_layout(m_context.get()));
    PangoContext* const context = pango_layout_get_context(result.get());
    pango_cairo_context_set_font_options(context, m_fontOptions.get());
    pango_context_set_round_glyph_positions(context, FALSE);
    const PdfOwned<PangoFontDescription> font(pango_font_description_new());
    pango_font_description_set_family(font.get(),
                                      style.fixed ? "DejaVu Sans Mono, monospace" : "DejaVu Sans, sans-serif");
    pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
    pango_font_description_set_weight(font.get(), style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(result.get(), font.get());
    if (width > 0) pango_layout_set_width(result.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(result.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(result.get(), style.align);
    const std::string valid = validUtf8(text);
    pango_layout_set_text(result.get(), valid.data(), static_cast<int>(valid.size()));
    m_letters.look(*result);
    return result;
}

double PdfCanvas::heightOf(PangoLayout& layout) {
    int width = 0, height = 0;
    pango_layout_get_size(&layout, &width, &height);
    return static_cast<double>(height) / PANGO_SCALE;
}

double PdfCanvas::widthOf(PangoLayout& layout) {
    int width = 0, height = 0;
    pango_layout_get_size(&layout, &width, &height);
    return static_cast<double>(width) / PANGO_SCALE;
}

void PdfCanvas::show(PangoLayout& layout, double x, double y, Ink ink) {
    use(ink);
    cairo_move_to(m_context.get(), x, y);
    pango_cairo_show_layout(m_context.get(), &layout);
}

void PdfCanvas::showLine(PangoLayout& layout, int line, double x, double y, Ink ink) {
    use(ink);
    cairo_move_to(m_context.get(), x, y + static_cast<double>(pango_layout_get_baseline(&layout)) / PANGO_SCALE);
    pango_cairo_show_layout_line(m_context.get(), pango_layout_get_line_readonly(&layout, line));
}

void PdfCanvas::rule(double left, double right, double y) {
    use(Ink::Line);
    cairo_set_line_width(m_context.get(), 0.5);
    cairo_move_to(m_context.get(), left, y);
    cairo_line_to(m_context.get(), right, y);
    cairo_stroke(m_context.get());
}

void PdfCanvas::draw(const Drawing& drawing, double x, double y, double scale) {
    cairo_save(m_context.get());
    cairo_translate(m_context.get(), x, y);
    cairo_scale(m_context.get(), scale, scale);
    for (const DrawnShape& shape : drawing.shapes) std::visit([this](const auto& s) { drawShape(s); }, shape);
    cairo_restore(m_context.get());
}

void PdfCanvas::use(Ink ink) {
    constexpr int kHairLine = 0xd5dcdf;  // on paper darker than on a screen
    constexpr double kMost = 255;
    const int rgb = ink == Ink::Line ? kHairLine : rgbOf(ink, ColourScheme::Light);
    cairo_set_source_rgb(m_context.get(), (rgb >> 16) / kMost, (rgb >> 8 & 0xFF) / kMost, (rgb & 0xFF) / kMost);
}

void PdfCanvas::drawShape(const LineShape& line) {
    use(line.ink);
    cairo_set_line_width(m_context.get(), line.width);
    cairo_new_path(m_context.get());
    for (const Point& p : line.points) cairo_line_to(m_context.get(), p.x, p.y);
    cairo_stroke(m_context.get());
}

void PdfCanvas::drawShape(const RectangleShape& r) {
    use(r.fill);
    cairo_rectangle(m_context.get(), r.corner.x, r.corner.y, r.width, r.height);
    cairo_fill(m_context.get());
}

void PdfCanvas::drawShape(const CircleShape& c) {
    use(c.ink);
    cairo_new_path(m_context.get());
    cairo_arc(m_context.get(), c.centre.x, c.centre.y, c.radius, 0, 2 * M_PI);
    cairo_set_line_width(m_context.get(), 0.8);
    if (c.filled) cairo_fill(m_context.get());
    else cairo_stroke(m_context.get());
}

void PdfCanvas::drawShape(const TextShape& t) {
    const PdfStyle style{.size = t.style.size, .bold = t.style.bold, .ink = t.style.ink};
    const auto letters = layout(t.text, style, 0);
    const double width = widthOf(*letters);
    const double shift = t.style.anchor == Anchor::Start ? 0 : t.style.anchor == Anchor::Middle ? width / 2 : width;
    cairo_save(m_context.get());
    cairo_translate(m_context.get(), t.at.x, t.at.y);
    if (!t.style.upright) cairo_rotate(m_context.get(), -M_PI / 2);
    show(*letters, -shift, -static_cast<double>(pango_layout_get_baseline(letters.get())) / PANGO_SCALE, style.ink);
    cairo_restore(m_context.get());
}

}  // namespace bitdesk
