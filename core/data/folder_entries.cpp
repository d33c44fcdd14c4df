// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/folder_entries.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/base/what_is.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesNamed = 5;

/// Runs `take` for every entry that is no litter, until it says false; those that are, `passedOver` counts.
void forEachEntry(const fs::path& folder, PassedOver* passedOver,
                  const std::function<bool(const fs::directory_entry&)>& take) {
    std::error_code code;
    for (fs::directory_iterator it(folder, code); !code && it != fs::directory_iterator(); it.increment(code)) {
        const auto kind = litterKind(it->path().filename().string());
        if (kind.empty() && !take(*it)) return;
        if (!kind.empty() && passedOver != nullptr) passedOver->addLitter(kind);
    }
    if (code) failAt(folder, "cannot be read: " + code.message());
}

bool isFolder(const fs::directory_entry& entry) {
    std::error_code code;
    return entry.is_directory(code);
}

}  // namespace

void failAt(const fs::path& path, const std::string& reason, const std::string& hint) {
    throw Error(ErrorKind::BadInput, validUtf8(path.string()), reason, hint);
}

std::string nameOf(const fs::path& path) { return validUtf8(path.filename().string()); }

void PassedOver::addFile(const std::string& path) {
    ++m_fileCount;
    if (m_files.size() < kFilesNamed) m_files.push_back(path);
}

std::vector<std::string> PassedOver::notes() const {
    std::vector<std::string> notes;
    std::string litter;
    for (const auto& [kind, count] : m_litter)
        litter += (litter.empty() ? "passed over: " : ", ") + std::to_string(count) + " " + kind;
    if (!litter.empty()) notes.push_back(litter);
    if (m_fileCount == 0) return notes;
    std::string files = std::to_string(m_fileCount) + (m_fileCount == 1 ? " file is" : " files are") + " not read: ";
    for (std::size_t i = 0; i < std::min(m_files.size(), kFilesNamed); ++i)
        files += (i == 0 ? "" : ", ") + printable(validUtf8(m_files[i]));
    notes.push_back(files + (m_fileCount > static_cast<std::int64_t>(kFilesNamed) ? ", …" : ""));
    return notes;
}

std::vector<fs::directory_entry> listFolder(const fs::path& folder, PassedOver* passedOver) {
    std::vector<fs::directory_entry> entries;
    forEachEntry(folder, passedOver, [&](const fs::directory_entry& entry) {
        entries.push_back(entry);
        if (entries.size() > kMostFiles) failAt(folder, "has more than 5 million files");
        return true;
    });
    std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) { return entry.path().native(); });
    return entries;
}

void passOverFiles(const fs::path& folder, PassedOver& passedOver) {
    std::error_code code;
    for (const auto& entry : listFolder(folder, &passedOver))
        if (!entry.is_directory(code)) passedOver.addFile(entry.path().filename().string());
}

bool isPicture(const fs::directory_entry& entry) {
    std::error_code code;
    if (entry.is_directory(code)) return false;
    if (hasPictureEnding(entry.path().filename().string())) return true;
    if (!entry.is_regular_file(code)) return false;
    std::array<char, kPictureMagic> begin{};
    std::ifstream file(entry.path(), std::ios::binary);
    if (!file) return true;
    file.read(begin.data(), begin.size());
    return !pictureFormat({begin.data(), static_cast<std::size_t>(file.gcount())}).empty();
}

bool holdsPictures(const fs::path& folder) {
    bool found = false;
    forEachEntry(folder, nullptr, [&](const fs::directory_entry& entry) { return !(found = isPicture(entry)); });
    return found;
}

bool holdsPicturesAnywhere(const fs::path& folder, int depth) {
    if (depth > kDeepestFolder) return false;
    bool found = false;
    forEachEntry(folder, nullptr, [&](const fs::directory_entry& entry) {
        std::error_code code;
        const bool inside = isFolder(entry) && !entry.is_symlink(code);
        found = inside ? holdsPicturesAnywhere(entry.path(), depth + 1) : isPicture(entry);
        return !found;
    });
    return found;
}

