// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/unread_files.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "core/base/utf8.h"
#include "core/data/folder_entries.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFilesSeen = 64, kKindsNamed = 2;
constexpr int kDeepestSeen = 8;

/// The first files in a folder and below it.
void addFirstFiles(const fs::path& folder, std::vector<fs::path>& files, int depth = 0) {
    std::error_code code;
    for (const auto& entry : listFolder(folder, nullptr)) {
        if (files.size() == kMostFilesSeen) return;
        if (!entry.is_directory(code)) files.push_back(entry.path());
        else if (!entry.is_symlink(code) && depth < kDeepestSeen) addFirstFiles(entry.path(), files, depth + 1);
    }
}

/// Data sets carry a README, a JSON or a table of labels with them: what says least of them comes last.
int placeOf(FileKind kind) {
    switch (kind) {
        case FileKind::Csv: return 1;
        case FileKind::Unknown:
        case FileKind::Special:
        case FileKind::Absent:
        case FileKind::Empty: return 2;
        case FileKind::Text: return 3;
        default: return 0;
    }
}

struct KindSeen {
    WhatItIs what;
    fs::path first;
    int files = 0;
};
/// The kinds of the files, what says most first.
std::vector<KindSeen> kindsOf(const std::vector<fs::path>& files) {
    std::vector<KindSeen> kinds;
    for (const fs::path& file : files) {
        WhatItIs what = whatIs(file);
        auto known = std::ranges::find(kinds, what.kind, [](const KindSeen& seen) { return seen.what.kind; });
        if (known == kinds.end()) known = kinds.insert(known, {std::move(what), file});
        ++known->files;
    }
    std::ranges::stable_sort(kinds, {},
                             [](const KindSeen& seen) { return std::tuple(placeOf(seen.what.kind), -seen.files); });
    return kinds;
}

}  // namespace

std::string howToRead(FileKind kind) {
    switch (kind) {
        case FileKind::WebPage:
        case FileKind::Empty: return "Download it again";
        case FileKind::LfsPointer: return "Fetch the file itself: git lfs pull";
        case FileKind::Tar:
        case FileKind::Zip:
        case FileKind::Packed: return "Unpack it and name its folder";
        case FileKind::Picture:
            return "Convert it, as ImageMagick does: mogrify -format png FILE, and move the original out of the folder "
                   "where it "
                   "stays";
        case FileKind::Dicom: return "Convert it, as DCMTK does: dcmj2pnm --write-png FILE FILE.png";
        case FileKind::Video: return "Take pictures of it, as FFmpeg does: ffmpeg -i FILE FILE-%05d.png";
        case FileKind::Npy:
        case FileKind::Npz:
        case FileKind::TorchZip:
        case FileKind::Pickle:
        case FileKind::Table:
        case FileKind::Csv:
            return "Save all images and labels in one file, np.savez(FILE, x_test=…, y_test=…), or each image in a "
                   "folder of its class, Image.fromarray(x).save('test/cat/1.png')";
        default: return {};
    }
}

void failUnread(const fs::path& folder, const std::string& reason, const std::string& hint) {
    std::vector<fs::path> files;
    addFirstFiles(folder, files);
    const auto kinds = kindsOf(files);
    if (kinds.empty()) failAt(folder, reason, hint);
    std::string told = reason;
    for (std::size_t i = 0; i < std::min(kinds.size(), kKindsNamed); ++i) {
        if (placeOf(kinds[i].what.kind) > placeOf(kinds.front().what.kind)) break;
        told += i == 0 ? "; " : ", ";
        told += validUtf8(kinds[i].first.lexically_relative(folder).string()) + " is " + kinds[i].what.text;
    }
    const std::string how = howToRead(kinds.front().what.kind);
    failAt(folder, told, how.empty() ? hint : how);
}

}  // namespace bitdesk
