// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/resample.h"

#include <gtest/gtest.h>

#include "core/base/hash.h"

namespace bitdesk {
namespace {

std::vector<std::uint8_t> pattern(const ImageShape& shape) {
    std::vector<std::uint8_t> pixels;
    for (int y = 0; y < shape.height; ++y)
        for (int x = 0; x < shape.width; ++x)
            for (int c = 0; c < shape.channels; ++c)
                pixels.push_back(static_cast<std::uint8_t>(y * 7 + x * 13 + c * 50 + (x * y) % 31));
    return pixels;
}

struct Case {
    ImageShape from, to;
    int resize;
    const char* sha;    ///< of what Pillow 13 makes of it: resize(…, BILINEAR), then crop()
    const char* cubic;  ///< the same by BICUBIC
};

TEST(Resample, IsPillowsBitForBit) {
    const Case cases[] = {
        {{60, 90, 3},
         {28, 28, 3},
         0,
         "257cd19c8b246e71f82f32e0503872b055b8e9c456a0fcc1fc127dad0239c7a2",
         "9b57b3471960a81b08f0c3a182063636b58e2aca910f2db90909d80276e93c00"},
        {{90, 60, 3},
         {28, 28, 3},
         32,
         "3689b01d04b1292a3fcfd094b4bd64a486045c073943eddeb999deeb60e8a8d1",
         "cc6c8d9dda6bc36d0d9928ac9ed9b1fbde33977ad07a50b9594125f856e11e7c"},
        {{10, 14, 1},
         {28, 28, 1},
         0,
         "32cfb26df3b123c778649cdbc8be5bb5d3417f38eb46d979af63a1054bd08480",
         "87d28223c9bb73082c7a5110b381100224739b5b52a2189b3bd89660e68b8557"},
        {{375, 500, 3},
         {224, 224, 3},
         256,
         "65af595e58805576d0cda42874b09c7138aedbe1fd2e2e795474f2325233b9b9",
         "524161ea9ba3c07b57353a1d5d6455bd9eb8e7d11eb908d1518382c8b0fc5799"},
        {{28, 100, 1},
         {28, 28, 1},
         0,
         "2f42bc97fb807a515c78fdcd66f26689b612453b33a5e0410c7bb0eb35d5affd",
         "2f42bc97fb807a515c78fdcd66f26689b612453b33a5e0410c7bb0eb35d5affd"},
        {{33, 33, 3},
         {33, 40, 3},
         0,
         "03193a87c67fec5f177dd15b1e0e5ca9ccce6e06789eb8bf1f8a639f69d02cf2",
         "9383d353131de96f811a9aad06d71169c212d8f631024baf06ef880ea9eb10b1"},
    };
    for (const Case& one : cases) {
        SCOPED_TRACE(toText(one.from) + " to " + toText(one.to));
        std::vector<std::uint8_t> out(static_cast<std::size_t>(one.to.bytes()));
        const Placement place = placeCentre(one.from.height, one.from.width, one.to, one.resize);
        resizeAndCrop(pattern(one.from), one.from, place, one.to, out);
        EXPECT_EQ(sha256({reinterpret_cast<const char*>(out.data()), out.size()}), one.sha);
        resizeAndCrop(pattern(one.from), one.from, place, one.to, out, Interpolation::Bicubic);
        EXPECT_EQ(sha256({reinterpret_cast<const char*>(out.data()), out.size()}), one.cubic);
    }
}

TEST(Resample, AnExtremeStripCostsNoMoreThanItsCentre) {
    const ImageShape from{2, 16384, 1}, to{224, 224, 1};
    std::vector<std::uint8_t> out(static_cast<std::size_t>(to.bytes()));
    const Placement place = placeCentre(from.height, from.width, to, 0);
    EXPECT_EQ(place.height, 224);
    EXPECT_EQ(place.width, 224 * 8192);
    resizeAndCrop(std::vector<std::uint8_t>(static_cast<std::size_t>(from.bytes()), 77), from, place, to, out);
    EXPECT_EQ(out, std::vector<std::uint8_t>(out.size(), 77));
}

TEST(Resample, IsSaid) {
    EXPECT_EQ(preprocessingText({}, {}), "as they are");
    EXPECT_EQ(preprocessingText(ImageShape{224, 224, 3}, {.resize = 256}),
              "shorter side to 256 (triangle filter), centre 224×224, 3 channels");
    EXPECT_EQ(preprocessingText(ImageShape{28, 28, 1}, {}),
              "scaled to cover 28×28 (triangle filter), centre 28×28, 1 channel");
    EXPECT_EQ(preprocessingText(ImageShape{224, 224, 3}, {.resize = 256, .interpolation = Interpolation::Bicubic}),
              "shorter side to 256 (cubic filter), centre 224×224, 3 channels");
    EXPECT_EQ(preprocessingText({}, {.exif = true}), "turned as their EXIF orientation says");
    EXPECT_EQ(preprocessingText({}, {.resize = 32, .exif = true}),
              "turned as their EXIF orientation says, shorter side to 32 (triangle filter), centre 32×32");
}

}  // namespace
}  // namespace bitdesk
