// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/options.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <cmath>
#include <mutex>

#include "app/cli/setting_options.h"
#include "app/jobs/named_files.h"
#include "app/jobs/rank.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/number_text.h"
#include "core/base/utf8.h"
#include "core/evaluate/evaluator.h"
#include "core/model/model_file.h"
#include "core/network/catalogue.h"

namespace bitdesk::cli {
namespace {

/// "packed, reference or portable (default: packed on the CPU, reference on a GPU)".
std::string backendHelp() {
    std::vector<std::string> names;
    for (const ExecutorEntry& entry : jobs::executors()) names.emplace_back(entry.name);
    const std::string last = names.back();
    names.pop_back();
    return fmt::format("{} or {} (default: {} on the CPU, {} on a GPU)", fmt::join(names, ", "), last,
                       jobs::backendOf({.backend = {}, .device = "cpu"}),
                       jobs::backendOf({.backend = {}, .device = "cuda:0"}));
}

/// A number at the start of a text, and what follows it.
std::pair<double, std::string_view> numberAndUnit(const std::string& option, const std::string& text,
                                                  const std::string& hint) {
    if (const auto pointed = withDecimalPoint(text))
        throw Error(ErrorKind::Usage, option, "'" + text + "' has a decimal comma", "Write " + *pointed);
    double value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc{} || !std::isfinite(value) || value < 0)
        throw Error(ErrorKind::Usage, option, "'" + text + "' is no number of 0 or more", hint);
    return {value, std::string_view(text).substr(static_cast<std::size_t>(parsed.ptr - text.data()))};
}

/// A first reading tells how far it is, and can be stopped.
void watchReading(DataRequest& request, ProgressLine& line, const Terminal& terminal) {
    request.stop = terminal.stop;
    request.progress = [&line](const Progress& progress) {
        line.show(fmt::format("{}: {:.1f} %", progress.activity, 100 * progress.fraction));
    };
}

/// Names in it may come from hostile files and databases.
void printLines(std::ostream& out, std::string_view text) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        out << printable(text.substr(0, end));
        if (end == std::string_view::npos) return;
        out << '\n';
        text.remove_prefix(end + 1);
    }
}

}  // namespace

CLI::Validator namesAFile() {
    return {[](const std::string& text) { return text.empty() ? std::string("names no file") : std::string(); },
            std::string()};
}

CLI::Option* repeated(CLI::Option* option) {
    return option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->take_all();
}

void addJson(CLI::App& command, OutputOptions& options) {
    command.add_option("--json", options.json, "write the result as JSON to FILE, or - for standard output")
        ->check(namesAFile());
    command.add_flag("--quiet", options.quiet, "no progress");
}

void addOutput(CLI::App& command, OutputOptions& options) {
    addJson(command, options);
    command.add_option("--csv", options.csv, "write the result as CSV to FILE, or - for standard output")
        ->check(namesAFile());
    addCsvBom(command, options.csvBom);
}

void addCsvBom(CLI::App& command, bool& csvBom) {
    command.add_flag("--csv-bom", csvBom,
                     "begin CSV with a byte order mark, by which Excel knows that names are UTF-8");
}

void addModel(CLI::App& command, ModelOptions& options, bool withBits) {
    command.add_option("MODEL", options.model, "a .safetensors model, or random:NETWORK")->required();
    command.add_option("--seed", options.seed, "of random:NETWORK's weights")->capture_default_str();
    if (withBits)
        repeated(command.add_option("--bits", options.bits, "4, or 4,4,3,… (one per quantizable layer), or @file.json"))
            ->required()
            ->allow_extra_args(false);  // else the parser makes two mixes of "[4,3]"
}

void addData(CLI::App& command, DataOptions& options) {
    addSettings(command, std::tuple{jobs::kDataSetting, jobs::kSplitSetting, jobs::kLimitSetting, jobs::kBatchSetting},
                options);
    addChoices(command, options.choices);
    addSettings(command, std::tuple{jobs::kClassMapSetting}, options);
}

void addInput(CLI::App& command, std::vector<int>& input, const std::string& description) {
    command.add_option("--input", input, description)->delimiter(',')->expected(3)->check(CLI::Range(1, 1 << 20));
}

std::optional<Shape> inputShape(const std::vector<int>& input) {
    return input.empty() ? std::optional<Shape>() : Shape{input[0], input[1], input[2]};
}

void addChoices(CLI::App& command, DataChoices& choices) {
    struct {
        DataChoices& choices;
    } of{choices};
    addSettings(command,
                std::tuple{jobs::kResizeSetting, jobs::kInterpolationSetting, jobs::kDataMemorySetting,
                           jobs::kSkipBadSetting, jobs::kExifSetting},
                of);
}

