// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "app/jobs/import_job.h"

namespace bitdesk::jobs {

/// importNetwork() of a file of tensors: a state dict of PyTorch, or safetensors.
ImportResult importTensors(const ImportRequest& request, const JobContext& context);

}  // namespace bitdesk::jobs
