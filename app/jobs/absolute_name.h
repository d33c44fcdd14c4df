// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace bitdesk::jobs {

/// A model, data set or database as a command line finds it from any folder; a name that is no file's
/// ("random:resnet14", "fashion-mnist", what is not there) stays.
std::string absoluteName(const std::string& name);

}  // namespace bitdesk::jobs
