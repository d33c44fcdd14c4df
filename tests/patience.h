// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdlib>

namespace bitdesk::test {

/// How long a test waits before it takes something for hung, on a machine that needs less when it is idle. A slow or
/// busy one sets BITDESK_TEST_PATIENCE higher (tests/CMakeLists.txt); no test passes because of it.
inline std::chrono::milliseconds patience(std::chrono::milliseconds idle) {
    const char* factor = std::getenv("BITDESK_TEST_PATIENCE");
    return idle * (factor == nullptr ? 4 : std::atoi(factor));
}

}  // namespace bitdesk::test
