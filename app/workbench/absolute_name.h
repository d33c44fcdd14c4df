// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>

#include "app/jobs/named_files.h"

namespace bitdesk {

inline QString absoluteName(const QString& name) {
    return QString::fromStdString(jobs::absoluteName(name.toStdString()));
}

}  // namespace bitdesk
