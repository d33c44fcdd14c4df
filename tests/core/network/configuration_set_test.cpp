// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/bit_configuration.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "core/base/error.h"
#include "core/network/catalogue.h"
#include "tests/core/data/small_data.h"

namespace bitdesk {
namespace {

constexpr std::array kWidths{2, 3, 4};

class ConfigurationSet : public ::testing::Test {
protected:
    std::vector<BitConfiguration> of(const std::vector<std::string>& words, std::uint64_t seed = 0) const {
        return configurationsOf(words, network, kWidths, seed, folder / "");
    }
    std::vector<BitConfiguration> ofFile(const std::string& text) const {
        std::ofstream(folder / "mixes.txt") << text;
        return of({"mixes.txt"});
    }
    void refused(ErrorKind kind, const std::string& says, const std::function<void()>& work) const {
        try {
            work();
            ADD_FAILURE() << "accepted where this was expected: " << says;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), kind) << error.what();
            EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
        }
    }

    Network network = findNetwork("resnet14").build({8, 8, 1}, 4);
    std::size_t layers = network.quantizable().size();
    test::TemporaryFolder folder;
};

TEST_F(ConfigurationSet, UniformIsAMixForEachWidth) {
    const auto found = of({"uniform"});
    ASSERT_EQ(found.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(found[i], uniformBits(network, kWidths[i]));
}

TEST_F(ConfigurationSet, RandomMixesAreDistinctRepeatableAndGrow) {
    const auto hundred = of({"random:100"}, 5);
    EXPECT_EQ(std::set(hundred.begin(), hundred.end()).size(), 100U);
    const auto ten = of({"random:10"}, 5);
    EXPECT_TRUE(std::ranges::equal(ten, std::span(hundred).first(10)));
    EXPECT_NE(of({"random:10"}, 6), ten);
    // Uniform over the widths: 1 400 draws, each width a third, within five standard deviations.
    std::array<int, 5> counts{};
    for (const BitConfiguration& bits : hundred)
        for (const int width : bits.bits) ++counts.at(static_cast<std::size_t>(width));
    for (const int width : kWidths) EXPECT_NEAR(counts.at(static_cast<std::size_t>(width)), 1400 / 3.0, 5 * 17.6);
}

TEST_F(ConfigurationSet, AllAreAllOfASmallNetwork) {
    const Network small = findNetwork("resnet14").build({8, 8, 1}, 4);
    constexpr std::array kOne{3};
    EXPECT_EQ(configurationsOf(std::vector<std::string>{"all"}, small, kOne, 0).size(), 1U);
    constexpr std::array kTwo{2, 4};  // 2^14
    const auto found = configurationsOf(std::vector<std::string>{"all"}, small, kTwo, 0);
    EXPECT_EQ(found.size(), std::size_t{1} << layers);
    EXPECT_TRUE(std::ranges::is_sorted(found));
    EXPECT_EQ(std::ranges::adjacent_find(found), found.end());
}

TEST_F(ConfigurationSet, WordsAddUpAndEachMixCountsOnce) {
    const auto found = of({"4", "uniform", "4,4,4,4,4,4,4,4,4,4,4,4,4,2"});
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[0], uniformBits(network, 4));
    EXPECT_EQ(found[3].bits.back(), 2);
}

TEST_F(ConfigurationSet, FilesAreLinesOrJson) {
    EXPECT_EQ(ofFile("# two mixes\n\n3\n2,2,2,2,2,2,2,2,2,2,2,2,2,2 # low\r\n").size(), 2U);
    EXPECT_EQ(ofFile("[\"3\", [2,2,2,2,2,2,2,2,2,2,2,2,2,2]]").size(), 2U);
    EXPECT_EQ(ofFile("[2,2,2,2,2,2,2,2,2,2,2,2,2,2]\n[3,3,3,3,3,3,3,3,3,3,3,3,3,3]\n"), of({"2", "3"}))
        << "as CSV has them";
    EXPECT_EQ(ofFile(toJson(uniformBits(network, 3), network)), of({"3"}));
    EXPECT_EQ(ofFile("[" + toJson(uniformBits(network, 3), network) + "]"), of({"3"}));
}

TEST_F(ConfigurationSet, FilesAreReadAsSpreadsheetsWriteThem) {
    const std::string mark = "\xEF\xBB\xBF", two = "[2,2,2,2,2,2,2,2,2,2,2,2,2,2]";
    EXPECT_EQ(ofFile(mark + "3\r\n2\r\n"), of({"3", "2"}));
    EXPECT_EQ(ofFile(mark + "[\"3\"]"), of({"3"}));
    EXPECT_EQ(ofFile(mark + "bits\r\n\"" + two + "\" \t\r\n\"[3]\"\r\n"), of({"2", "3"})) << "a column of CSV";
    EXPECT_EQ(ofFile("  \"" + two + "\"  # low\n"), of({"2"}));
    refused(ErrorKind::BadInput, "mixes.txt, line 2", [&] { ofFile("2\nbits\n"); });
}

TEST_F(ConfigurationSet, BadWordsAndFilesAreNamed) {
    refused(ErrorKind::Usage, "names no configurations", [&] { of({"every"}); });
    refused(ErrorKind::Usage, "random:x", [&] { of({"random:x"}); });
    refused(ErrorKind::Usage, "random:0", [&] { of({"random:0"}); });
    refused(ErrorKind::Usage, "more mixes than there are",
            [&] { configurationsOf(std::vector<std::string>{"random:2"}, network, std::array{3}, 0); });
    refused(ErrorKind::Usage, "3^14", [&] { of({"all"}); });
    refused(ErrorKind::BadInput, "missing.txt", [&] { of({"missing.txt"}); });
    refused(ErrorKind::BadInput, "mixes.txt, line 2", [&] { ofFile("3\n5\n"); });
    refused(ErrorKind::BadInput, "mixes.txt, line 1", [&] { ofFile("@mixes.txt\n"); });
    refused(ErrorKind::BadInput, "mixes.txt, entry 2", [&] { ofFile("[\"3\", 7]"); });
    refused(ErrorKind::BadInput, "mixes.txt, entry 1", [&] { ofFile("[[2, 2]]"); });
    refused(ErrorKind::BadInput, "mixes.txt, entry 1", [&] { ofFile("[[2, 99999999999]]"); });
    refused(ErrorKind::BadInput, "holds no configuration", [&] { ofFile(" \n# nothing\n"); });
    refused(ErrorKind::BadInput, "holds no configuration", [&] { ofFile("[]"); });
    refused(ErrorKind::BadInput, "bits", [&] { of({"7"}); });
}

}  // namespace
}  // namespace bitdesk
