// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <span>
#include <stop_token>
#include <string>

namespace CLI {
class App;
}

namespace bitdesk::cli {

/// What a verb may use besides its own options. Results go to `out`, progress and notes to `err`.
struct Terminal {
    std::ostream& out;
    std::ostream& err;
    std::stop_token stop;     ///< fires on the signals of StopOnSignal
    std::string commandLine;  ///< as typed, quoted for a shell
};

/// A verb adds its options to its subcommand and returns what runs it (0: done, 1: a stated limit failed).
using Run = std::function<int(Terminal&)>;
struct Verb {
    const char* name;
    const char* description;
    Run (*prepare)(CLI::App& command);
    bool computes;  ///< uses LibTorch's threads
};

/// All verbs, in the order that --help shows them. A new one is a file of its own and a line in verbs.h and in
/// run_command_line.cpp.
std::span<const Verb> verbs();

/// The verb of a command line, its first word; nullptr where that is none.
const Verb* findVerb(int argc, const char* const* argv);

/// The whole program: parses, runs one verb, turns errors into a message and an exit code (docs/cli.md).
int runCommandLine(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace bitdesk::cli
