// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/folder_names.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/base/error.h"

namespace bitdesk {
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
    struct Word {
        std::string_view text;
        Kind kind;
    };
    static constexpr std::array kWords{Word{"train", Kind::Train},
                                       Word{"training", Kind::Train},
                                       Word{"trn", Kind::Train},
                                       Word{"val", Kind::Val},
                                       Word{"valid", Kind::Val},
                                       Word{"validation", Kind::Val},
                                       Word{"validate", Kind::Val},
                                       Word{"validating", Kind::Val},
                                       Word{"dev", Kind::Val},
                                       Word{"development", Kind::Val},
                                       Word{"eval", Kind::Eval},
                                       Word{"evaluation", Kind::Eval},
                                       Word{"evaluate", Kind::Eval},
                                       Word{"test", Kind::Test},
                                       Word{"testing", Kind::Test},
                                       Word{"tests", Kind::Test},
                                       Word{"tst", Kind::Test},
                                       Word{"holdout", Kind::Test},
                                       Word{"pred", Kind::Unlabelled},
                                       Word{"predict", Kind::Unlabelled},
                                       Word{"prediction", Kind::Unlabelled},
                                       Word{"predictions", Kind::Unlabelled},
                                       Word{"unlabeled", Kind::Unlabelled},
                                       Word{"unlabelled", Kind::Unlabelled},
                                       Word{"inference", Kind::Unlabelled}};
    const auto found = std::ranges::find(kWords, word, &Word::text);
    return found == kWords.end() ? std::nullopt : std::optional(found->kind);
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
