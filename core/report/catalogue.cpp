// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>

#include "core/base/error.h"
#include "core/report/formats.h"

namespace bitdesk {
namespace {

/// A format with nothing to be told of.
template <std::string (*Write)(const Report&)>
ReportFile plain(const Report& report) {
    return {Write(report), {}};
}

}  // namespace

const std::vector<ReportFormat>& reportFormats() {
    static const std::vector<ReportFormat> kFormats{{"html", "Web page", plain<toHtml>},
                                                    {"pdf", "PDF", toPdf, checkPdf},
                                                    {"md", "Markdown", plain<toMarkdown>},
                                                    {"csv", "Table (CSV)", plain<toCsv>},
                                                    {"json", "Session (JSON)", plain<toJson>}};
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

void checkReportFile(const std::string& file) {
    const ReportFormat& format = reportFormatOf(file);
    try {
        if (format.check != nullptr) format.check();
    } catch (const Error& error) {
        throw Error(error.kind(), file, error.reason(), error.hint());
    }
}

}  // namespace bitdesk
