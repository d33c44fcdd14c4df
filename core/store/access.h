// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "core/base/files.h"

namespace bitdesk {

/// How a store waits while another program holds the database.
struct LockWait {
    bool endless = false;                        ///< until the lock is gone
    std::chrono::milliseconds patience{10'000};  ///< otherwise; then Error (Resource)
    /// Ends a wait: for `grace` it goes on (others' locks are short as a rule), then Cancelled is thrown.
    std::stop_token stop = {};
    std::chrono::milliseconds grace{2'000};  ///< of all waits together
    /// Called again and again during a wait, from the waiting thread, with the seconds so far.
    std::function<void(double seconds)> waiting = {};
};

/// How a store is opened.
struct StoreAccess {
    /// Write: creates or migrates where need be. Read: takes no lock of a writer's, changes nothing, and needs no right
    /// to write; an older schema, or a file that may only be read, is looked at as a private copy of this moment.
    enum class Use { Write, Read };
    Use use = Use::Write;
    LockWait wait = {};
    /// What the place of a file is: "ext4", "nfs4". Tests put their own.
    std::function<std::string(const std::filesystem::path&)> fileSystem = [](const std::filesystem::path& path) {
        return fileSystemOf(path);
    };
};

}  // namespace bitdesk
