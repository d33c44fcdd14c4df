// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace bitdesk {

/// A position or count as the containers take it. It must not be negative.
constexpr std::size_t toIndex(std::int64_t number) { return static_cast<std::size_t>(number); }

}  // namespace bitdesk
