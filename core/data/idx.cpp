// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/data_format.h"
#include "core/data/idx_file.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

/// The files of one set, by what their names say; a path is empty where there is none.
struct IdxFiles {
    struct Pair {
        std::filesystem::path images, labels;
    };
    std::map<SourcePart, Pair> parts;
    std::filesystem::path mapping;    ///< EMNIST's: a line a label, with the codes of its characters
    std::string name;                 ///< what stands before "train" and "test": "emnist-letters"; empty for MNIST
    std::vector<std::string> others;  ///< sets that lie beside it under other names
};

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

/// The IDX files that lie in a folder, or beside and with a file: `train-images-idx3-ubyte` and the like, with `t10k`
/// or `test`, with dots or lines between the words, in capitals or not, with a name before them or not, plain or .gz.
/// Of several sets the one of the file's name, or the one without a name. Empty parts where there is none. Throws Error
/// (BadInput) where several are there and nothing says which.
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

constexpr std::int64_t kMaxSide = 16384;  // of an image, pixels

std::vector<SourcePart> idxParts(const fs::path& path) {
    std::vector<SourcePart> found;
    for (const auto& [part, files] : findIdxFiles(path).parts) found.push_back(part);
    return found;
}

bool detectIdx(const fs::path& path) {
    try {
        return !idxParts(path).empty();
    } catch (const Error&) {
        return true;  // several sets: reading it says so
    } catch (const std::exception&) {
        return false;
    }
}

/// A character of ASCII by its code, printable or as "#7".
std::string character(int code) {
    if (code > 32 && code < 127) return {static_cast<char>(code)};
    return "#" + std::to_string(code);
}

/// Names of a mapping's lines "label code [code]": "7", "A/a".
void readMapping(RawImages& raw, const fs::path& path) {
    constexpr std::uint64_t kMost = 1 << 16;
    constexpr int kMostOfByte = 255;
    std::istringstream lines(readFile(path, kMost));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream numbers(line);
        int label = 0, code = 0;
        if (!(numbers >> label)) continue;
        std::string name;
        while (numbers >> code) name += (name.empty() ? "" : "/") + character(code);
        if (label < 0 || label > kMostOfByte || name.empty() || name.size() > 16)
            throw Error(ErrorKind::BadInput, path.string(), "has a line that is no label with codes of characters");
        raw.numberClasses(label + 1);
        raw.classNames[static_cast<std::size_t>(label)] = name;
        raw.named = true;
    }
}

/// How many classes the labels of the parts that are not read tell of.
int classesOfOthers(const IdxFiles& files, SourcePart read, RawImages& raw) {
    int classes = 0;
    for (const auto& [part, pair] : files.parts) {
        if (part == read || pair.labels.empty()) continue;
        try {
            classes = std::max(classes, std::ranges::max(readIdxLabels(pair.labels)) + 1);
        } catch (const Error& error) {
            raw.notes.push_back(std::string("the classes of the other part are not known: ") + error.what());
        }
    }
    return classes;
}

void setClasses(RawImages& raw, const IdxFiles& files, SourcePart part) {
    if (!files.mapping.empty()) readMapping(raw, files.mapping);
    raw.numberClasses(std::max(std::ranges::max(raw.labels) + 1, classesOfOthers(files, part, raw)));
    if (files.name.starts_with("emnist"))
        raw.notes.emplace_back(
            "EMNIST's images lie transposed in the file (rows are columns), and are taken as they are");
    for (const std::string& other : files.others)
        raw.notes.push_back("the folder holds '" + other + "', too: name one of its files to read it");
}

RawImages readIdxImages(const fs::path& path, SourcePart part) {
    const IdxFiles files = findIdxFiles(path);
    const auto found = files.parts.find(part);
    if (found == files.parts.end()) throw Error(ErrorKind::BadInput, path.string(), "lacks the part");
    const auto& [imagesPath, labelsPath] = found->second;
    if (labelsPath.empty())
        throw Error(ErrorKind::BadInput, imagesPath.string(), "has no file of labels beside it",
                    "Put its …-labels-idx1-ubyte there, plain or .gz");
    IdxArray images = readIdx(imagesPath, 3);
    RawImages raw;
    raw.labels = readIdxLabels(labelsPath);
    if (images.extents[0] != static_cast<std::int64_t>(raw.labels.size()))
        throw Error(ErrorKind::BadInput, labelsPath.string(),
                    "has " + std::to_string(raw.labels.size()) + " labels for the " +
                        std::to_string(images.extents[0]) + " images of " + imagesPath.filename().string());
    if (std::max(images.extents[1], images.extents[2]) > kMaxSide)
        throw Error(ErrorKind::BadInput, imagesPath.string(),
                    "has images of " + std::to_string(images.extents[1]) + "×" + std::to_string(images.extents[2]) +
                        " pixels, at most " + std::to_string(kMaxSide) + " a side are read");
    raw.height = static_cast<int>(images.extents[1]);
    raw.width = static_cast<int>(images.extents[2]);
    raw.channels = 1;
    raw.pixels = std::move(images.bytes);
    setClasses(raw, files, part);
    return raw;
}

}  // namespace

const DataFormat& idxFormat() {
    static const DataFormat kFormat{"IDX", detectIdx, idxParts, readIdxImages, nullptr};
    return kFormat;
}

}  // namespace bitdesk
