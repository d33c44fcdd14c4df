// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>

namespace bitdesk {

/// The clock in MHz at which the calling thread's core works just now, from the time that dependent additions take: one
/// a cycle. Unlike what the system reports, it is also there in virtual machines and shows throttling of any cause.
/// Takes 1 ms at a steady clock, at most 10 ms where the core still speeds up. Nothing on CPUs other than x86-64 and
/// 64-bit ARM, or where other work never left the core alone. Where cores differ, it is the one's that was hit.
std::optional<double> measureEffectiveMHz();

/// Nanoseconds that a cache line takes from one CPU to another and back: the longest median between the first of `cpus`
/// and up to seven of the others. Some 50 to 100 where they share a cache, several times that where they do not; a
/// virtual machine's host may move them apart while a program runs, and no file says so. Threads that share a layer pay
/// it several times in each. About a millisecond a pair. Nothing with fewer than two CPUs, where a thread cannot be
/// bound to one, or where other work held the CPUs for too long.
std::optional<double> measureHandoverNs(std::span<const int> cpus);

/// Whether two of them may be of CPUs that lie alike: a cache more or less between them is a factor of 2.5 and more,
/// noise is less. What is not known is alike.
bool alikeHandover(std::optional<double> a, std::optional<double> b);

}  // namespace bitdesk
