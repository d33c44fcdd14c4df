// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/execute/plan/executor.h"

namespace bitdesk {

/// The portable interpreter: plain integer loops, the oracle of every other executor. `model` must outlive it.
std::unique_ptr<Executor> makeInterpreter(const MetaModel& model);

/// "portable", on one thread.
ExecutorEntry interpreterEntry();

}  // namespace bitdesk
