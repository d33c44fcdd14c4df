// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/rank.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/setting_name.h"

namespace bitdesk::jobs {
namespace {

std::string sayPart() {
    const std::string part = settingName("part");
    return "Say " + part + " 4/16 for the fourth of sixteen parts, or " + part + " 1/1 for all of the work";
}

constexpr int kMostTasks = 10'000'000;  // of tasks, processes and ids: more than any launcher has

/// A whole number that a launcher set; nothing for another text.
std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || value < 0 || value > kMostTasks)
        return std::nullopt;
    return value;
}

std::optional<int> number(const ReadVariable& read, const char* name) {
    const auto text = read(name);
    return text ? number(*text) : std::nullopt;
}

/// One of several who does not know of how many would do all of the work, beside the others.
[[noreturn]] void refuseHalf(const std::string& told, const char* lacking) {
    throw Error(ErrorKind::Usage, told,
                fmt::format("is set, but {} tells no number, so that this process's part is not known", lacking),
                sayPart());
}

std::optional<Rank> launched(const ReadVariable& read, const char* index, const char* count, const char* local,
                             const char* launcher) {
    if (!read(index) && !read(count)) return std::nullopt;
    const auto i = number(read, index), n = number(read, count);
    if (!i) refuseHalf(count, index);
    if (!n) refuseHalf(index, count);
    return Rank{.index = *i,
                .count = *n,
                .onThisMachine = std::max(number(read, local).value_or(1), 1),
                .allocatedCpus = 0,
                .launcher = launcher};
}

/// The node among those that `counts` speaks of: as Slurm says, else the one that holds process `index` where the
/// processes fill node after node.
std::size_t nodeOf(const ReadVariable& read, const std::vector<int>& counts, int index) {
    if (const auto node = number(read, "SLURM_NODEID")) return static_cast<std::size_t>(*node);
    std::size_t node = 0;
    for (int before = 0; node < counts.size() && index >= before + counts[node]; ++node) before += counts[node];
    return node;
}

/// The count of this process's node in the first of the variables that tells one for as many nodes as there are.
std::optional<int> countHere(const ReadVariable& read, std::initializer_list<const char*> names, int index) {
    for (const char* name : names) {
        const std::vector<int> counts = countsByNode(read(name).value_or(""));
        const std::size_t node = nodeOf(read, counts, index);
        if (node < counts.size()) return counts[node];
    }
    return std::nullopt;
}

/// Where nothing tells how many processes of a step share this node: as many as would if the nodes had alike.
int evenShare(const ReadVariable& read, int count) {
    const int nodes = std::max(number(read, "SLURM_STEP_NUM_NODES").value_or(1), 1);
    return std::max((count + nodes - 1) / nodes, 1);
}

/// The processes of one step. A batch script itself has SLURM_PROCID, too, but is not one of several.
std::optional<Rank> stepOf(const ReadVariable& read) {
    const auto index = number(read, "SLURM_PROCID"), count = number(read, "SLURM_STEP_NUM_TASKS");
    if (!index || !count || *count < 2) return std::nullopt;
    const auto here = countHere(read, {"SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE"}, *index);
    const auto cpus = countHere(read, {"SLURM_JOB_CPUS_PER_NODE"}, *index);
    return Rank{.index = *index,
                .count = *count,
                .onThisMachine = here.value_or(evenShare(read, *count)),
                .allocatedCpus = number(read, "SLURM_CPUS_ON_NODE").value_or(cpus.value_or(0)),
                .launcher = "srun"};
}

/// Throws for a process of a step that does not tell all of it. A batch script has SLURM_PROCID, too, but the number 0,
/// and no step's id (or one of the large ones that are kept for scripts and shells).
void checkStepIsWhole(const ReadVariable& read) {
    const auto index = number(read, "SLURM_PROCID"), count = number(read, "SLURM_STEP_NUM_TASKS");
    if (!index && count.value_or(1) > 1) refuseHalf("SLURM_STEP_NUM_TASKS", "SLURM_PROCID");
    if (count || !read("SLURM_PROCID")) return;
    if (index != 0 || number(read, "SLURM_STEP_ID")) refuseHalf("SLURM_PROCID", "SLURM_STEP_NUM_TASKS");
}

