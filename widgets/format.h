// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>
#include <string>

#include "core/present/words.h"

namespace bitdesk {

// u"text"_s, wherever the window has a text of its own.
using namespace Qt::StringLiterals;

/// A text from a file as one short line: no control, direction or line-breaking characters.
QString shownText(const std::string& text);

/// A layer's name in little room: "stage1.block2.shortcut" is "s1.b2.short".
QString shortLayerName(const std::string& name);

/// "−41.2 %" for predicted / measured − 1: negative where too little was predicted. The one convention of the window.
QString formatError(double error);

/// Plain text for a tool tip: what looks like markup is shown, long lines wrap.
QString toolTipOf(const QString& plain);

/// Why sampling ended (Measurement::stopReason), in plain words.
QString stopReasonText(const std::string& reason);

/// TimeScale for labels: the same digits, with a true minus.
struct TimeUnit {
    TimeScale scale;
    double perMs = scale.perMs;
    QString name = QString::fromUtf8(scale.name);

    static TimeUnit forLongest(double longestMs) { return {.scale = TimeScale::forLongest(longestMs)}; }
    QString number(double ms) const;
    /// "[410.10, 414.00]"
    QString interval(const Interval& ms) const;
};

}  // namespace bitdesk
