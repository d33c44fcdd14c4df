// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/format.h"

#include <QTextDocument>
#include <algorithm>
#include <cmath>

namespace bitdesk {

QString formatSigned(double value, int digits) {
    return (value < 0 ? QStringLiteral("−") : QStringLiteral("+")) + QString::number(std::abs(value), 'f', digits);
}

QString formatError(double error) { return QStringLiteral("%1 %").arg(formatSigned(100 * error, 1)); }

QString printable(const std::string& text) {
    constexpr qsizetype kLongest = 300;
    QString line = QString::fromStdString(text);
    if (line.size() > kLongest) line = line.left(kLongest - 1) + QStringLiteral("…");
    for (QChar& c : line) {
        if (c.isSpace()) c = QLatin1Char(' ');
        else if (!c.isPrint()) c = QChar::ReplacementCharacter;
    }
    return line;
}

QString toolTipOf(const QString& plain) { return Qt::convertFromPlainText(plain, Qt::WhiteSpaceNormal); }

QString stopReasonText(const std::string& reason) {
    if (reason == "target") return QStringLiteral("the interval is narrow enough");
    if (reason == "plateau") return QStringLiteral("more runs no longer narrow the interval");
    if (reason == "time") return QStringLiteral("the time was up");
    if (reason == "count") return QStringLiteral("the most runs allowed were taken");
    return reason.empty() ? QStringLiteral("not recorded") : printable(reason);
}

TimeUnit TimeUnit::forLongest(double longestMs) {
    if (longestMs < 1) return {.perMs = 1e3, .digits = longestMs < 0.01 ? 2 : 1, .name = QStringLiteral("µs")};
    return {.perMs = 1, .digits = longestMs < 10 ? 3 : longestMs < 100 ? 2 : 1, .name = QStringLiteral("ms")};
}

TimeUnit TimeUnit::forFigure(double ms, double halfMs) {
    TimeUnit unit = forLongest(ms);
    if (halfMs > 0)
        unit.digits =
            std::max(unit.digits, static_cast<int>(std::ceil(-std::log10(std::clamp(unit.perMs * halfMs, 1e-5, 1.0)))));
    return unit;
}

QString shortMix(const BitConfiguration& bits) {
    constexpr qsizetype kLongest = 20, kEnd = 8;
    QString text;
    for (const int width : bits.bits)
        text += width < 10 ? QString::number(width) : QStringLiteral("(%1)").arg(width);  // a digit a layer
    if (text.size() > kLongest) text = text.left(kEnd) + QStringLiteral("…") + text.right(kEnd);
    return text;
}

QString shortLayerName(const std::string& name) {
    QString text = printable(name);
    return text.replace(QStringLiteral("stage"), QStringLiteral("s"))
        .replace(QStringLiteral(".block"), QStringLiteral(".b"))
        .replace(QStringLiteral("shortcut"), QStringLiteral("short"));
}

}  // namespace bitdesk
