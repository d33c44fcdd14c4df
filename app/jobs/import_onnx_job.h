// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "app/jobs/import_job.h"
#include "core/exchange/import_model.h"

namespace bitdesk::jobs {

/// By its name, FILE.onnx, or by its bytes.
bool isOnnxFile(const std::filesystem::path& path);

/// A network with its weights from an ONNX file, quantized at the request's widths; what must be told goes to `notes`.
/// Class names are empty where the file has none. Throws Error: BadInput naming file and node, Usage for what only a
/// file of tensors takes.
ImportedModel importedOnnx(const ImportRequest& request, std::vector<std::string>& notes);

}  // namespace bitdesk::jobs
