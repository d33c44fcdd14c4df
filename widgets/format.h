// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>

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

}  // namespace bitdesk
