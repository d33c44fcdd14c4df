// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/jobs/sweep_job.h"
#include "core/base/error.h"

namespace bitdesk::jobs {

/// One sweep as a user writes it: names, not what they name (kSweepSettings). Its effort's seed is its own.
struct SweepSpec : SweepLatency {
    std::string model;
    std::uint64_t seed = 0;  ///< of random:NETWORK's weights and of random:N
    std::string data;
    std::string split = "test";
    std::int64_t limit = 0;  ///< images, 0: all
    int batch = 32;          ///< images a mini-batch
    DataChoices choices;
    std::vector<std::string> configurations;
};

/// One comparison of what the sweeps found, in one or more files (kReportSettings).
struct ReportSpec {
    std::vector<std::string> files;   ///< the ending of each tells its format
    std::string title;                ///< empty: one is made
    std::string baseline;             ///< BITS; empty: all layers at the most bits, else the sweep's first
    std::vector<std::string> failOn;  ///< limits, as "drop>0.5pp"
    bool csvBom = false;              ///< CSV begins with a byte order mark
};

/// A whole night: what docs/batch.schema.json describes. File names are as they were written; relative ones are of
/// `folder`.
struct Batch {
    std::filesystem::path file;  ///< it was read from; empty: from none
    std::filesystem::path folder;
    std::string db;  ///< empty: the user's
    std::string device = "cpu", backend;
    int threads = 0;
    std::vector<SweepSpec> sweeps;
    std::vector<ReportSpec> reports;

    /// A name of a file in the batch, from where the program runs.
    std::string resolve(const std::string& name) const;
};

/// Reads a batch file. Throws Error (BadInput) naming the file, the place in it ("sweeps[0].latency.noise") and what is
/// wrong: an unknown key, a missing one, a value of another type or out of its range.
Batch readBatch(const std::filesystem::path& file);
/// The same of a text; `where` names it.
Batch batchFromJson(const std::string& text, const std::string& where, const std::filesystem::path& folder);
/// What readBatch() reads, indented; only what differs from the defaults.
std::string toJson(const Batch& batch);

/// The command line that runs a batch of one sweep and at most one report: "bitdesk sweep …", quoted for a shell.
/// Throws Error (Usage) for one of more.
std::string toCommandLine(const Batch& batch);

// Whoever wrote a batch file has typed no option: what goes wrong is told of the file and its key.

/// The error, of what stands under `key` ("sweeps[0].data") of the batch's file: "night.json: sweeps[0].data: …". An
/// setting that it names becomes the key that stands for it. Unchanged for a batch of no file.
Error placedIn(const Batch& batch, const std::string& key, const Error& error);

/// Runs `work`, and throws its Error as placedIn() gives it.
template <typename Work>
auto placed(const Batch& batch, const std::string& key, const Work& work) {
    try {
        return work();
    } catch (const Error& error) {
        throw placedIn(batch, key, error);
    }
}

}  // namespace bitdesk::jobs
