// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>

#include "core/base/error.h"
#include "core/report/formats.h"

namespace bitdesk {

const std::vector<ReportFormat>& reportFormats() {
    static const std::vector<ReportFormat> kFormats{
        {"html", "Web page", toHtml},
        {"pdf", "PDF", toPdf},
        {"md", "Markdown", toMarkdown},
        {"csv", "Table (CSV)", toCsv},
        {"json", "Session (JSON)", [](const Report& report) { return toJson(report); }}};
    return kFormats;
}

const ReportFormat& reportFormatOf(const std::string& file) {
    const auto dot = file.find_last_of("./");
    std::string ending = dot == std::string::npos || file[dot] == '/' ? "" : file.substr(dot + 1);
    std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto found = std::ranges::find_if(reportFormats(), [&](const ReportFormat& f) { return ending == f.ending; });
    if (found != reportFormats().end()) return *found;
    std::string known;
    for (const ReportFormat& format : reportFormats())
        known += (known.empty() ? "." : ", .") + std::string(format.ending);
    throw Error(ErrorKind::Usage, file, "has no ending that tells a format of reports", "Known: " + known);
}

}  // namespace bitdesk
