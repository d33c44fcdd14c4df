// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_header.h"

#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/resample.h"

namespace bitdesk {
namespace {

using namespace std::string_view_literals;
using Pixels = std::vector<std::uint8_t>;

std::span<const std::uint8_t> bytesOf(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(Exif, OrientationIsOneNumberOfTheFirstDirectory) {
    const struct {
        std::string_view tiff;
        std::optional<int> orientation;
    } cases[] = {
        {"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0"sv, 6},
        {"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0"sv, 6},
        {"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0"sv, 6},
        {"MM\0*\0\0\0\x08\0\1\1\x12\0\4\0\0\0\1\0\0\0\3"sv, 3},                            // a long
        {"MM\0*\0\0\0\x08\0\1\1\x12\0\1\0\0\0\1\4\0\0\0"sv, 4},                            // a byte
        {"MM\0*\0\0\0\x08\0\2\1\x12\0\3\0\0\0\1\0\6\0\0\1\x12\0\3\0\0\0\1\0\2\0\0"sv, 2},  // two
        {"MM\0*\0\0\0\x0a\xff\xff\0\1\1\x12\0\3\0\0\0\1\0\6\0\0"sv, 6},                    // further on
        {"MM\0*\0\0\0\x08\xff\xff\1\x12\0\3\0\0\0\1\0\6\0\0"sv, 6},                        // cut
        {"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\x09\0\0"sv, 1},                          // beyond
        {"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\2\0\6\0\6"sv, {}},                           // two numbers
        {"MM\0*\0\0\0\x08\0\1\1\x12\0\2\0\0\0\1\x36\0\0\0"sv, {}},                         // a text
        {"MM\0*\0\0\0\x08\0\1\1\x13\0\3\0\0\0\1\0\6\0\0"sv, {}},                           // another
        {"MM\0*\xff\xff\xff\xff\0\1\1\x12\0\3\0\0\0\1\0\6\0\0"sv, {}},                     // nowhere
        {"MM\0*\0\0\0\x15\0\1\1\x12\0\3\0\0\0\1\0\6\0\0"sv, {}},                           // at the end
        {"MM\0\0\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0"sv, {}},
        {"XX\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0"sv, {}},
        {"MM\0*"sv, {}},
        {""sv, {}},
    };
    for (std::size_t i = 0; i < std::size(cases); ++i)
        EXPECT_EQ(exifOrientation(bytesOf(cases[i].tiff)), cases[i].orientation) << "case " << i;
}

TEST(Exif, XmpIsAskedWhereExifIsSilent) {
    EXPECT_EQ(xmpOrientation(bytesOf("<x tiff:Orientation=\"8\"/>")), 8);
    EXPECT_EQ(xmpOrientation(bytesOf("tiff:Orientation <tiff:Orientation>3</tiff:Orientation>")), 3);
    EXPECT_EQ(xmpOrientation(bytesOf("<x tiff:Orientation=\"9\"/>")), 1);
    EXPECT_EQ(xmpOrientation(bytesOf("<x tiff:Orientation=\"")), std::nullopt);
    EXPECT_EQ(xmpOrientation({}), std::nullopt);
    EXPECT_EQ((Orientations{.exif = 1, .xmp = 8}.orientation()), 1);
    EXPECT_EQ((Orientations{.exif = {}, .xmp = 8}.orientation()), 8);
    EXPECT_EQ(Orientations{}.orientation(), 1);
}

/// numpy.array([[1, 2, 3], [4, 5, 6]]): itself, fliplr, rot90(a, 2), flipud, a.T, rot90(a, -1), rot90(a, 2).T, rot90.
TEST(Exif, EachOrientationTurnsAsNumPySays) {
    const Pixels picture{1, 2, 3, 4, 5, 6};
    const Pixels wanted[] = {{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1}, {4, 5, 6, 1, 2, 3},
                             {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3}, {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
    for (int orientation = 1; orientation <= 8; ++orientation) {
        Pixels out(picture.size());
        turnUpright(picture, 2, 3, 1, orientation, out);
        EXPECT_EQ(out, wanted[orientation - 1]) << orientation;
    }
}

}  // namespace
}  // namespace bitdesk