std::optional<Launch::Task> arrayTaskOf(const ReadVariable& read) {
    if (!read("SLURM_ARRAY_TASK_ID")) return std::nullopt;
    const auto id = number(read, "SLURM_ARRAY_TASK_ID"), first = number(read, "SLURM_ARRAY_TASK_MIN"),
               count = number(read, "SLURM_ARRAY_TASK_COUNT");
    if (!id || !first || !count || *count < 1)
        throw Error(ErrorKind::Usage, "Slurm job array", "does not tell which ids it has, so that they are no ranks",
                    sayPart());
    const int stride = std::max(number(read, "SLURM_ARRAY_TASK_STEP").value_or(1), 1);
    const std::int64_t end = *first + std::int64_t{*count - 1} * stride;
    const int last =
        number(read, "SLURM_ARRAY_TASK_MAX").value_or(static_cast<int>(std::min<std::int64_t>(end, kMostTasks)));
    const JobArray array{.first = *first, .last = last, .stride = stride, .tasks = *count};
    if (array.whole() && !array.holds(*id))
        throw Error(ErrorKind::Usage, "Slurm job array", fmt::format("{} has no task {}", array.toText(), *id),
                    sayPart());
    return Launch::Task{.id = *id, .array = array};
}

/// Throws where an array cannot be taken for a first submission.
void checkIsFirst(const JobArray& array) {
    const std::string what = "Slurm job array " + array.toText();
    if (!array.whole())
        throw Error(ErrorKind::Usage, what,
                    "has gaps, and no earlier submission of this work is recorded here, so that its ids are no ranks",
                    "Submit one as 0-9 or 0-18:2. " + sayPart());
    if (array.tasks > 1 && array.first <= 1) return;
    throw Error(ErrorKind::Usage, what,
                array.tasks == 1 ? "is a single task, and no earlier submission of this work is recorded here: it may "
                                   "be a part that is submitted again"
                                 : "begins in the middle, and no earlier submission of this work is recorded here: it "
                                   "may be parts that are submitted again",
                std::string(array.tasks == 1 ? "" : "Begin at 0 or 1 for a new work. ") + sayPart());
}

/// Throws where what is submitted now is no part of what was submitted first.
void checkIsPart(const Launch& launch, const Division& recorded) {
    const JobArray &now = launch.task->array, &then = recorded.array;
    const bool inside = then.holds(now.first) && then.holds(now.last) && then.holds(launch.task->id) &&
                        (!now.whole() || then.holds(now.first + std::min(now.tasks - 1, 1) * now.stride));
    if (!inside)
        throw Error(ErrorKind::Usage, "Slurm job array " + now.toText(),
                    "is no part of " + then.toText() + ", as which this work was submitted first",
                    "Name another " + settingName("db") + " to divide it anew. " + sayPart());
    if (launch.step.count != recorded.processes)
        throw Error(ErrorKind::Usage, "Slurm job array " + now.toText(),
                    fmt::format("has {} processes a task, and had {} when this work was submitted first",
                                launch.step.count, recorded.processes),
                    "Name another " + settingName("db") + " to divide it anew. " + sayPart());
}

namespace fs = std::filesystem;

constexpr int kPartsVersion = 1, kMostRecorded = 10'000'000;

std::string toJson(const Division& division, const std::string& work) {
    const JobArray& array = division.array;
    const nlohmann::ordered_json json{
        {"bitdesk_parts", kPartsVersion},
        {"work", work},
        {"array", {{"first", array.first}, {"last", array.last}, {"stride", array.stride}, {"tasks", array.tasks}}},
        {"processes", division.processes}};
    return json.dump(2) + "\n";
}

