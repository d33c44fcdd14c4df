// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/division_record.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/setting_name.h"

namespace bitdesk::jobs {
namespace {

namespace fs = std::filesystem;

constexpr int kPartsVersion = 1, kMostParts = 10'000'000;

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
    division.array.first = static_cast<int>(array.whole("first", -1, 0, kMostParts));
    division.array.last = static_cast<int>(array.whole("last", -1, division.array.first, kMostParts));
    division.array.stride = static_cast<int>(array.whole("stride", 1, 1, kMostParts));
    division.array.tasks = static_cast<int>(array.whole("tasks", 0, 2, kMostParts));
    if (!division.array.whole()) array.fail("tasks", "is not the number of tasks from first to last");
    array.finish();
    division.processes = static_cast<int>(reader.whole("processes", 1, 1, kMostParts));
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
