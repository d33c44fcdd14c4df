// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/bad_files.h"

#include <CLI/CLI.hpp>
#include <mutex>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

namespace bitdesk::cli {
namespace {

/// Writes all that it was told of whenever it is told of more: the run may end with the next error.
class BadFilesWriter {
public:
    explicit BadFilesWriter(std::string file) : m_file(std::move(file)) {}

    void operator()(const std::vector<BadFile>& files) {
        const std::scoped_lock lock(m_mutex);
        m_told.add(files);
        writeFileAtomically(m_file, m_file.ends_with(".json") ? jsonText(m_told.json()) : m_told.text());
    }

private:
    std::string m_file;
    std::mutex m_mutex;
    BadFiles m_told;
};

}  // namespace

void addBadFiles(CLI::App& command, DataChoices& choices, OutputOptions& output) {
    const auto take = [&choices, &output](const std::string& file) {
        if (file == "-")
            throw Error(ErrorKind::Usage, "--bad-files -", "is no file",
                        "Name one; data --json - has the list on standard output");
        output.badFiles = file;
        const auto writer = std::make_shared<BadFilesWriter>(file);
        choices.badFiles = std::make_shared<const BadFilesSink>([writer](const auto& files) { (*writer)(files); });
    };
    command
        .add_option_function<std::string>(
            "--bad-files", take,
            "image folders: list every file that cannot be read, and why, in FILE: a line "
            "each, or JSON where it ends in .json; written though the run fails")
        ->check(namesAFile());
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

}  // namespace bitdesk::cli
