// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <string>

#include "app/cli/options.h"
#include "core/store/store.h"

// What `db list` tells.
namespace bitdesk::cli {

/// Which rows: of a model, of data, each by its name or the beginning of its hash; empty: of all.
struct RowsWanted {
    std::string model, data;
    std::int64_t limit = 0;  ///< of each kind, 0: all
};

struct DbListing {
    Json json;
    std::string csv, text;
};
DbListing listStore(Store& store, const RowsWanted& wanted);

}  // namespace bitdesk::cli