Division divisionFromJson(const std::string& text, const std::string& work, const std::string& file) {
    const std::string hint = "Say " + settingName("part") + ", or remove the file where the work is to be divided anew";
    const nlohmann::json json = parseStrictJson(text, 3, file, "the record of parts");
    JsonReader reader(json, file, "the record of parts", hint);
    reader.whole("bitdesk_parts", 0, kPartsVersion, kPartsVersion);
    if (reader.text("work", "", true) != work) reader.fail("work", "is that of another work");
    JsonReader array = reader.object(reader.get("array"), "array");
    for (const char* key : {"first", "last", "stride", "tasks"}) array.get(key);
    Division division;
    division.array.first = static_cast<int>(array.whole("first", -1, 0, kMostRecorded));
    division.array.last = static_cast<int>(array.whole("last", -1, division.array.first, kMostRecorded));
    division.array.stride = static_cast<int>(array.whole("stride", 1, 1, kMostRecorded));
    division.array.tasks = static_cast<int>(array.whole("tasks", 0, 2, kMostRecorded));
    if (!division.array.whole()) array.fail("tasks", "is not the number of tasks from first to last");
    array.finish();
    division.processes = static_cast<int>(reader.whole("processes", 1, 1, kMostRecorded));
    reader.finish();
    return division;
}

std::optional<Division> readDivision(const fs::path& file, const std::string& work) {
    constexpr std::uint64_t kLargest = 4096;
    std::error_code code;
    if (!fs::exists(file, code)) return std::nullopt;
    return divisionFromJson(readFile(file, kLargest), work, file.string());
}

}  // namespace

bool JobArray::whole() const { return last >= first && (last - first) / stride + 1 == tasks; }

bool JobArray::holds(int id) const { return id >= first && id <= last && (id - first) % stride == 0; }

std::string JobArray::toText() const {
    if (first == last) return std::to_string(first);
    const std::string range = fmt::format("{}-{}{}", first, last, stride > 1 ? fmt::format(":{}", stride) : "");
    return whole() ? range : fmt::format("{} of {}", tasks, range);
}

