// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cairo.h>
#include <pango/pango.h>
#include <pango/pangocairo.h>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "core/report/document.h"

namespace bitdesk {

/// The letters of a document that no font of this machine has: they are drawn as boxes with their numbers, and a reader
/// must be told. One thread.
class MissingLetters {
public:
    /// Called with each text as it is laid out.
    void look(PangoLayout& layout);
    bool any() const { return !m_missing.empty(); }
    /// Which letters, of which scripts, and the Debian packages that have them: one sentence in plain ASCII.
    std::string sentence() const;

private:
    std::set<std::uint32_t> m_missing, m_present;
};

struct PdfRelease {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(cairo_t* context) const { cairo_destroy(context); }
    void operator()(PangoLayout* layout) const { g_object_unref(layout); }
    void operator()(PangoContext* context) const { g_object_unref(context); }
    void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
    void operator()(cairo_font_options_t* options) const { cairo_font_options_destroy(options); }
};
template <typename T>
using PdfOwned = std::unique_ptr<T, PdfRelease>;

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

struct PdfStyle {
    double size = 9;  ///< points
    bool bold = false, fixed = false;
    Ink ink = Ink::Text;
    PangoAlignment align = PANGO_ALIGN_LEFT;
};

/// A PDF's pages as a surface to draw on, and the letters that go on it. Lengths are points, from the upper left
/// corner.
class PdfCanvas {
public:
    /// Appends to `bytes`. Throws Error (Resource) where the machine has no font at all.
    PdfCanvas(double width, double height, const std::string& title, std::string& bytes);

    /// Of the document, as ISO 8601.
    void setDate(const std::string& iso);
    void nextPage();
    /// The last call. Throws Error (Resource) where Cairo failed.
    void finish();
    const MissingLetters& missingLetters() const { return m_letters; }

    /// Broken into lines that are at most `width` wide; 0: one line.
    PdfOwned<PangoLayout> layout(const std::string& text, const PdfStyle& style, double width) const;
    static double heightOf(PangoLayout& layout);
    static double widthOf(PangoLayout& layout);

    void show(PangoLayout& layout, double x, double y, Ink ink);
    /// One line of it, its letters on the first line's base line below y.
    void showLine(PangoLayout& layout, int line, double x, double y, Ink ink);
    /// A thin line across.
    void rule(double left, double right, double y);
    void draw(const Drawing& drawing, double x, double y, double scale);

private:
    void use(Ink ink);
    void drawShape(const LineShape& line);
    void drawShape(const RectangleShape& rectangle);
    void drawShape(const CircleShape& circle);
    void drawShape(const TextShape& text);

    PdfOwned<cairo_surface_t> m_surface;
    PdfOwned<cairo_t> m_context;
    PdfOwned<cairo_font_options_t> m_fontOptions;
    mutable MissingLetters m_letters;
};

}  // namespace bitdesk
