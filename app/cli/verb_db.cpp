// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/cli/databases.h"
#include "app/cli/db_list.h"
#include "app/cli/options.h"
#include "app/cli/setting_options.h"
#include "app/cli/verbs.h"
#include "app/jobs/output_file.h"
#include "core/base/files.h"
#include "core/base/quoting.h"

namespace bitdesk::cli {
namespace {

struct DbOptions {
    StoreOptions store;
    OutputOptions output;
    RowsWanted rows;
    CLI::App* list = nullptr;
    CLI::App* check = nullptr;
    CLI::App* merge = nullptr;
    std::string into;
    std::vector<std::string> sources;
};

int list(const DbOptions& options, Terminal& terminal) {
    Store store(existingDatabase(options.store), toRead());
    const DbListing found = listStore(store, options.rows);
    emit(options.output, terminal, found.json, found.csv, found.text);
    return 0;
}

/// A database that this run made and did not finish goes away again: nobody takes it for a merged one.
class NewDatabase {
public:
    explicit NewDatabase(const std::filesystem::path& path) : m_path(path), m_isNew(!isThere(path)) {}
    ~NewDatabase() {
        std::error_code code;
        for (const char* ending : {"", "-wal", "-shm", "-journal"})
            if (m_isNew) std::filesystem::remove(m_path.string() + ending, code);
    }
    NewDatabase(const NewDatabase&) = delete;
    NewDatabase& operator=(const NewDatabase&) = delete;
    void keep() { m_isNew = false; }

private:
    std::filesystem::path m_path;
    bool m_isNew;
};

/// Sources are opened, and so checked, before the target is made.
int merge(const DbOptions& options, Terminal& terminal) {
    std::vector<Store> sources;
    for (const std::string& source : options.sources) {
        StoreOptions named;
        named.db = source;
        const auto path = existingDatabase(named);
        if (jobs::sameFile(path, options.into)) throw Error(ErrorKind::Usage, source, "cannot be merged into itself");
        sources.emplace_back(path, toRead());
    }
    NewDatabase made(options.into);  // closed before it is taken away
    Store target(options.into, toWrite(options.into, terminal));
    tellNotes(target.notes(), terminal);
    Json rows = Json::array();
    std::string text;
    bool conflict = false;
    for (Store& source : sources) {
        const MergeResult found = target.merge(source);
        rows.push_back({{"database", source.path().string()},
                        {"evaluations", found.evaluations},
                        {"measurements", found.measurements},
                        {"layer_tables", found.layerTables},
                        {"known", found.known},
                        {"conflicts", found.conflicts}});
        text += fmt::format("{}: {} evaluations, {} measurements and {} layer tables added, {} were there\n",
                            printable(source.path().string()), found.evaluations, found.measurements, found.layerTables,
                            found.known);
        for (const std::string& line : found.conflicts) terminal.err << "bitdesk: " << printable(line) << '\n';
        conflict = conflict || !found.conflicts.empty();
    }
    made.keep();
    emit(options.output, terminal, {{"database", options.into}, {"merged", std::move(rows)}}, {}, text);
    return conflict ? 1 : 0;
}

/// The first of each kind, and how many more there are.
std::vector<std::string> listed(const StoreProblems& problems) {
    constexpr std::size_t kMost = 100;
    std::vector<std::string> lines;
    for (const auto* kind : {&problems.file, &problems.evaluations, &problems.measurements}) {
        const std::size_t shown = std::min(kind->size(), kMost);
        lines.insert(lines.end(), kind->begin(), kind->begin() + static_cast<std::ptrdiff_t>(shown));
        if (kind->size() > kMost) lines.push_back(fmt::format("… and {} more like the last", kind->size() - kMost));
    }
    return lines;
}

std::string adviceFor(const StoreProblems& problems, const std::string& path) {
    if (!problems.file.empty()) return "Move it away, or restore a copy of it";
    if (!problems.evaluations.empty())
        return "Restore a copy of it, or remove these rows (docs/cli.md says how): they are then evaluated again";
    return "bitdesk db merge NEW.sqlite " + shellQuoted(path) + " copies all but these rows";
}

int check(const DbOptions& options, Terminal& terminal) {
    const std::string path = existingDatabase(options.store).string();
    const StoreProblems problems = Store::check(path);
    const std::vector<std::string> lines = listed(problems);
    std::string text = fmt::format("{}: schema {}, {}\n", printable(path), Store::schemaVersion(),
                                   problems.empty() ? "no problems" : "damaged");
    for (const std::string& line : lines) text += "  " + printable(line) + "\n";
    emit(options.output, terminal, {{"database", path}, {"problems", lines}}, {}, text);
    if (!problems.empty()) throw Error(ErrorKind::BadInput, path, "the database is damaged", adviceFor(problems, path));
    return 0;
}

}  // namespace

Run prepareDb(CLI::App& command) {
    auto options = std::make_shared<DbOptions>();
    command.require_subcommand(1);
    options->list = command.add_subcommand("list", "stored evaluations and measurements, newest first");
    options->check = command.add_subcommand("check", "integrity of the database");
    options->merge = command.add_subcommand("merge", "join databases: what is there already is not added again");
    options->merge->add_option("INTO", options->into, "the database that the others are added to; made if need be")
        ->required()
        ->check(namesAFile());
    options->merge->add_option("FROM", options->sources, "the others, which stay as they are")->required();
    addOutput(*options->merge, options->output);
    for (CLI::App* part : {options->list, options->check}) {
        part->add_option("--db", options->store.db, "results database (default: the user's data folder)")
            ->check(namesAFile());
        addOutput(*part, options->output);
    }
    options->list->add_option("--limit", options->rows.limit, "rows of each, 0: all")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{0}, jobs::kLargestLimit));
    options->list->add_option("--model", options->rows.model, "of this model: its name, or the beginning of its hash");
    options->list->add_option("--data", options->rows.data, "on this data: its name, or the beginning of its hash");
    return [options](Terminal& terminal) {
        Inputs inputs;
        inputs.add(options->store);
        checkOutputs(options->output, inputs);
        if (options->merge->parsed()) return merge(*options, terminal);
        return options->list->parsed() ? list(*options, terminal) : check(*options, terminal);
    };
}

}  // namespace bitdesk::cli
