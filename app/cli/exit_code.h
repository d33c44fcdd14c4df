// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/base/error.h"

namespace bitdesk::cli {

/// What scripts are told of a failure; 0 is success, 1 a limit that does not hold.
constexpr int exitCode(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Usage: return 2;
        case ErrorKind::BadInput: return 3;
        case ErrorKind::Resource: return 4;
        case ErrorKind::Internal: break;
    }
    return 5;
}
constexpr int kInterrupted = 130;  ///< as a shell tells of Ctrl+C

}  // namespace bitdesk::cli
