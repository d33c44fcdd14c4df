// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/data/data_set.h"

namespace bitdesk {

/// The data set with a model's classes: label() is the model's class, classNames() are the model's, and what the user
/// should know of it is among the notes. Where a label changes, so does the hash: a result of other classes is another
/// result. `data` may be matched with another model already. `choice` is DataChoices::classes. Throws Error (BadInput)
/// that lists both sides, or names the file that `choice` names.
std::shared_ptr<const DataSet> matchedTo(const std::shared_ptr<const DataSet>& data,
                                         const std::vector<std::string>& modelClasses, const std::string& choice);

/// The same images with the classes that they came with.
std::shared_ptr<const DataSet> unmatched(const std::shared_ptr<const DataSet>& data);

}  // namespace bitdesk
