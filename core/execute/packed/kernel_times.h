// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/execute/packed/kernels/catalogue.h"

namespace bitdesk::packed {

/// What a kernel's time depends on, besides the machine.
struct TimedProblem {
    const ConvProblem& problem;
    Isa isa;
    std::size_t bytesBetween;  ///< read between two runs
    bool writesValues;         ///< a residual is added, and float values are written besides codes
};

/// How long each kernel took for a problem on this machine, in microseconds, kept in a JSON file between programs. The
/// file is a cache: one that is unreadable or damaged counts as empty and is replaced. Thread-safe.
class KernelTimes {
public:
    /// `file` empty: kept in memory alone.
    explicit KernelTimes(std::filesystem::path file);

    std::optional<double> find(const TimedProblem& problem, const ConvKernel& kernel) const;
    void set(const TimedProblem& problem, const ConvKernel& kernel, double microseconds);
    /// Writes what is new, together with what others wrote meanwhile. A folder that cannot be written is no error.
    void save();

    /// $XDG_CACHE_HOME/bitdesk/kernel-times.json, else ~/.cache/…; empty where neither is known.
    static std::filesystem::path defaultFile();

private:
    using Table = std::map<std::string, std::map<std::string, double>>;
    static Table read(const std::filesystem::path& file);

    mutable std::mutex m_mutex;
    std::filesystem::path m_file;
    Table m_times, m_new;
};

}  // namespace bitdesk::packed
