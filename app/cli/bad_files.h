// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/cli/options.h"

namespace bitdesk::cli {

/// --bad-files FILE: files of DATA that cannot be read.
void addBadFiles(CLI::App& command, DataChoices& choices, OutputOptions& output);

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

}  // namespace bitdesk::cli
