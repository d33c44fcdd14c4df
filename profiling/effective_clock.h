// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

namespace bitdesk {

/// The clock in MHz at which the calling thread's core works just now, from the time that dependent additions take: one
/// a cycle. Unlike what the system reports, it is also there in virtual machines and shows throttling of any cause.
/// Takes 1 ms at a steady clock, at most 10 ms where the core still speeds up. Nothing on CPUs other than x86-64 and
/// 64-bit ARM, or where other work never left the core alone. Where cores differ, it is the one's that was hit.
std::optional<double> measureEffectiveMHz();

}  // namespace bitdesk
