// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <functional>
#include <ostream>
#include <span>
#include <stop_token>
#include <string>

#include "core/base/error.h"

namespace CLI {
class App;
}

namespace bitdesk::cli {

/// What scripts are told of a failure; 0 is success, 1 a limit that does not hold.
constexpr int exitCode(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Usage: return 2;
        case ErrorKind::BadInput: return 3;
        case ErrorKind::Resource: return 4;
        case ErrorKind::Internal: break;
    }
    return 5;
}
constexpr int kInterrupted = 130;  ///< as a shell tells of Ctrl+C

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

// Each in the file of its name.
Run prepareInfo(CLI::App& command);
Run prepareData(CLI::App& command);
Run prepareEval(CLI::App& command);
Run preparePredict(CLI::App& command);
Run prepareProfile(CLI::App& command);
Run prepareCompare(CLI::App& command);
Run prepareTrain(CLI::App& command);
Run prepareNewModel(CLI::App& command);
Run prepareImport(CLI::App& command);
Run prepareSweep(CLI::App& command);
Run prepareBatch(CLI::App& command);
Run prepareReport(CLI::App& command);
Run prepareExport(CLI::App& command);
Run prepareDb(CLI::App& command);

/// All verbs, in the order that --help shows them. A new one is a file of its own, a line above and one in
/// run_command_line.cpp.
std::span<const Verb> verbs();

/// The verb of a command line, its first word; nullptr where that is none.
const Verb* findVerb(int argc, const char* const* argv);

/// The whole program: parses, runs one verb, turns errors into a message and an exit code (docs/cli.md).
int runCommandLine(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace bitdesk::cli
