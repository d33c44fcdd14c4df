// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bitdesk {

/// Numbers of the CPUs that the calling thread may use, in rising order; empty where the system does not tell.
std::vector<int> usableCpus();

/// Where the machine is read from. Tests put a tree of their own in its place.
struct MachineFiles {
    std::filesystem::path root = "/";  ///< the folder that holds proc, sys and etc
    std::vector<int> cpus = usableCpus();
};

// What the kernel's files say is taken as text from outside: nothing below throws, whatever is in them.

/// At most the first 4 MiB of a file; `path` is relative to the root. Nothing where it is missing, unreadable or no
/// regular file (never waits for a pipe); `*error` is then its errno.
std::optional<std::string> readMachineFile(const MachineFiles& files, const std::filesystem::path& path,
                                           int* error = nullptr);
/// The first line without blanks at its end, fit for a terminal, at most 200 bytes; "" where there is none.
std::string firstLine(const MachineFiles& files, const std::filesystem::path& path);
/// The file's first line as a whole number ≥ 0.
std::optional<std::uint64_t> countIn(const MachineFiles& files, const std::filesystem::path& path);

/// Tasks that ran or waited, mean of about the last minute.
std::optional<double> loadAverage(const MachineFiles& files);

/// The word, without blanks around it, as a number that fits; nothing where anything else stands in it.
std::optional<std::uint64_t> countFrom(std::string_view word);
std::optional<double> numberFrom(std::string_view word);

std::vector<std::string_view> linesOf(std::string_view text);
std::vector<std::string_view> wordsOfLine(std::string_view line);
/// What stands behind "<key>:" in the first line that starts with it; blanks around the colon do not count.
std::string_view valueOf(std::string_view text, std::string_view key);

/// The folders (or links to folders) <parent>/<prefix>*, relative to the root, sorted by name.
std::vector<std::filesystem::path> foldersIn(const MachineFiles& files, const std::filesystem::path& parent,
                                             std::string_view prefix = {});

}  // namespace bitdesk
