// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "app/jobs/batch_file.h"
#include "core/base/error.h"

// Whoever wrote a batch file has typed no option: what goes wrong is told of the file and its key.
namespace bitdesk::jobs {

/// The error, of what stands under `key` ("sweeps[0].data") of the batch's file: "night.json: sweeps[0].data: …". An
/// setting that it names becomes the key that stands for it. Unchanged for a batch of no file.
Error placedIn(const Batch& batch, const std::string& key, const Error& error);

/// Runs `work`, and throws its Error as placedIn() gives it.
template <typename Work>
auto placed(const Batch& batch, const std::string& key, const Work& work) {
    try {
        return work();
    } catch (const Error& error) {
        throw placedIn(batch, key, error);
    }
}

}  // namespace bitdesk::jobs
