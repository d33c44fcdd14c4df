// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <csignal>
#include <iostream>

#include "app/cli/verb.h"
#include "app/jobs/short_spin.h"

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is told by the write
    std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that a limit (ulimit -f) keeps from growing
    const bitdesk::cli::Verb* verb = bitdesk::cli::findVerb(argc, argv);
    if (verb != nullptr && verb->computes) bitdesk::jobs::useShortSpin(argv);
    return bitdesk::cli::runCommandLine(argc, argv, std::cout, std::cerr);
}