void addBadFiles(CLI::App& command, DataChoices& choices, OutputOptions& output) {
    const auto take = [&choices, &output](const std::string& file) {
        if (file == "-")
            throw Error(ErrorKind::Usage, "--bad-files -", "is no file",
                        "Name one; data --json - has the list on standard output");
        output.badFiles = file;
        // All that it was told of whenever it is told of more: the run may end with the next error.
        struct Told {
            std::mutex mutex;
            BadFiles files;
        };
        choices.badFiles =
            std::make_shared<const BadFilesSink>([file, told = std::make_shared<Told>()](const auto& files) {
                const std::scoped_lock lock(told->mutex);
                told->files.add(files);
                writeFileAtomically(file, file.ends_with(".json") ? jsonText(told->files.json()) : told->files.text());
            });
    };
    command
        .add_option_function<std::string>(
            "--bad-files", take,
            "image folders: list every file that cannot be read, and why, in FILE: a line "
            "each, or JSON where it ends in .json; written though the run fails")
        ->check(namesAFile());
}

void addDevice(CLI::App& command, DeviceOptions& options) {
    addSettings(command, jobs::kDeviceSettings, options);
    command.get_option("--backend")->description(backendHelp());
}

void addStore(CLI::App& command, StoreOptions& options) {
    addSettings(command, jobs::kStoreSettings, options);
    command.add_flag("--no-store", options.none, "neither read nor write stored results");
}

double parseRatio(const std::string& option, const std::string& text) {
    const std::string hint = "Write 1.05, or 5%";
    const auto [value, unit] = numberAndUnit(option, text, hint);
    const double ratio = unit == "%" ? 1 + value / 100 : value;
    if ((!unit.empty() && unit != "%") || ratio < 1)
        throw Error(ErrorKind::Usage, option, "'" + text + "' is no ratio of 1 or more", hint);
    return ratio;
}

double parseRatioMargin(const std::string& option, const std::string& text) {
    const double margin = parseRatio(option, text) - 1;
    if (margin > jobs::kMostMargin)
        throw Error(ErrorKind::Usage, option, fmt::format("'{}' is a margin of {:.0f} %", text, 100 * margin),
                    "Write 2% or 1.02; at most 50% can be of no matter");
    return margin;
}

double parsePoints(const std::string& option, const std::string& text) {
    const std::string hint = "Write 0.5pp";
    const auto [value, unit] = numberAndUnit(option, text, hint);
    if (unit != "pp") throw Error(ErrorKind::Usage, option, "'" + text + "' is no number of points", hint);
    return value / 100;
}

std::int64_t parseDataMemory(const std::string& text) {
    constexpr std::int64_t kLeast = 16 << 20;
    if (text.empty()) return 0;
    if (withDecimalPoint(text))
        throw Error(ErrorKind::Usage, "--data-memory",
                    "'" + text + "' has a decimal comma, and sizes are whole numbers", "Write 256M, or 2G");
    const auto bytes = parseByteSize(text);
    if (!bytes || *bytes < kLeast)
        throw Error(ErrorKind::Usage, "--data-memory", "'" + text + "' is no size of 16M or more", "Write 256M, or 2G");
    return *bytes;
}

std::shared_ptr<const DataSet> openData(const DataOptions& options, const MetaModel* model, Split split, bool quiet,
                                        Terminal& terminal) {
    ProgressLine line(terminal, quiet);
    DataRequest request =
        model != nullptr ? requestOf(*model, options.choices) : DataRequest{.choices = options.choices};
    watchReading(request, line, terminal);
    return openDataSet(options.data, split, request);
}

std::shared_ptr<const DataSet> openPicturesFor(const MetaModel& model, const std::string& path,
                                               const DataChoices& choices, const OutputOptions& output,
                                               Terminal& terminal) {
    std::shared_ptr<const DataSet> pictures;
    {
        ProgressLine line(terminal, output.quiet);
        DataRequest request = requestOf(model, choices);
        watchReading(request, line, terminal);
        pictures = openPictures(path, request);
    }
    tellNotes(*pictures, output, terminal);
    return pictures;
}

std::shared_ptr<const DataSet> openDataFor(const MetaModel& model, const DataOptions& options,
                                           const OutputOptions& output, Terminal& terminal) {
    auto data = openData(options, &model, parseSplit(options.split), output.quiet, terminal);
    checkDataFitsModel(*data, model);
    tellNotes(*data, output, terminal);
    return data;
}

void tellNotes(const std::vector<std::string>& notes, Terminal& terminal) {
    for (const std::string& note : notes) terminal.err << "bitdesk: " << printable(note) << '\n';
}

void tellNotes(const DataSet& data, const OutputOptions& output, Terminal& terminal) {
    if (output.quiet && !output.json.empty()) return;
    for (const std::string& note : data.description().notes)
        terminal.err << printable(fmt::format("note: {} ({}): {}", data.name(), splitName(data.split()), note)) << '\n';
    terminal.err.flush();
}

void addNotes(Json& json, const DataDescription& description) {
    json["notes"] = description.notes;
    json["skipped_files"] = description.skipped;
}

void BadFiles::add(const std::vector<BadFile>& files) {
    for (const BadFile& file : files)
        if (m_paths.insert(file.path).second) m_files.push_back(file);
}

Json BadFiles::json() const {
    Json list = Json::array();
    for (const BadFile& file : m_files)
        list.push_back({{"path", validUtf8(file.path)}, {"reason", validUtf8(file.reason)}});
    return list;
}

