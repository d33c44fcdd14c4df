// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <fstream>
#include <iostream>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/data/decode_memory.h"
#include "core/data/read_ahead.h"
#include "tests/core/data/data_folder.h"
#include "tests/core/data/image_files.h"

namespace bitdesk {
namespace {

class LargeFolder : public test::DataFolder {};

/// What the process has had of memory at most since it was last asked, bytes.
std::int64_t peakResident() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (word == "VmHWM:") {
            std::int64_t kibibytes = 0;
            status >> kibibytes;
            return kibibytes << 10;
        }
    return 0;
}
void forgetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

double perSecond(std::int64_t count, std::int64_t begin) {
    return 1e9 * static_cast<double>(count) / static_cast<double>(steadyNow() - begin);
}

/// Reads all images in a random order, as an evaluation does; their number a second.
double readAll(const DataSet& data, const DataSet& source) {
    const auto order = permutation(data.size(), 3);
    const std::int64_t begin = steadyNow();
    ReadAhead batches(data, order, 64);
    std::int64_t seen = 0, sum = 0, expected = 0;
    while (const auto batch = batches.next()) {
        seen += static_cast<std::int64_t>(batch->indices.size());
        for (const std::uint8_t pixel : batch->images) sum += pixel;
    }
    const double rate = perSecond(seen, begin);
    std::vector<std::uint8_t> image(static_cast<std::size_t>(source.imageBytes()));
    for (std::int64_t i = 0; i < data.size(); ++i) {
        source.copyImages({&i, 1}, image);
        for (const std::uint8_t pixel : image) expected += pixel;
    }
    EXPECT_EQ(seen, data.size());
    EXPECT_EQ(sum, expected);
    return rate;
}

TEST_F(LargeFolder, LoadsFiftyThousandImagesWithinItsMemory) {
    constexpr std::int64_t kImages = 50'000, kMemory = 32 << 20;
    constexpr double kLeastRate = 3000;  // images a second
    const auto source = openDataSet("fashion-mnist", Split::Train);
    std::vector<std::uint8_t> image(static_cast<std::size_t>(source->imageBytes()));
    for (std::int64_t i = 0; i < kImages; ++i) {
        source->copyImages({&i, 1}, image);
        write(std::to_string(source->label(i)) + "/" + std::to_string(100'000 + i) + ".png",
              test::pngOf(28, 28, 0, 1, {reinterpret_cast<const char*>(image.data()), image.size()}));
    }
    for (const char* opening : {"first opening", "opening again"}) {
        forgetPeak();
        const std::int64_t before = peakResident();
        const std::int64_t begin = steadyNow();
        const auto data = open(Split::Test, {.choices = {.memory = kMemory}});
        const double opened = perSecond(kImages, begin);
        EXPECT_EQ(data->size(), kImages);
        const double read = readAll(*data, *source);
        const std::int64_t grown = peakResident() - before;
        std::cout << opening << ": " << opened << " images/s, then read at random: " << read << " images/s; "
                  << static_cast<double>(data->decodeMemory()->peak()) / 1048576 << " MiB of pixels, "
                  << static_cast<double>(grown) / 1048576 << " MiB more resident\n";
        EXPECT_GT(opened, kLeastRate);
        EXPECT_GT(read, kLeastRate);
        EXPECT_LE(data->decodeMemory()->peak(), kMemory);
        EXPECT_LE(grown, kMemory);
    }
}

}  // namespace
}  // namespace bitdesk
