// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QAction>
#include <QIcon>
#include <QKeySequence>
#include <QLatin1String>

namespace bitdesk {

/// An action of a window, with its shortcut in the tool tip. `iconName` empty: none.
template <typename Window, typename Slot>
QAction* makeAction(Window* window, const char* iconName, const QString& text, const QKeySequence& key, Slot slot) {
    auto* action = new QAction(text, window);
    if (*iconName != 0) action->setIcon(QIcon(QStringLiteral(":/icons/%1.svg").arg(QLatin1String(iconName))));
    action->setShortcut(key);
    if (!key.isEmpty()) action->setToolTip(QStringLiteral("%1 (%2)").arg(text, key.toString(QKeySequence::NativeText)));
    QObject::connect(action, &QAction::triggered, window, slot);
    return action;
}

}  // namespace bitdesk
