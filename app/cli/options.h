// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/cli/verb.h"
#include "app/jobs/evaluate_job.h"
#include "app/jobs/job_context.h"
#include "core/base/error.h"
#include "core/base/quoting.h"
#include "core/data/data_set.h"

namespace CLI {
class Option;
class Validator;
}  // namespace CLI

namespace bitdesk::cli {

using Json = nlohmann::ordered_json;

/// What a verb found, in each of its forms.
struct Answer {
    Json json;
    std::string csv, text;
};

/// Options that many verbs share; each adder names the group that it stands for.
struct OutputOptions {
    std::string json, csv;  ///< empty: none, "-": standard output
    std::string trace;      ///< empty: none; of `profile`
    std::string badFiles;   ///< empty: none
    bool csvBom = false;    ///< CSV begins with a byte order mark
    bool quiet = false;
};
struct ModelOptions {
    std::string model;
    std::vector<std::string> bits;
    std::uint64_t seed = 0;
};
struct DataOptions {
    std::string data;
    std::string split = "test";
    DataChoices choices = {};
    std::int64_t limit = 0;
    int batch = 64;
};
struct DeviceOptions : jobs::DeviceChoice {
    int threads = 0;
};
struct StoreOptions {
    std::string db;
    bool none = false;
};

/// Refuses an empty name, as an unset variable of a script leaves it.
CLI::Validator namesAFile();

/// An option that takes one value each time that it is given.
CLI::Option* repeated(CLI::Option* option);

void addJson(CLI::App& command, OutputOptions& options);
void addOutput(CLI::App& command, OutputOptions& options);
/// --csv-bom
void addCsvBom(CLI::App& command, bool& csvBom);
void addModel(CLI::App& command, ModelOptions& options, bool withBits);
void addData(CLI::App& command, DataOptions& options);
/// --input H,W,C, for inputShape().
void addInput(CLI::App& command, std::vector<int>& input, const std::string& description);
std::optional<Shape> inputShape(const std::vector<int>& input);
/// --resize, --data-memory, --skip-bad, --exif: DataChoices.
void addChoices(CLI::App& command, DataChoices& choices);
/// --bad-files FILE: files of DATA that cannot be read.
void addBadFiles(CLI::App& command, DataChoices& choices, OutputOptions& output);
void addDevice(CLI::App& command, DeviceOptions& options);
void addStore(CLI::App& command, StoreOptions& options);

/// "1.05" or "5%" → 1.05: a ratio of at least 1. Throws Error (Usage) naming the option.
double parseRatio(const std::string& option, const std::string& text);
/// "2%" or "1.02" → 0.02: what does not matter of a ratio, at most a half. Throws Error (Usage) naming the option.
double parseRatioMargin(const std::string& option, const std::string& text);
/// "0.5pp" → 0.005: points of accuracy. Throws Error (Usage) naming the option.
double parsePoints(const std::string& option, const std::string& text);

/// "256M" → bytes, at least 16 MiB; empty → 0, the default. Throws Error (Usage).
std::int64_t parseDataMemory(const std::string& text);
/// Opens the data set, its images and classes brought to those of the model, which may be null. Progress on the
/// terminal.
std::shared_ptr<const DataSet> openData(const DataOptions& options, const MetaModel* model, Split split, bool quiet,
                                        Terminal& terminal);

/// The split that the options name, for a model: its images and classes are the model's; notes on standard error.
std::shared_ptr<const DataSet> openDataFor(const MetaModel& model, const DataOptions& options,
                                           const OutputOptions& output, Terminal& terminal);
/// Pictures without labels, brought to the model's input; notes on standard error.
std::shared_ptr<const DataSet> openPicturesFor(const MetaModel& model, const std::string& path,
                                               const DataChoices& choices, const OutputOptions& output,
                                               Terminal& terminal);
/// What a user should know, a line each on standard error.
void tellNotes(const std::vector<std::string>& notes, Terminal& terminal);
/// What a data set's user should know, a line each on standard error, unless JSON says it to one who wants quiet.
void tellNotes(const DataSet& data, const OutputOptions& output, Terminal& terminal);
void addNotes(Json& json, const DataDescription& description);

/// "2,3,4" → {2, 3, 4}. Throws Error (Usage).
std::vector<int> parseWidths(const std::string& text);
std::vector<BitConfiguration> parseConfigurations(const ModelOptions& options, const MetaModel& model);

/// Gathers what several openings tell, each file once, in the order told.
class BadFiles {
public:
    void add(const std::vector<BadFile>& files);
    const std::vector<BadFile>& files() const { return m_files; }
    Json json() const;
    /// A line each: path, a tab, reason.
    std::string text() const;

private:
    std::vector<BadFile> m_files;
    std::set<std::string> m_paths;
};

/// Checks backend and device before anything long begins.
jobs::DeviceChoice deviceChoice(const DeviceOptions& options);

/// Files and folders that a result must not replace, or replace something in.
class Inputs {
public:
    Inputs& add(const ModelOptions& model);  ///< and its @files
    Inputs& add(const DataOptions& data);
    Inputs& add(const StoreOptions& store);
    Inputs& addNetwork(const std::string& network);  ///< NETWORK, where it is a file
    Inputs& addFile(std::filesystem::path file);
    const std::vector<std::filesystem::path>& paths() const { return m_paths; }

private:
    std::vector<std::filesystem::path> m_paths;
};

/// Called before the work. Throws Error: Resource when a result file could not be written, Usage when it would replace
/// one of the inputs, a file in one that is a folder, any database, or the other result.
void checkOutputs(const OutputOptions& options, const Inputs& inputs);
/// Writes JSON and CSV where they were asked for (aside, then renamed), and `text` to standard output unless one of
/// them goes there.
void emit(const OutputOptions& options, Terminal& terminal, const Json& json, const std::string& csv,
          const std::string& text);

/// Flushes; throws Error (Resource) where something was lost, but for a reader that went away.
void finishOutput(std::ostream& out);

/// A progress line on `err`: in place on a terminal, else a line every few seconds. Nothing when quiet.
class ProgressLine {
public:
    ProgressLine(Terminal& terminal, bool quiet);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    void show(const std::string& text, bool last = false);

private:
    Terminal& m_terminal;
    bool m_quiet, m_inPlace, m_open = false;
    double m_next = 0;
};

}  // namespace bitdesk::cli
