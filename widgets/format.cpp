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
    return line.size() > kLongest ? line.left(kLongest - 1) + QStringLiteral("…") : line;
}

QString toolTipOf(const QString& plain) { return Qt::convertFromPlainText(plain, Qt::WhiteSpaceNormal); }

QString stopReasonText(const std::string& reason) {
    if (reason == "target") return QStringLiteral("the interval is narrow enough");
    if (reason == "plateau") return QStringLiteral("more runs no longer narrow the interval");
    if (reason == "time") return QStringLiteral("the time was up");
    if (reason == "count") return QStringLiteral("the most runs allowed were taken");
    return reason.empty() ? QStringLiteral("not recorded") : shownText(reason);
}

QString TimeUnit::number(double ms) const {
    return QString::fromStdString(scale.number(ms)).replace(QLatin1Char('-'), QChar(0x2212));
}

QString TimeUnit::interval(const Interval& ms) const {
    return QStringLiteral("[%1, %2]").arg(number(ms.low), number(ms.high));
}

QString shortLayerName(const std::string& name) {
    QString text = shownText(name);
    return text.replace(QStringLiteral("stage"), QStringLiteral("s"))
        .replace(QStringLiteral("block"), QStringLiteral("b"))
        .replace(QStringLiteral("shortcut"), QStringLiteral("short"));
}

}  // namespace bitdesk
