// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/base/files.h"
#include "core/results/layer_table.h"
#include "core/results/results.h"

namespace bitdesk {

/// How a store waits while another program holds the database.
struct LockWait {
    bool endless = false;                        ///< until the lock is gone
    std::chrono::milliseconds patience{10'000};  ///< otherwise; then Error (Resource)
    /// Ends a wait: for `grace` it goes on (others' locks are short as a rule), then Cancelled is thrown.
    std::stop_token stop = {};
    std::chrono::milliseconds grace{2'000};  ///< of all waits together
    /// Called again and again during a wait, from the waiting thread, with the seconds so far.
    std::function<void(double seconds)> waiting = {};
};

/// How a store is opened.
struct StoreAccess {
    /// Write: creates or migrates where need be. Read: takes no lock of a writer's, changes nothing, and needs no right
    /// to write; an older schema, or a file that may only be read, is looked at as a private copy of this moment.
    enum class Use { Write, Read };
    Use use = Use::Write;
    LockWait wait = {};
    /// What the place of a file is: "ext4", "nfs4". Tests put their own.
    std::function<std::string(const std::filesystem::path&)> fileSystem = [](const std::filesystem::path& path) {
        return fileSystemOf(path);
    };
};

/// How a job ended; Running is also what one says that was killed.
enum class JobState { Running, Done, Failed, Cancelled };
const char* toText(JobState state);

/// Long work that the store keeps a record of, so that it can go on after a crash.
struct StoredJob {
    std::int64_t id = 0;
    std::string kind;     ///< "sweep"
    std::string request;  ///< JSON; equal texts are the same work
    JobState state = JobState::Running;
    std::int64_t evaluated = 0, measured = 0;  ///< items with such a result
    std::string createdAt, finishedAt;         ///< ISO 8601, UTC; finishedAt empty: not finished
};

/// One configuration of a job, and what it came to so far.
struct JobItem {
    std::int64_t position = 0;  ///< of the job's configurations, from 0
    BitConfiguration bits;
    std::int64_t evaluation = 0, measurement = 0;  ///< ids; 0: none yet
};

/// The items of a job that rows belong to, one for each row. job 0: of no job.
struct JobRows {
    std::int64_t job = 0;
    std::vector<std::int64_t> positions;  ///< −1: a row of no item
};

/// What merging one store into another came to.
struct MergeResult {
    std::int64_t evaluations = 0, measurements = 0, layerTables = 0;  ///< added
    std::int64_t known = 0;                                           ///< there already
    std::vector<std::string> conflicts;  ///< evaluations of one key with other answers: ours was kept
};

/// What is wrong with a database, a line each.
struct StoreProblems {
    std::vector<std::string> file;          ///< pages, tables, references
    std::vector<std::string> evaluations;   ///< each is refused where it is read
    std::vector<std::string> measurements;  ///< and layer tables: each is passed over where all are read

    bool empty() const { return file.empty() && evaluations.empty() && measurements.empty(); }
};

/// The SQLite store of results: WAL, foreign keys, synchronous=FULL, schema version with migrations. Several processes
/// may write at once: each waits for the others (LockWait). One object is one connection: use it from one thread at a
/// time (see StoreThread). Opening one of up to 256 MiB looks for damage in all of it; larger ones tell it where it is
/// met, or under check(). Every call throws Error naming the file: BadInput for a corrupt, foreign or newer database,
/// Resource for a read-only or full one. A database that is not Bitdesk's is never written to. Evaluations and
/// measurements share one sequence of ids, so that a number alone names one of them.
class Store {
public:
    /// `path` ":memory:" is private to the object. Throws Cancelled, too: so does every call that may wait.
    explicit Store(const std::filesystem::path& path, const StoreAccess& access = {});
    ~Store();
    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;

    /// The user's default: $XDG_DATA_HOME/bitdesk/results.sqlite, else ~/.local/share/….
    static std::filesystem::path defaultPath();

    /// Saves a finished evaluation; when the key is there already, that row's id is returned and nothing changes.
    std::int64_t save(const Evaluation& evaluation);
    std::int64_t save(const Measurement& measurement);
    std::int64_t save(const LayerTable& table, const std::string& modelName);
    /// What is known by the key's hashes goes by these names from now on: those under which it was opened last. Saving
    /// an evaluation does so, too.
    void setNames(const EvaluationKey& key, const std::string& modelName, const std::string& dataName);
    /// Saves all and what they are of a job in one transaction, so that a crash leaves all of them or none. Ids in the
    /// order of the rows.
    std::vector<std::int64_t> save(std::span<const Evaluation> rows, const JobRows& of);
    std::vector<std::int64_t> save(std::span<const Measurement> rows, const JobRows& of);

    std::int64_t beginJob(const std::string& kind, const std::string& request);
    /// The newest of this kind and request.
    std::optional<StoredJob> findJob(const std::string& kind, const std::string& request);
    /// Those that have a result, by position.
    std::vector<JobItem> jobItems(std::int64_t job);
    /// Notes what the items came to, in one transaction; what is known of them already stays.
    void finishItems(std::int64_t job, std::span<const JobItem> items);
    void setJobState(std::int64_t job, JobState state);
    /// Newest first. limit 0: all.
    std::vector<StoredJob> jobs(std::int64_t limit = 0);

    /// Adds what `other` holds and this one lacks, in one transaction: evaluations by their keys, measurements and
    /// layer tables that are not the same in all that they tell; jobs of the same kind and request become one. Ids of
    /// the other's rows change, the other itself does not.
    MergeResult merge(Store& other);

    std::optional<Evaluation> find(const EvaluationKey& key);
    std::int64_t findId(const EvaluationKey& key);  ///< 0: not there
    std::optional<Evaluation> evaluation(std::int64_t id);
    std::optional<EvaluationSummary> summary(std::int64_t id);
    std::optional<Measurement> measurement(std::int64_t id);

    /// Newest first; `modelHash` empty: of all models. limit 0: all.
    std::vector<EvaluationSummary> evaluations(const std::string& modelHash = {}, std::int64_t limit = 0);
    /// Without those whose samples are damaged, which check() tells and measurement() refuses.
    std::vector<Measurement> measurements(const std::string& modelHash = {}, std::int64_t limit = 0);
    /// The newest sound one that is accepted (empty: any is); one that is damaged counts as absent.
    std::optional<LayerTable> layerTable(const LatencyKey& key,
                                         const std::function<bool(const LayerTable&)>& accepted = {});
    /// All sound ones, and the names of their models.
    std::vector<std::pair<LayerTable, std::string>> layerTables();

    /// Looks at all of a database, at each row as reading it does. Unlike the constructor it does not refuse a damaged
    /// one.
    static StoreProblems check(const std::filesystem::path& path);
    /// Throws what opening it to write would throw; makes and changes nothing.
    static void checkWritable(const std::filesystem::path& path);

    const std::filesystem::path& path() const;
    bool writes() const;                            ///< opened with Use::Write
    const std::vector<std::string>& notes() const;  ///< what a user should know of the place, a sentence each
    static int schemaVersion();

private:
    struct Connection;
    class Merge;
    std::unique_ptr<Connection> m_connection;
};

}  // namespace bitdesk
