// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>
#include <string>

#include "core/network/bit_configuration.h"
#include "core/statistics/intervals.h"

namespace bitdesk {

/// "358.3 M": three digits or more before the unit, K, M, G or T.
inline QString formatCount(double value) {
    const char* units[] = {"", " K", " M", " G", " T"};
    int unit = 0;
    for (; value >= 1000 && unit < 4; ++unit) value /= 1000;
    return QString::number(value, 'f', value < 100 && unit > 0 ? 1 : 0) + QLatin1String(units[unit]);
}

inline QString formatKib(std::int64_t bytes) {
    return QStringLiteral("%1 KiB").arg(static_cast<double>(bytes) / 1024, 0, 'f', bytes < 102400 ? 1 : 0);
}

/// "+0.12" or "−0.12", with a true minus.
QString formatSigned(double value, int digits);

/// A text from a file as one short line: no control, direction or line-breaking characters.
QString printable(const std::string& text);

/// A mix in little room: "24444444444244"; a long one without its middle.
QString shortMix(const BitConfiguration& bits);

/// A layer's name in little room: "stage1.block2.shortcut" is "s1.b2.short".
QString shortLayerName(const std::string& name);

/// "−41.2 %" for predicted / measured − 1: negative where too little was predicted. The one convention of the window.
QString formatError(double error);

/// Plain text for a tool tip: what looks like markup is shown, long lines wrap.
QString toolTipOf(const QString& plain);

/// Why sampling ended (Measurement::stopReason), in plain words.
QString stopReasonText(const std::string& reason);

/// What a readout, a plot or a table writes its times in: one unit, one number of digits.
struct TimeUnit {
    double perMs = 1;
    int digits = 3;
    QString name = QStringLiteral("ms");

    /// Microseconds where the longest time is below a millisecond.
    static TimeUnit forLongest(double longestMs);
    /// The same of one figure, with digits enough for a spread of `halfMs`.
    static TimeUnit forFigure(double ms, double halfMs);
    QString number(double ms) const {
        return QString::number(perMs * ms, 'f', digits).replace(QLatin1Char('-'), QChar(0x2212));
    }
    /// "[410.1, 414.0]"
    QString interval(const Interval& ms) const {
        return QStringLiteral("[%1, %2]").arg(number(ms.low), number(ms.high));
    }
};

}  // namespace bitdesk