Launch launchOf(const ReadVariable& read) {
    std::optional<Rank> step =
        launched(read, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE", "mpirun");
    if (!step) step = stepOf(read);
    if (!step) step = launched(read, "PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS", "PMI");
    if (!step) checkStepIsWhole(read);
    Launch launch{.step = step && step->shared() ? *step : Rank(),
                  .task = arrayTaskOf(read),
                  .job = read("SLURM_JOB_ID").value_or("")};
    if (launch.task && !launch.step.shared())
        launch.step.allocatedCpus = number(read, "SLURM_CPUS_ON_NODE").value_or(0);
    if (step && step->index >= step->count)
        throw Error(ErrorKind::Usage, step->launcher,
                    "gives rank " + std::to_string(step->index) + " of " + std::to_string(step->count), sayPart());
    return launch;
}

Launch launchOfProcess() {
    return launchOf([](const char* name) -> std::optional<std::string> {
        const char* value = std::getenv(name);
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
    });
}

Launch parsePart(const std::string& text) {
    constexpr int kMostParts = 1'000'000;
    Rank rank{.index = -1, .count = 0, .onThisMachine = 1, .allocatedCpus = 0, .launcher = settingName("part")};
    const char* const end = text.data() + text.size();
    const auto index = std::from_chars(text.data(), end, rank.index);
    if (index.ec == std::errc{} && index.ptr != end && *index.ptr == '/') {
        const auto count = std::from_chars(index.ptr + 1, end, rank.count);
        --rank.index;
        if (count.ec == std::errc{} && count.ptr == end && rank.index >= 0 && rank.index < rank.count &&
            rank.count <= kMostParts)
            return {.step = rank, .task = {}, .job = {}};
    }
    throw Error(ErrorKind::Usage, settingName("part"), "'" + text + "' is no part of a work",
                "Write 2/5 for the second of five");
}

Rank rankOf(const Launch& launch, const std::optional<Division>& recorded) {
    if (!launch.task) return launch.step;
    if (recorded) checkIsPart(launch, *recorded);
    else checkIsFirst(launch.task->array);
    const JobArray array = divisionOf(launch, recorded).array;
    if (std::int64_t{array.tasks} * launch.step.count > kMostTasks)
        throw Error(ErrorKind::Usage, "Slurm job array " + array.toText(), "has too many parts", sayPart());
    Rank rank = launch.step;
    rank.index += (launch.task->id - array.first) / array.stride * rank.count;
    rank.count *= array.tasks;
    rank.launcher = "Slurm job array " + array.toText() + (launch.step.shared() ? " and " + launch.step.launcher : "");
    return rank;
}

Division divisionOf(const Launch& launch, const std::optional<Division>& recorded) {
    return recorded.value_or(Division{.array = launch.task->array, .processes = launch.step.count});
}

std::filesystem::path databaseOf(const Rank& rank, const std::filesystem::path& database) {
    if (!rank.shared()) return database;
    std::filesystem::path own = database;
    own.replace_filename(database.stem().string() + ".rank" + std::to_string(rank.index) +
                         database.extension().string());
    return own;
}

std::vector<std::filesystem::path> rankDatabasesOf(const std::filesystem::path& database) {
    const std::string begin = database.stem().string() + ".rank", end = database.extension().string();
    std::vector<std::pair<int, std::filesystem::path>> found;
    std::error_code code;
    const std::filesystem::path folder = database.has_parent_path() ? database.parent_path() : ".";
    for (std::filesystem::directory_iterator entry(folder, code), none; !code && entry != none; entry.increment(code)) {
        const std::string name = entry->path().filename().string();
        if (name.size() <= begin.size() + end.size() || !name.starts_with(begin) || !name.ends_with(end)) continue;
        const std::string digits = name.substr(begin.size(), name.size() - begin.size() - end.size());
        const auto rank = number(digits);
        if (rank && std::to_string(*rank) == digits)
            found.emplace_back(*rank, database.parent_path() / entry->path().filename());
    }
    std::ranges::sort(found);
    std::vector<std::filesystem::path> paths;
    paths.reserve(found.size());
    for (auto& [rank, path] : found) paths.push_back(std::move(path));
    return paths;
}

int threadsOf(const Rank& rank, int usable, int online, std::optional<double> quota) {
    const int ranks = std::max(rank.onThisMachine, 1);
    const int cpus = rank.allocatedCpus > 0 ? std::min(usable, rank.allocatedCpus) : usable;
    const bool bound = usable < online;
    const int own = bound ? usable : cpus / ranks;
    const int given = quota ? static_cast<int>(std::min(std::ceil(*quota / ranks), double{kMostTasks})) : own;
    return std::max(std::min(own, given), 1);
}

std::vector<int> countsByNode(std::string_view text) {
    constexpr std::size_t kMostNodes = 100'000;
    std::vector<int> counts;
    while (!text.empty()) {
        const auto comma = text.find(',');
        std::string_view item = text.substr(0, comma);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        std::optional<int> times = 1;
        if (const auto open = item.find("(x"); open != std::string_view::npos && item.ends_with(')')) {
            times = number(item.substr(open + 2, item.size() - open - 3));
            item = item.substr(0, open);
        }
        const auto count = number(item);
        if (!count || !times || *count < 1 || *times < 1 ||
            counts.size() + static_cast<std::size_t>(*times) > kMostNodes)
            return {};
        counts.insert(counts.end(), static_cast<std::size_t>(*times), *count);
    }
    return counts;
}

fs::path divisionFileOf(const fs::path& database, const std::string& work) {
    constexpr std::size_t kDigits = 12;
    fs::path file = database;
    return file.replace_filename(database.stem().string() + ".parts-" + work.substr(0, kDigits) + ".json");
}

std::optional<Division> recordedDivision(const fs::path& database, const std::string& work) {
    // Stores are looked for first: whoever made one had written its record before.
    std::error_code code;
    if (!fs::exists(database, code) && rankDatabasesOf(database).empty()) return std::nullopt;
    return readDivision(divisionFileOf(database, work), work);
}

void recordDivision(const fs::path& database, const std::string& work, const Division& division) {
    const fs::path file = divisionFileOf(database, work);
    if (recordedDivision(database, work) != division) writeFileAtomically(file, toJson(division, work));
    if (readDivision(file, work) != division)
        throw Error(ErrorKind::Usage, file.string(), "was written by another array of the same work just now",
                    "Submit one of them at a time, or give each a " + settingName("db") + " of its own");
}

}  // namespace bitdesk::jobs
