// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace bitdesk {

/// Now, as "2026-11-25T06:00:00Z" (ISO 8601, UTC).
std::string utcNow();

}  // namespace bitdesk
