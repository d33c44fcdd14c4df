// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/machine_files.h"

namespace bitdesk {

/// Bytes of this process that lie in memory now; nothing where the system does not tell.
std::optional<std::int64_t> residentBytes(const MachineFiles& files = {});

/// The most bytes of this process that lay in memory since this was made. There is one peak per process: a second
/// ResidentPeak starts it anew for the first as well. Recent kernels count a page only after a while, so that a figure
/// may be some hundred KiB too low.
class ResidentPeak {
public:
    explicit ResidentPeak(const MachineFiles& files = {});

    /// Nothing where the system does not tell.
    std::optional<std::int64_t> bytes() const;
    /// False where the system refused to start a new peak: `bytes()` is then of the process's whole life.
    bool sinceReset() const { return m_sinceReset; }
    /// What `bytes()` is the peak of, in words for a reader.
    const char* scope() const;

private:
    MachineFiles m_files;
    bool m_sinceReset;
};

}  // namespace bitdesk
