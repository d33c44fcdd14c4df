// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/idx_names.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <tuple>

#include "core/base/error.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

struct Name {
    std::string set;
    SourcePart part = SourcePart::Train;
    enum Role { Images, Labels, Mapping } role = Images;
    bool packed = false, dotted = false;
};

/// The words of a name, in small letters, without the lines, dots and blanks between them.
std::vector<std::string> wordsOfFile(const std::string& name) {
    std::vector<std::string> words(1);
    for (const char c : name) {
        if (c == '-' || c == '_' || c == '.' || c == ' ') words.emplace_back();
        else words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    std::erase(words, "");
    return words;
}

std::optional<SourcePart> partOf(const std::string& word) {
    if (word == "train") return SourcePart::Train;
    if (word == "t10k" || word == "test") return SourcePart::Test;
    return std::nullopt;
}

/// Nothing where the file is none of a set's.
std::optional<Name> parse(const std::string& fileName) {
    std::vector<std::string> words = wordsOfFile(fileName);
    Name name;
    const auto takeLast = [&](std::initializer_list<const char*> any) {
        const bool fits = !words.empty() && std::ranges::find(any, words.back()) != any.end();
        if (fits) words.pop_back();
        return fits;
    };
    const auto joined = [&] {
        std::string text;
        for (const std::string& word : words) text += (text.empty() ? "" : "-") + word;
        return text;
    };
    name.packed = takeLast({"gz"});
    name.dotted = fileName.find(".idx") != std::string::npos;
    if (!name.packed && words.size() > 2 && words.back() == "txt" && words[words.size() - 2] == "mapping") {
        words.resize(words.size() - 2);
        name.role = Name::Mapping;
        name.set = joined();
        return name;
    }
    takeLast({"ubyte", "int"});
    if (!takeLast({"idx3", "idx1", "idx2"})) return std::nullopt;
    if (takeLast({"labels", "label"})) name.role = Name::Labels;
    else if (!takeLast({"images", "image"})) return std::nullopt;
    const auto part = words.empty() ? std::nullopt : partOf(words.back());
    if (!part) return std::nullopt;
    name.part = *part;
    words.pop_back();
    name.set = joined();
    return name;
}

struct NamedFile {
    Name name;
    fs::path path;
};

std::vector<NamedFile> namedFiles(const fs::path& folder) {
    constexpr int kMostNames = 10'000;  // a folder of IDX files has a few
    std::vector<NamedFile> files;
    std::error_code code;
    int entries = 0;
    for (fs::directory_iterator it(folder, code); !code && it != fs::directory_iterator() && entries < kMostNames;
         it.increment(code), ++entries) {
        const std::string fileName = it->path().filename().string();
        const auto name = parse(fileName);
        if (!name) continue;
        fs::path path = it->path();
        // Some unpackers put each file into a folder of its name.
        if (fs::is_directory(path, code)) path /= fileName;
        if (fs::is_regular_file(path, code)) files.push_back({*name, path});
    }
    // Plain before packed, lines before dots: the first of two for one role is taken.
    std::ranges::sort(files, {}, [](const NamedFile& file) {
        return std::tuple(file.name.packed, file.name.dotted, file.path.native());
    });
    return files;
}

std::map<std::string, IdxFiles> setsIn(const fs::path& folder) {
    std::map<std::string, IdxFiles> sets;
    const auto put = [](fs::path& place, const fs::path& path) {
        if (place.empty()) place = path;
    };
    const auto files = namedFiles(folder);
    for (const auto& [name, path] : files) {
        if (name.role == Name::Mapping) continue;
        IdxFiles::Pair& pair = sets[name.set].parts[name.part];
        put(name.role == Name::Images ? pair.images : pair.labels, path);
    }
    for (auto& [set, found] : sets) {
        found.name = set;
        std::erase_if(found.parts, [](const auto& part) { return part.second.images.empty(); });
        for (const auto& [name, path] : files)
            if (name.role == Name::Mapping && name.set == set) put(found.mapping, path);
    }
    std::erase_if(sets, [](const auto& set) { return set.second.parts.empty(); });
    return sets;
}

std::string commaList(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + (name.empty() ? "(no name)" : name);
    return text;
}

}  // namespace

IdxFiles findIdxFiles(const fs::path& path) {
    std::error_code code;
    const bool folder = fs::is_directory(path, code);
    std::optional<std::string> wanted;
    if (!folder) {
        const auto name = parse(path.filename().string());
        if (!name) return {};
        wanted = name->set;
    }
    auto sets = setsIn(folder ? path : path.has_parent_path() ? path.parent_path() : fs::path("."));
    if (sets.empty()) return {};
    if (!wanted && (sets.size() == 1 || sets.contains(""))) wanted = sets.begin()->first;
    std::vector<std::string> names;
    names.reserve(sets.size());
    for (const auto& [name, files] : sets) names.push_back(name);
    if (!wanted) {
        const auto& first = *sets.begin()->second.parts.begin();
        throw Error(ErrorKind::BadInput, path.string(),
                    "holds " + std::to_string(sets.size()) + " sets of IDX files: " + commaList(names),
                    "Name a file of the one that is meant, as " + first.second.images.string());
    }
    if (!sets.contains(*wanted)) return {};
    IdxFiles chosen = sets.at(*wanted);
    std::erase(names, *wanted);
    if (folder) chosen.others = names;
    return chosen;
}

}  // namespace bitdesk