std::vector<fs::path> foldersOfPictures(const fs::path& folder, std::size_t most) {
    std::vector<fs::path> folders;
    forEachEntry(folder, nullptr, [&](const fs::directory_entry& entry) {
        if (isFolder(entry) && holdsPicturesAnywhere(entry.path())) folders.push_back(entry.path());
        return folders.size() < most;
    });
    std::ranges::sort(folders);
    return folders;
}

std::string nameFault(const fs::path& path) {
    const std::string name = path.filename().string();
    if (validUtf8(name) != name) return "has a name that is no UTF-8";
    return printable(name) != name ? "has a control character in its name" : "";
}

void checkName(const fs::path& path) {
    if (const std::string fault = nameFault(path); !fault.empty()) failAt(path, fault, "Rename it");
}

namespace {

using Kind = SplitName::Kind;
using namespace std::string_view_literals;

bool isSmall(char c) { return c >= 'a' && c <= 'z'; }
bool isCapital(char c) { return c >= 'A' && c <= 'Z'; }
bool isLetter(char c) { return isSmall(c) || isCapital(c) || (static_cast<unsigned char>(c) & 0x80) != 0; }

/// The words of a name, in small letters, without its numbers: "myTrainSet-01" → my, train, set.
std::vector<std::string> wordsOfFolder(const std::string& name) {
    std::vector<std::string> words;
    char before = ' ';
    for (const char c : name) {
        if (isLetter(c)) {
            if (!isLetter(before) || (isSmall(before) && isCapital(c))) words.emplace_back();
            words.back() += c;
        }
        before = c;
    }
    for (std::string& word : words) word = lowerCase(std::move(word));
    return words;
}

std::optional<Kind> kindOf(std::string_view word) {
    static const std::map<Kind, std::vector<std::string_view>> kWords{
        {Kind::Train, {"train", "training", "trn"}},
        {Kind::Val, {"val", "valid", "validation", "validate", "validating", "dev", "development"}},
        {Kind::Eval, {"eval", "evaluation", "evaluate"}},
        {Kind::Test, {"test", "testing", "tests", "tst", "holdout"}},
        {Kind::Unlabelled, {"pred", "predict", "prediction", "predictions", "unlabeled", "unlabelled", "inference"}}};
    for (const auto& [kind, words] : kWords)
        if (std::ranges::find(words, word) != words.end()) return kind;
    return std::nullopt;
}

bool isDecoration(std::string_view word) {
    static constexpr std::array<std::string_view, 26> kWords{
        "set", "sets",  "data",   "dataset", "datasets", "images", "image",  "imgs",    "img",
        "seg", "split", "splits", "folder",  "dir",      "part",   "files",  "sample",  "samples",
        "new", "full",  "all",    "final",   "cls",      "pics",   "photos", "pictures"};
    return std::ranges::find(kWords, word) != kWords.end();
}

/// The kinds that a word says; "trainset" and "trainval" are written as one.
std::set<Kind> kindsOf(std::string_view word) {
    if (const auto kind = kindOf(word)) return {*kind};
    for (std::size_t cut = 3; cut + 2 < word.size(); ++cut) {
        const auto first = kindOf(word.substr(0, cut)), second = kindOf(word.substr(cut));
        if (first && second) return {*first, *second};
        if (first && isDecoration(word.substr(cut))) return {*first};
        if (second && isDecoration(word.substr(0, cut))) return {*second};
    }
    return {};
}

/// Of the kinds that one name says.
std::optional<Kind> oneOf(const std::set<Kind>& kinds) {
    if (kinds.size() == 1) return *kinds.begin();
    if (kinds.contains(Kind::Unlabelled)) return Kind::Unlabelled;
    if (kinds == std::set{Kind::Train, Kind::Val}) return Kind::Train;
    if (kinds == std::set{Kind::Val, Kind::Test}) return Kind::Test;
    return std::nullopt;
}

}  // namespace

