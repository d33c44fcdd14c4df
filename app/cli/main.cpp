// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <iostream>

#include "app/cli/verb.h"

int main(int argc, char** argv) { return bitdesk::cli::runCommandLine(argc, argv, std::cout, std::cerr); }
