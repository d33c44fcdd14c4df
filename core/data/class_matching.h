// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bitdesk {

/// What a data set knows of its classes.
struct DataClasses {
    std::vector<std::string> names;
    std::vector<std::int64_t> images;  ///< of each class; one without any needs no counterpart
    bool named = true;                 ///< false: numbers alone, called "class 0", "class 1", …
    bool numbered = true;              ///< false: they have names alone, and come in the order of these
};

/// Which of the model's classes each class of the data is.
struct ClassMatch {
    std::vector<int> modelClass;     ///< by the data's class; -1: it has no images and no counterpart
    std::vector<std::string> notes;  ///< what the user should know, a sentence each

    bool isIdentity() const;
};

/// By name, whatever the order; by names that differ in letter case, separators or leading zeros, told; by number where
/// one side has no names or nothing but numbers, told (docs/data.md has the table). Throws Error (BadInput) that lists
/// both sides and says how to match them; `where` names the data.
ClassMatch matchClasses(const DataClasses& data, const std::vector<std::string>& model, const std::string& where);

/// Class i of the data is class i of the model; names that are numbers count as these. `first`: the number of the
/// model's first class; nothing: as the data leaves no doubt, which is 0 where there is a 0, 1 where there is one as
/// large as the model has classes; numbers beyond these count in their order where there are as many as the model's
/// classes. Throws Error (BadInput) where there is doubt, or the model has too few.
ClassMatch matchClassesByNumber(const DataClasses& data, const std::vector<std::string>& model,
                                const std::string& where, std::optional<int> first = {});

/// As a user says: the model's class of each of the data's; several may be of one. Throws Error (BadInput) where the
/// map (read from `file`) names a class that is not there, or leaves out one that has images.
ClassMatch matchClassesByMap(const DataClasses& data, const std::vector<std::string>& model,
                             const std::map<std::string, std::string>& map, const std::string& file);

/// Reads {"the data's class": "the model's", …}. Throws Error (BadInput) naming the file and the key.
std::map<std::string, std::string> readClassMap(const std::string& file);

}  // namespace bitdesk
