// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QFileInfo>
#include <QString>

namespace bitdesk {

/// A name that a command line finds from anywhere; those that are no files stay.
inline QString absoluteName(const QString& spec) {
    return QFileInfo::exists(spec) ? QFileInfo(spec).absoluteFilePath() : spec;
}

}  // namespace bitdesk
