// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace bitdesk {

/// A position or count as the containers take it. It must not be negative. Kernels of every instruction set call it: a
/// function of its own, compiled for one of them, must never be what the linker keeps for all.
[[gnu::always_inline]] constexpr std::size_t toIndex(std::int64_t number) { return static_cast<std::size_t>(number); }

}  // namespace bitdesk
