// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/named_arrays.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <tuple>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/utf8.h"

namespace bitdesk {
namespace {

struct PartWord {
    const char* word;
    SourcePart part;
};
constexpr std::array kParts{PartWord{"training", SourcePart::Train}, PartWord{"train", SourcePart::Train},
                            PartWord{"validation", SourcePart::Val}, PartWord{"valid", SourcePart::Val},
                            PartWord{"val", SourcePart::Val},        PartWord{"testing", SourcePart::Test},
                            PartWord{"test", SourcePart::Test},      PartWord{"t10k", SourcePart::Test}};

/// Words that go together have one style.
struct RoleWord {
    const char* word;
    bool labels;
    int style;
};
constexpr std::array kRoles{RoleWord{"x", false, 0},      RoleWord{"y", true, 0},       RoleWord{"images", false, 1},
                            RoleWord{"image", false, 1},  RoleWord{"imgs", false, 1},   RoleWord{"img", false, 1},
                            RoleWord{"labels", true, 1},  RoleWord{"label", true, 1},   RoleWord{"pixels", false, 2},
                            RoleWord{"data", false, 2},   RoleWord{"inputs", false, 2}, RoleWord{"features", false, 2},
                            RoleWord{"targets", true, 2}, RoleWord{"target", true, 2}};

struct Role {
    std::string name, set;
    std::optional<SourcePart> part;
    const RoleWord* word = nullptr;
};

char small(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// "trainX", "train_x", "Train-x" → train, x
std::vector<std::string> wordsOf(const std::string& name) {
    std::vector<std::string> words(1);
    char before = '_';
    for (const char c : name) {
        const bool capital = std::isupper(static_cast<unsigned char>(c)) != 0;
        if (capital && std::islower(static_cast<unsigned char>(before)) != 0) words.emplace_back();
        if (c == '-' || c == '_' || c == '.' || c == ' ' || c == '/') words.emplace_back();
        else words.back() += small(c);
        before = c;
    }
    std::erase(words, "");
    return words;
}

const RoleWord* roleWord(std::string_view word) {
    const auto found =
        std::ranges::find(kRoles, word, [](const RoleWord& role) { return std::string_view(role.word); });
    return found == kRoles.end() ? nullptr : &*found;
}

/// Takes a word that tells of part or kind, or of both in one: "xtrain", "trainlabels".
bool take(const std::string& word, Role& role) {
    if (role.word == nullptr && (role.word = roleWord(word)) != nullptr) return true;
    for (const PartWord& part : kParts) {
        const std::string_view text = part.word;
        if (role.part) break;
        if (word == text) {
            role.part = part.part;
            return true;
        }
        const RoleWord* rest = nullptr;
        if (word.starts_with(text)) rest = roleWord(std::string_view(word).substr(text.size()));
        else if (word.ends_with(text)) rest = roleWord(std::string_view(word).substr(0, word.size() - text.size()));
        if (role.word != nullptr || rest == nullptr) continue;
        role.part = part.part;
        role.word = rest;
        return true;
    }
    return false;
}

std::optional<Role> roleOf(const std::string& name) {
    Role role{.name = name, .set = {}, .part = {}};
    for (const std::string& word : wordsOf(name))
        if (!take(word, role)) role.set += (role.set.empty() ? "" : "-") + word;
    if (role.word == nullptr) return std::nullopt;
    return role;
}

class Pairing {
public:
    Pairing(const std::vector<std::string>& names, const std::string& where, const std::optional<std::string>& set)
        : m_where(where) {
        for (const std::string& name : names)
            if (auto role = roleOf(name); role && (!set || role->set == *set)) m_roles.push_back(std::move(*role));
    }

    std::map<SourcePart, ArrayPair> pairs() const {
        // Arrays whose names tell no part come last.
        constexpr std::array<std::optional<SourcePart>, 4> kOrder{SourcePart::Train, SourcePart::Val, SourcePart::Test,
                                                                  std::nullopt};
        std::map<SourcePart, ArrayPair> pairs;
        for (const auto& part : kOrder) {
            const SourcePart source = part.value_or(SourcePart::Test);
            if (pairs.contains(source)) continue;
            const Role* images = imagesOf(part);
            if (images == nullptr) continue;
            const Role* labels = labelsOf(*images);
            pairs[source] = {images->name, labels == nullptr ? "" : labels->name};
        }
        return pairs;
    }

private:
    std::vector<const Role*> rolesOf(std::optional<SourcePart> part, bool labels) const {
        std::vector<const Role*> found;
        for (const Role& role : m_roles)
            if (role.part == part && role.word->labels == labels) found.push_back(&role);
        return found;
    }
    [[noreturn]] void failSeveral(const char* what, const std::vector<const Role*>& roles) const {
        std::string names;
        for (const Role* role : roles)
            if (names.size() < 200) names += (names.empty() ? "" : ", ") + printable(validUtf8(role->name));
        throw Error(ErrorKind::BadInput, m_where, std::string("holds several arrays of ") + what + ": " + names,
                    "Keep the ones that are meant, as x_train and y_train");
    }

    /// Those without another word in their name, else those of the only set.
    const Role* imagesOf(std::optional<SourcePart> part) const {
        auto found = rolesOf(part, false);
        if (found.empty()) return nullptr;
        // Before a part's name stood in each, images and labels were taken before x and y.
        const auto order = [&](const Role* role) {
            const int style = role->word->style;
            return std::tuple(!role->set.empty(), !part && style < 2 ? 1 - style : style, role->word, role->name);
        };
        std::ranges::sort(found, {}, order);
        for (const Role* other : found)
            if (!found.front()->set.empty() && other->set != found.front()->set) failSeveral("images", found);
        return found.front();
    }

    const Role* labelsOf(const Role& images) const {
        auto found = rolesOf(images.part, true);
        if (found.empty()) return nullptr;
        const auto order = [&](const Role* role) {
            return std::tuple(role->set != images.set, !role->set.empty(), role->word->style != images.word->style,
                              role->word, role->name);
        };
        std::ranges::sort(found, {}, order);
        const bool other = found.front()->set != images.set && !found.front()->set.empty();
        if (other && found.size() > 1) failSeveral("labels", found);
        return found.front();
    }

    const std::string& m_where;
    std::vector<Role> m_roles;
};

}  // namespace

std::map<SourcePart, ArrayPair> pairArrays(const std::vector<std::string>& names, const std::string& where,
                                           const std::optional<std::string>& set) {
    return Pairing(names, where, set).pairs();
}

std::string arraySet(const std::string& name) {
    const auto role = roleOf(name);
    return role ? role->set : "";
}

bool namesArray(const std::string& name) { return roleOf(name).has_value(); }

bool namesClasses(const std::string& name) {
    static constexpr std::array<std::string_view, 9> kNames{"classnames",  "classname",   "classes",
                                                            "classlabels", "labelnames",  "labelsnames",
                                                            "labelname",   "targetnames", "categories"};
    std::string joined;
    for (const std::string& word : wordsOf(name)) joined += word;
    return std::ranges::find(kNames, joined) != kNames.end();
}

std::string labelsNameFor(const std::string& images) {
    const auto role = roleOf(images);
    if (!role) return "labels";
    std::string lower = images;
    std::ranges::transform(lower, lower.begin(), small);
    const std::string_view word = role->word->word;
    const auto at = lower.find(word);
    if (at == std::string::npos) return "labels";
    return images.substr(0, at) + (role->word->style == 0 ? "y" : "labels") + images.substr(at + word.size());
}

namespace {

namespace fs = std::filesystem;

constexpr const char* kEnding = ".npy";

bool holdsOneArray(const fs::path& archive) {
    try {
        return ZipArchive(archive).names().size() == 1;
    } catch (const Error&) {
        return false;
    }
}

/// The .npy, and the .npz that hold one array each, by the names of their files.
std::map<std::string, fs::path> filesIn(const fs::path& folder) {
    constexpr int kMostEntries = 10'000, kMostArchives = 64;
    std::map<std::string, fs::path> files;
    std::error_code code;
    int entries = 0, archives = 0;
    for (fs::directory_iterator it(folder, code); !code && it != fs::directory_iterator() && entries < kMostEntries;
         it.increment(code), ++entries) {
        const fs::path& path = it->path();
        const bool packed = path.extension() == ".npz";
        if ((!packed && path.extension() != kEnding) || !it->is_regular_file(code)) continue;
        if (!namesArray(path.stem().string()) || (packed && ++archives > kMostArchives)) continue;
        if (packed && !holdsOneArray(path)) continue;
        files.emplace(path.stem().string(), path);
    }
    return files;
}

}  // namespace

ArrayStore::ArrayStore(const fs::path& path) : m_path(path) {
    std::error_code code;
    if (ZipArchive::detect(path)) {
        m_archive.emplace(path);
        // A file of one array is one of several in its folder.
        if (m_archive->names().size() != 1 || !isArrayFolder(path)) return;
        m_archive.reset();
    }
    if (fs::is_directory(path, code)) {
        m_files = filesIn(path);
        return;
    }
    m_set = arraySet(path.stem().string());
    m_path = path.has_parent_path() ? path.parent_path() : fs::path(".");
    m_files = filesIn(m_path);
}

std::vector<std::string> ArrayStore::names() const {
    std::vector<std::string> names;
    if (!m_archive) {
        for (const auto& [name, path] : m_files) names.push_back(name);
        return names;
    }
    for (const std::string& name : m_archive->names())
        names.push_back(name.ends_with(kEnding) ? name.substr(0, name.size() - 4) : name);
    return names;
}

bool ArrayStore::has(const std::string& name) const {
    return m_archive ? m_archive->has(name + kEnding) : m_files.contains(name);
}

StoredArray ArrayStore::read(const std::string& name) const {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 32;
    StoredArray stored;
    if (m_archive) {
        stored.entry = m_archive->read(name + kEnding);
    } else if (const fs::path& file = m_files.at(name); file.extension() == ".npz") {
        const ZipArchive archive(file);
        stored.entry = archive.read(archive.names().front());
    } else {
        stored.file = readFile(file, kMost);
    }
    const std::span<const std::byte> bytes =
        stored.file.empty() ? std::span<const std::byte>(stored.entry) : std::as_bytes(std::span(stored.file));
    stored.array = parseNpy(bytes, where(name));
    return stored;
}

std::string ArrayStore::where(const std::string& name) const {
    if (!m_archive) return m_files.at(name).string();
    return m_path.string() + ", array " + printable(validUtf8(name));
}

std::string ArrayStore::saveLine(const std::string& name, const std::string& expression) const {
    std::string made = expression;
    const std::string variable = m_archive ? printable(validUtf8(name)) : "a";
    for (auto at = made.find("{}"); at != std::string::npos; at = made.find("{}", at + variable.size()))
        made.replace(at, 2, variable);
    if (m_archive) return "np.savez(FILE, …, " + variable + "=" + made + ")";
    return "np.save(\"" + printable(validUtf8(name)) + ".npy\", " + made + "), where a is the array";
}

bool isArrayFolder(const fs::path& path) {
    try {
        std::error_code code;
        if (!fs::is_directory(path, code)) {
            const bool ours = path.extension() == kEnding || path.extension() == ".npz";
            if (!ours || !namesArray(path.stem().string())) return false;
        }
        const fs::path folder = fs::is_directory(path, code) ? path
                                : path.has_parent_path()     ? path.parent_path()
                                                             : fs::path(".");
        std::vector<std::string> names;
        for (const auto& [name, file] : filesIn(folder)) names.push_back(name);
        std::optional<std::string> set;
        const std::string own = path.stem().string();
        if (folder != path) set = arraySet(own);
        const auto isPair = [&](const auto& part) {
            const ArrayPair& pair = part.second;
            return !pair.labels.empty() && (!set || pair.images == own || pair.labels == own);
        };
        return std::ranges::any_of(pairArrays(names, path.string(), set), isPair);
    } catch (const Error&) {
        return true;  // several sets: reading it says so
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace bitdesk
