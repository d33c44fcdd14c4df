// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/report/document.h"

// The formats, one file each; catalogue.cpp lists them.
namespace bitdesk {

/// One file without scripts that asks the network for nothing.
std::string toHtml(const Report& report);
/// A4 pages by Cairo and Pango; letters that no font has are noted on the last page and beside the file. Throws Error
/// (Resource) where the machine has no font at all.
ReportFile toPdf(const Report& report);
/// Throws that error before the work.
void checkPdf();
/// At most 60 000 characters, so that it fits a comment; what is too long is cut and says so.
std::string toMarkdown(const Report& report);
/// A row a subject, then a row a point of the trade-off.
std::string toCsv(const Report& report);
/// All of it; readReportJson() reads it back.
std::string toJson(const Report& report);

/// Text for HTML and SVG: printable, valid UTF-8, markup escaped.
std::string htmlEscaped(const std::string& text);

}  // namespace bitdesk
