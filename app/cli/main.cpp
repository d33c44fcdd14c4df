// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <iostream>

#include "app/cli/signals.h"
#include "app/cli/verb.h"
#include "app/jobs/executors.h"

int main(int argc, char** argv) {
    bitdesk::cli::letWritesFail();
    const bitdesk::cli::Verb* verb = bitdesk::cli::findVerb(argc, argv);
    if (verb != nullptr && verb->computes) bitdesk::jobs::useShortSpin(argv);
    return bitdesk::cli::runCommandLine(argc, argv, std::cout, std::cerr);
}
