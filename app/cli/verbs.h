// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "app/cli/verb.h"

namespace bitdesk::cli {

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

}  // namespace bitdesk::cli