std::string BadFiles::text() const {
    std::string text;
    for (const BadFile& file : m_files) text += printable(file.path) + "\t" + printable(file.reason) + "\n";
    return text;
}

std::vector<int> parseWidths(const std::string& text) {
    std::vector<int> widths;
    for (std::string_view rest = text;;) {
        const auto comma = rest.find(',');
        const std::string_view item = rest.substr(0, comma);
        int value = 0;
        const auto parsed = std::from_chars(item.data(), item.data() + item.size(), value);
        if (item.empty() || parsed.ec != std::errc{} || parsed.ptr != item.data() + item.size())
            throw Error(ErrorKind::Usage, "--bits", "'" + text + "' is no list of bit-widths", "Write 2,3,4");
        widths.push_back(value);
        if (comma == std::string_view::npos) return widths;
        rest.remove_prefix(comma + 1);
    }
}

std::vector<BitConfiguration> parseConfigurations(const ModelOptions& options, const MetaModel& model) {
    std::vector<BitConfiguration> configurations;
    for (const std::string& text : options.bits) configurations.push_back(parseBits(text, model.network, model.bits));
    return configurations;
}

jobs::DeviceChoice deviceChoice(const DeviceOptions& options) {
    jobs::checkDevice(options);
    return options;
}

Inputs& Inputs::add(const ModelOptions& model) {
    m_paths.push_back(modelSource(model.model));
    for (const std::string& bits : model.bits)
        if (bits.starts_with('@')) m_paths.emplace_back(bits.substr(1));
    return *this;
}

Inputs& Inputs::add(const DataOptions& data) {
    if (auto path = findDataSet(data.data)) m_paths.push_back(std::move(*path));
    if (isClassMapFile(data.choices.classes)) m_paths.emplace_back(data.choices.classes);
    return *this;
}

Inputs& Inputs::addNetwork(const std::string& network) {
    if (namesNetworkFile(network)) m_paths.emplace_back(network);
    return *this;
}

Inputs& Inputs::addFile(std::filesystem::path file) {
    m_paths.push_back(std::move(file));
    return *this;
}

Inputs& Inputs::add(const StoreOptions& store) {
    m_paths.emplace_back(store.db);
    return *this;
}

void checkOutputs(const OutputOptions& options, const Inputs& inputs) {
    if (options.json == "-" && options.csv == "-")
        throw Error(ErrorKind::Usage, "--json - --csv -", "only one of them can go to standard output");
    if (jobs::sameFile(options.json, options.csv))
        throw Error(ErrorKind::Usage, "--json and --csv", "name the same file " + options.json);
    if (jobs::sameFile(options.trace, options.json) || jobs::sameFile(options.trace, options.csv))
        throw Error(ErrorKind::Usage, "--trace", "names the same file as another result: " + options.trace);
    if (jobs::sameFile(options.badFiles, options.json) || jobs::sameFile(options.badFiles, options.csv))
        throw Error(ErrorKind::Usage, "--bad-files", "names the same file as another result: " + options.badFiles);
    for (const std::string& file : {options.json, options.csv, options.trace, options.badFiles})
        if (!file.empty() && file != "-") jobs::checkOutput(file, inputs.paths());
}

void emit(const OutputOptions& options, Terminal& terminal, const Json& json, const std::string& csv,
          const std::string& text) {
    const std::string dumped = jsonText(json);
    if (!options.json.empty() && options.json != "-") writeFileAtomically(options.json, dumped);
    const std::string table = options.csvBom ? csvForSpreadsheets(csv) : csv;
    if (!options.csv.empty() && options.csv != "-") writeFileAtomically(options.csv, table);
    if (options.json == "-") terminal.out << dumped;
    else if (options.csv == "-") terminal.out << table;
    else printLines(terminal.out, text);
    finishOutput(terminal.out);
}

void finishOutput(std::ostream& out) {
    out.flush();
    if (out) return;
    // Whoever reads has seen enough: `bitdesk info … | head` is no error.
    pollfd standardOutput{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
    if (::poll(&standardOutput, 1, 0) > 0 && (standardOutput.revents & (POLLERR | POLLHUP)) != 0) return;
    throw Error(ErrorKind::Resource, "standard output", "cannot be written");
}

ProgressLine::ProgressLine(Terminal& terminal, bool quiet)
    : m_terminal(terminal), m_quiet(quiet), m_inPlace(::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
    if (m_open) m_terminal.err << '\n' << std::flush;
}

void ProgressLine::show(const std::string& text, bool last) {
    if (m_quiet) return;
    const double now = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    if (now < m_next && !last) return;
    m_next = now + (m_inPlace ? 0.1 : 5.0);
    if (m_inPlace) m_terminal.err << '\r' << text << "\x1b[K" << std::flush;
    else m_terminal.err << text << '\n' << std::flush;
    m_open = m_inPlace && !last;
    if (m_inPlace && last) m_terminal.err << '\n' << std::flush;
}

}  // namespace bitdesk::cli
