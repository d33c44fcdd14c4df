// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "app/jobs/import_job.h"

namespace bitdesk::jobs {

/// By its name, FILE.onnx, or by its bytes.
bool isOnnxFile(const std::filesystem::path& path);

/// importNetwork() of an ONNX file: network, weights and, mostly, normalization come from it.
ImportResult importOnnxNetwork(const ImportRequest& request, const JobContext& context);

}  // namespace bitdesk::jobs
