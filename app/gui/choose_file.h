// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>
#include <functional>

class QWidget;

namespace bitdesk {

// File dialogs that are not modal to the program; `chosen` is told what is chosen, if anything is.
using FileChosen = std::function<void(const QString& file)>;

/// One that is there.
void chooseFile(QWidget* parent, const QString& title, const QString& start, const QString& filter,
                const FileChosen& chosen);
void chooseFolder(QWidget* parent, const QString& title, const QString& start, const FileChosen& chosen);
/// One to write: asks whether it may be replaced where it is there. Without an ending it gets `suffix`.
void chooseNewFile(QWidget* parent, const QString& title, const QString& start, const QString& filter,
                   const QString& suffix, const FileChosen& chosen);

}  // namespace bitdesk
