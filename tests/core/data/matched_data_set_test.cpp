// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/matched_data_set.h"

#include "tests/core/data/data_folder.h"
#include "tests/core/data/image_files.h"
#include "tests/core/data/small_data.h"

namespace bitdesk {
namespace {

using Names = std::vector<std::string>;

class MatchedDataSet : public test::DataFolder {
protected:
    MatchedDataSet() {
        for (const char* name : {"a/1.png", "b/2.png", "c/3.png", "c/4.png"}) write(name, test::greyPng(8, 8, name[2]));
    }
    std::shared_ptr<const DataSet> openFor(const Names& model, const std::string& choice = {}) const {
        return open(Split::Test, {.choices = {.classes = choice}, .modelClasses = model});
    }
};

TEST_F(MatchedDataSet, HasTheModelsLabelsAndTheSameImages) {
    const auto plain = open(), matched = openFor({"c", "a", "b"});
    EXPECT_EQ(labels(*plain), (std::vector{0, 1, 2, 2}));
    EXPECT_EQ(labels(*matched), (std::vector{1, 2, 0, 0}));
    EXPECT_EQ(matched->classNames(), (Names{"c", "a", "b"}));
    EXPECT_EQ(classCounts(*matched), (std::vector<std::int64_t>{2, 1, 1}));
    EXPECT_EQ(pixels(*matched), pixels(*plain));
    EXPECT_EQ(matched->decodeMemory() != nullptr, plain->decodeMemory() != nullptr);
    EXPECT_EQ(matched->name(), plain->name());
}

TEST_F(MatchedDataSet, HashIsAnotherWhereALabelIs) {
    const std::string hash = open()->hash();
    EXPECT_EQ(openFor({"a", "b", "c"})->hash(), hash);
    EXPECT_EQ(openFor({"A", "B", "C"})->hash(), hash) << "the same labels";
    EXPECT_EQ(openFor({"class 0", "class 1", "class 2"})->hash(), hash);
    const std::string turned = openFor({"c", "a", "b"})->hash();
    EXPECT_NE(turned, hash);
    EXPECT_EQ(openFor({"c", "a", "b"})->hash(), turned);
    EXPECT_NE(openFor({"b", "a", "c"})->hash(), turned);
    EXPECT_EQ(openFor({"c", "a", "b"}, kByNumber)->hash(), hash);
    test::writeText(root() / "map.json", R"({"a": "a", "b": "c", "c": "b"})");
    EXPECT_EQ(openFor({"b", "a", "c"}, (root() / "map.json").string())->classNames(), (Names{"b", "a", "c"}));
}

TEST_F(MatchedDataSet, IsMatchedWithAnotherModel) {
    const auto first = openFor({"c", "a", "b"}), other = matchedTo(first, {"b", "a", "c"}, {});
    EXPECT_EQ(labels(*other), (std::vector{1, 0, 2, 2}));
    EXPECT_EQ(labels(*unmatched(other)), labels(*open()));
    EXPECT_TRUE(other->description().notes.empty());
    EXPECT_EQ(openFor({"A", "b", "c"})->description().notes.size(), 1U);
    test::expectBadInput({root().string(), "'a', 'b', 'c'", "'x', 'y', 'z'"}, [&] { openFor({"x", "y", "z"}); });
}

TEST_F(MatchedDataSet, LabelsWithoutNamesKeepTheirNumbers) {
    test::TemporaryFolder folder;
    test::writeSmallData(folder.path(), 8, 8);
    const DataRequest request{.modelClasses = {"dark", "bright", "rows", "columns"}};
    const auto data = openDataSet(folder.path().string(), Split::Test, request);
    EXPECT_EQ(labels(*data), (std::vector{0, 1, 2, 3, 0, 1, 2, 3}));
    EXPECT_EQ(data->hash(), openDataSet(folder.path().string(), Split::Test)->hash());
    EXPECT_EQ(data->fileOf(0), "") << "an array's images are no files";
    ASSERT_EQ(data->description().notes.size(), 1U);
    EXPECT_NE(data->description().notes[0].find("the data has no class names"), std::string::npos);
}

}  // namespace
}  // namespace bitdesk
