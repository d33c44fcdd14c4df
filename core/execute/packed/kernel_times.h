// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/execute/packed/folded_codes.h"
#include "core/execute/packed/kernels/catalogue.h"
#include "core/execute/packed/kernels/kernel.h"

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

/// A packed layer with an input of random codes and an output to write to, for timing: one image on one core, codes in
/// to codes out; `writesValues`: with a residual and float values, too, as behind a sum. `packed` must outlive it.
class TrialRun {
public:
    explicit TrialRun(const PackedConv& packed, bool writesValues = false);
    TrialRun(const TrialRun&) = delete;
    TrialRun& operator=(const TrialRun&) = delete;
    void run();

private:
    const PackedConv& m_packed;
    std::vector<std::uint8_t> m_input, m_output;
    std::vector<float> m_scale, m_offset, m_values;
    FoldedCodes m_fold;
    CodeTarget m_target;
    EpilogueTask m_epilogue;
    std::vector<Band> m_bands;
    AlignedBytes m_scratch;
};

}  // namespace bitdesk::packed
