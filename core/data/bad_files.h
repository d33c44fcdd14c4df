// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace bitdesk {

/// A file of a data set that cannot be read.
struct BadFile {
    std::string path;
    std::string reason;

    bool operator==(const BadFile&) const = default;
};

/// Is told of all of them, in their order, whenever a part of a data set is opened: before that fails, and also of
/// none.
using BadFilesSink = std::function<void(const std::vector<BadFile>&)>;

/// An image that is sound, but not of the shape or size that was asked for: no bad file, and never left out as one.
class UnfitImage : public Error {
public:
    using Error::Error;
};

}  // namespace bitdesk
