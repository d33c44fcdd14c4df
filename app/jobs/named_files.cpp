// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/named_files.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/setting_name.h"
#include "core/data/data_set.h"

namespace bitdesk::jobs {

std::string absoluteName(const std::string& name) {
    std::error_code code;
    const bool isFile = !name.starts_with("random:") && !isNamedDataSet(name) && std::filesystem::exists(name, code);
    return isFile ? fullName(name).string() : name;
}

namespace fs = std::filesystem;

namespace {

/// Whether `file` is there and lies in `folder`, however deep.
bool liesIn(const fs::path& file, const fs::path& folder) {
    std::error_code code;
    if (!fs::exists(file, code) || !fs::is_directory(folder, code)) return false;
    const fs::path inner = fs::canonical(file, code), outer = fs::canonical(folder, code);
    return std::ranges::mismatch(outer, inner).in1 == outer.end();
}

/// Whether a file is a SQLite database, whoever's, or the journal of one: nothing that a result could be meant to
/// replace.
bool isDatabase(const fs::path& file) {
    constexpr std::string_view kMagic("SQLite format 3\0", 16);
    std::error_code code;
    if (!fs::is_regular_file(file, code)) return false;
    std::array<char, kMagic.size()> head{};
    std::ifstream(file, std::ios::binary).read(head.data(), head.size());
    if (std::string_view(head.data(), head.size()) == kMagic) return true;
    const std::string name = file.string();
    for (const std::string_view journal : {"-wal", "-shm", "-journal"})
        if (name.ends_with(journal) && isDatabase(name.substr(0, name.size() - journal.size()))) return true;
    return false;
}

}  // namespace

bool sameFile(const fs::path& a, const fs::path& b) {
    std::error_code code;
    return !a.empty() && !b.empty() && a != "-" && (a == b || fs::equivalent(a, b, code));
}

void checkOutput(const fs::path& file, std::span<const fs::path> inputs) {
    for (const fs::path& input : inputs) {
        if (sameFile(file, input))
            throw Error(ErrorKind::Usage, file.string(), "is an input, and would be replaced by the result",
                        "Name another file");
        if (liesIn(file, input))
            throw Error(ErrorKind::Usage, file.string(),
                        "lies in the input " + input.string() + ", and would be replaced by the result",
                        "Name another file");
    }
    if (isDatabase(file))
        throw Error(ErrorKind::Usage, file.string(), "is a database, and would be replaced by the result",
                    "Name another file");
    checkWritable(file);
}

void checkNewFile(const fs::path& file, bool overwrite, std::span<const fs::path> inputs) {
    if (file.empty()) throw Error(ErrorKind::Usage, settingName("out"), "names no file");
    checkOutput(file, inputs);
    std::error_code code;
    if (!overwrite && fs::exists(file, code))
        throw Error(ErrorKind::BadInput, file.string(), "exists already",
                    "Name another file, or give " + settingName("overwrite"));
}

void writeNewFile(const fs::path& file, std::string_view content, bool overwrite) {
    checkNewFile(file, overwrite, {});
    writeFileAtomically(file, std::string(content));
}

}  // namespace bitdesk::jobs
