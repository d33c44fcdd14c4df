// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/format.h"

#include <QTextDocument>

#include "core/base/error.h"
#include "core/present/words.h"

namespace bitdesk {

QString formatError(double error) { return QString::fromStdString(signedText(100 * error, 1) + " %"); }

QString shownText(const std::string& text) {
    constexpr qsizetype kLongest = 300;
    const QString line = QString::fromStdString(printable(text));
    return line.size() > kLongest ? line.left(kLongest - 1) + u"…"_s : line;
}

QString toolTipOf(const QString& plain) { return Qt::convertFromPlainText(plain, Qt::WhiteSpaceNormal); }

QString stopReasonText(const std::string& reason) {
    if (reason == "target") return u"the interval is narrow enough"_s;
    if (reason == "plateau") return u"more runs no longer narrow the interval"_s;
    if (reason == "time") return u"the time was up"_s;
    if (reason == "count") return u"the most runs allowed were taken"_s;
    return reason.empty() ? u"not recorded"_s : shownText(reason);
}

QString TimeUnit::number(double ms) const {
    return QString::fromStdString(scale.number(ms)).replace(QLatin1Char('-'), QChar(0x2212));
}

QString TimeUnit::interval(const Interval& ms) const { return u"[%1, %2]"_s.arg(number(ms.low), number(ms.high)); }

QString shortLayerName(const std::string& name) {
    QString text = shownText(name);
    return text.replace(u"stage"_s, u"s"_s).replace(u"block"_s, u"b"_s).replace(u"shortcut"_s, u"short"_s);
}

}  // namespace bitdesk
