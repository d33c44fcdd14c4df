// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/image_decoder.h"
#include "core/data/image_header.h"
#include "tests/core/base/temporary_folder.h"
#include "tests/core/data/image_files.h"

namespace bitdesk {
namespace {

using Pixels = std::vector<std::uint8_t>;

/// pictures.json: what Pillow 13 (libjpeg-turbo 3.2) makes of pictures of many kinds; see make_pictures.py.
const nlohmann::json& pictures() {
    static const auto kPictures =
        nlohmann::json::parse(readFile(BITDESK_SOURCE_DIR "/tests/core/data/pictures.json", 1 << 20));
    return kPictures;
}

class Pictures : public testing::Test {
protected:
    Pixels decode(const std::string& file, const nlohmann::json& size, int channels, bool exif) {
        test::writeText(m_folder / "picture", file);
        const ImageShape shape{size.at(0), size.at(1), channels};
        Pixels out(static_cast<std::size_t>(shape.bytes()));
        m_facts = decodeImage(m_folder / "picture", {.shape = shape, .asTheyAre = false, .resize = 0, .exif = exif},
                              m_memory, out);
        return out;
    }
    static Pixels greyOf(const std::string& rgb) {
        Pixels grey;
        for (std::size_t i = 0; i + 2 < rgb.size(); i += 3) {
            const auto at = [&](std::size_t c) {
                return static_cast<unsigned>(static_cast<unsigned char>(rgb[i + c]));
            };
            grey.push_back(static_cast<std::uint8_t>((19595 * at(0) + 38470 * at(1) + 7471 * at(2) + 32768) >> 16));
        }
        return grey;
    }
    /// Decoders of one family may round otherwise, by a level.
    static void expectNear(const Pixels& found, const Pixels& wanted) {
        ASSERT_EQ(found.size(), wanted.size());
        int most = 0;
        for (std::size_t i = 0; i < found.size(); ++i) most = std::max(most, std::abs(found[i] - wanted[i]));
        EXPECT_LE(most, 1);
    }
    static void expectNear(const Pixels& found, const std::string& wanted) {
        expectNear(found, Pixels(wanted.begin(), wanted.end()));
    }

    test::TemporaryFolder m_folder;
    DecodeMemory m_memory{64 << 20};
    ImageFacts m_facts;
};

TEST_F(Pictures, AreWhatPillowMakesOfThem) {
    ASSERT_GE(pictures().size(), 39U);
    for (const auto& picture : pictures()) {
        SCOPED_TRACE(picture.at("name"));
        const std::string file = test::fromText(picture.at("file")), rgb = test::fromText(picture.at("rgb"));
        expectNear(decode(file, picture.at("size"), 3, false), rgb);
        expectNear(decode(file, picture.at("size"), 1, false), greyOf(rgb));
    }
}

TEST_F(Pictures, AreTurnedAsPillowTurnsThem) {
    std::size_t turned = 0;
    for (const auto& picture : pictures()) {
        SCOPED_TRACE(picture.at("name"));
        const bool turns = picture.contains("upright");
        const std::string file = test::fromText(picture.at("file"));
        const nlohmann::json size = picture.at(turns ? "upright_size" : "size");
        expectNear(decode(file, size, 3, true), test::fromText(picture.at(turns ? "upright" : "rgb")));
        EXPECT_EQ(m_facts.orientation != 1, turns);
        const ImageShape shape = readImageShape(m_folder / "picture", true, m_memory);
        EXPECT_EQ(nlohmann::json({shape.height, shape.width}), size);
        turned += turns ? 1 : 0;
    }
    EXPECT_EQ(turned, 9U);  // EXIF's 2 … 8, one in a PNG file, one in XMP
}

bool decodes(std::span<const std::uint8_t> file) {
    try {
        const auto header = parseImageHeader(file, static_cast<std::int64_t>(file.size()), "f");
        return header && decodeJpeg(file, *header).pixels != nullptr;
    } catch (const Error&) {
        return false;
    }
}

/// A cut file is refused wherever it is cut, as by Pillow, but that the end marker alone may be missing.
TEST_F(Pictures, CutJpegsAreRefused) {
    for (const char* name : {"4:2:0", "grey JPEG", "CMYK", "restart markers", "progressive", "arithmetic"}) {
        SCOPED_TRACE(name);
        const auto found = std::ranges::find_if(pictures(), [&](const auto& one) { return one.at("name") == name; });
        ASSERT_NE(found, pictures().end());
        const auto file = fromBase64(found->at("file").get<std::string>()).value();
        const bool needsItsEnd = std::string(name) == "progressive" || std::string(name) == "arithmetic";
        EXPECT_TRUE(decodes(file));
        for (std::size_t size = 0; size < file.size(); ++size) {
            if (size + 3 == file.size()) continue;  // the last byte's bits may all be for nothing
            const bool whole = !needsItsEnd && size + 2 >= file.size();
            ASSERT_EQ(decodes(std::span(file).first(size)), whole) << size << " of " << file.size();
        }
    }
}

}  // namespace
}  // namespace bitdesk