std::string lowerCase(std::string text) {
    for (char& c : text)
        if (isCapital(c)) c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string_view litterKind(const std::string& name) {
    struct Litter {
        std::string_view name;  // in small letters
        std::string_view kind;
    };
    static constexpr std::array kNames{Litter{"thumbs.db", "Thumbs.db"},
                                       Litter{"ehthumbs.db", "Thumbs.db"},
                                       Litter{"ehthumbs_vista.db", "Thumbs.db"},
                                       Litter{"desktop.ini", "desktop.ini"},
                                       Litter{"icon\r", "folder icon"},
                                       Litter{"$recycle.bin", "$RECYCLE.BIN"},
                                       Litter{"system volume information", "System Volume Information"},
                                       Litter{"found.000", "found.000"},
                                       Litter{"@eadir", "@eaDir"},
                                       Litter{"@tmp", "@tmp"},
                                       Litter{"@recycle", "@Recycle"},
                                       Litter{"#recycle", "#recycle"},
                                       Litter{"#snapshot", "#snapshot"},
                                       Litter{"~snapshot", "~snapshot"},
                                       Litter{"recycler", "RECYCLER"},
                                       Litter{"__macosx", "__MACOSX"},
                                       Litter{"__pycache__", "__pycache__"},
                                       Litter{"lost+found", "lost+found"},
                                       Litter{"network trash folder", "Network Trash Folder"},
                                       Litter{"temporary items", "Temporary Items"}};
    if (name.starts_with('.')) return "hidden";
    const std::string lower = lowerCase(name);
    // A stream beside a Windows file, as it arrives elsewhere; some programs write another character for the colon.
    if (lower.ends_with("zone.identifier")) return "*:Zone.Identifier";
    if (const auto colon = name.find(':'); colon != std::string::npos && hasPictureEnding(name.substr(0, colon)))
        return "stream of a Windows file";
    if (lower.starts_with("thumbs.db:")) return "Thumbs.db";
    if (lower.starts_with("@__thumb")) return "@__thumb";
    if (name.starts_with("~$")) return "~$ of an office program";
    const auto found = std::ranges::find(kNames, lower, &Litter::name);
    return found == kNames.end() ? std::string_view() : found->kind;
}

bool hasPictureEnding(const std::string& name) {
    static constexpr std::array kEndings{"png"sv, "apng"sv, "jpg"sv, "jpeg"sv, "jpe"sv,  "jfif"sv, "gif"sv,  "bmp"sv,
                                         "dib"sv, "webp"sv, "tif"sv, "tiff"sv, "heic"sv, "heif"sv, "avif"sv, "jp2"sv,
                                         "j2k"sv, "jpx"sv,  "jxl"sv, "psd"sv,  "ppm"sv,  "pgm"sv,  "pbm"sv,  "pnm"sv,
                                         "exr"sv, "hdr"sv,  "tga"sv, "ico"sv,  "svg"sv,  "cr2"sv,  "cr3"sv,  "nef"sv,
                                         "arw"sv, "dng"sv,  "orf"sv, "rw2"sv,  "raf"sv};
    const auto dot = name.rfind('.');
    return dot != std::string::npos && std::ranges::find(kEndings, lowerCase(name.substr(dot + 1))) != kEndings.end();
}

bool namesAPile(const std::string& name) {
    static constexpr std::array<std::string_view, 14> kNames{"images", "image", "imgs",     "img", "jpegimages",
                                                             "jpg",    "jpeg",  "jpegs",    "png", "pngs",
                                                             "photos", "pics",  "pictures", "data"};
    return std::ranges::find(kNames, lowerCase(name)) != kNames.end();
}

std::optional<SplitName> splitNamed(const std::string& name) {
    std::set<Kind> kinds;
    std::string rest;
    for (const std::string& word : wordsOfFolder(name)) {
        const auto said = kindsOf(word);
        kinds.insert(said.begin(), said.end());
        if (said.empty() && !isDecoration(word)) rest += (rest.empty() ? "" : " ") + word;
    }
    const auto kind = oneOf(kinds);
    return kind ? std::optional(SplitName{*kind, rest}) : std::nullopt;
}

std::string enumerated(const std::vector<std::string>& names, std::size_t most) {
    std::string text;
    const std::size_t shown = names.size() == most + 1 ? names.size() : std::min(most, names.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const bool last = i + 1 == names.size();
        text += (i == 0 ? "" : last ? " and " : ", ") + printable(names[i]);
    }
    if (shown < names.size()) text += " and " + std::to_string(names.size() - shown) + " more";
    return text;
}

}  // namespace bitdesk
