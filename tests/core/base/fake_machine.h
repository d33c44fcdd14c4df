// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/machine_files.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk::test {

/// A tree of files in the place of /proc, /sys and /etc.
class FakeMachine {
public:
    explicit FakeMachine(std::vector<int> cpus = {0, 1}) : m_cpus(std::move(cpus)) {}

    void write(const std::string& path, std::string_view text) const {
        const auto whole = m_folder / path;
        std::filesystem::create_directories(whole.parent_path());
        std::ofstream(whole, std::ios::binary) << text;
    }
    void remove(const std::string& path) const { std::filesystem::remove_all(m_folder / path); }
    MachineFiles files() const { return {.root = m_folder.path(), .cpus = m_cpus}; }

private:
    TemporaryFolder m_folder;
    std::vector<int> m_cpus;
};

/// What a file of the machine should never hold, and may.
inline const std::vector<std::string>& hostileTexts() {
    using namespace std::string_literals;
    static const std::vector<std::string> texts{"",
                                                "\n",
                                                "-1\n",
                                                "-99999999999999999999999\n",
                                                "99999999999999999999999999999999\n",
                                                "1e999\n",
                                                "nan\n",
                                                "inf inf inf inf\n",
                                                "performance \x1b[31m\xff\xfe\n",
                                                "\0\0\0\x7f"
                                                "ELF\xff\n"s,
                                                ":\n::\n0::/../../..\ncpu\ncpu0\n",
                                                std::string(20000, '7'),
                                                std::string(20000, '\n')};
    return texts;
}

}  // namespace bitdesk::test
