// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <string>

#include "core/base/random.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk::test {

inline std::string idxHeader(std::initializer_list<int> extents) {
    std::string text{'\0', '\0', '\x08', static_cast<char>(extents.size())};
    for (const int extent : extents)
        for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(extent >> shift & 0xff);
    return text;
}

/// An IDX folder of 8×8 images in four classes that a small network can tell apart, shifted and mirrored too: dark
/// noise, bright noise, rows, columns.
inline void writeSmallData(const std::filesystem::path& folder, int train, int test) {
    constexpr int kSide = 8;
    std::filesystem::create_directories(folder);
    Random random(11);
    for (const auto& [stem, count] : {std::pair{"train", train}, std::pair{"t10k", test}}) {
        std::string images = idxHeader({count, kSide, kSide}), labels = idxHeader({count});
        for (int i = 0; i < count; ++i) {
            const int label = i % 4;
            labels += static_cast<char>(label);
            for (int y = 0; y < kSide; ++y)
                for (int x = 0; x < kSide; ++x) {
                    const bool bright = label == 1 || (label == 2 && y % 2 == 0) || (label == 3 && x % 2 == 0);
                    images += static_cast<char>((bright ? 90 : 0) + static_cast<int>(random.below(140)));
                }
        }
        writeText(folder / (std::string(stem) + "-images-idx3-ubyte"), images);
        writeText(folder / (std::string(stem) + "-labels-idx1-ubyte"), labels);
    }
}

}  // namespace bitdesk::test
