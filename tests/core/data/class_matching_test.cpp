// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/class_matching.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <algorithm>

#include "core/data/class_names.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk {
namespace {

using Names = std::vector<std::string>;

const Names kFashion{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                     "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

Names counted(const std::string& beginning, int from, int count) {
    Names names;
    for (int i = from; i < from + count; ++i) names.push_back(beginning + std::to_string(i));
    return names;
}
/// In the order of their bytes, as a folder's classes come.
Names sorted(Names names) {
    std::ranges::sort(names);
    return names;
}

DataClasses folder(Names names) {
    std::vector<std::int64_t> images(names.size(), 1);
    return {.names = sorted(std::move(names)), .images = std::move(images), .named = true, .numbered = false};
}
/// As of IDX: labels up to `count` − 1, those of `empty` without images.
DataClasses labels(std::size_t count, const std::vector<std::size_t>& empty = {}) {
    DataClasses data{.names = numberedNames(count), .images = std::vector<std::int64_t>(count, 1), .named = false};
    for (const std::size_t c : empty) data.images[c] = 0;
    return data;
}

/// What of the model a class of the data is.
std::string nameFor(const ClassMatch& match, const DataClasses& data, const Names& model, const std::string& name) {
    const auto c = std::ranges::find(data.names, name) - data.names.begin();
    const int m = match.modelClass.at(static_cast<std::size_t>(c));
    return m < 0 ? "none" : model.at(static_cast<std::size_t>(m));
}
std::string toldBy(const ClassMatch& match) {
    std::string text;
    for (const std::string& note : match.notes) text += note + "\n";
    return text;
}

/// The match of one class of the data, and what is told.
void expectMatch(const DataClasses& data, const Names& model, const std::map<std::string, std::string>& pairs,
                 const std::string& note) {
    const ClassMatch match = matchClasses(data, model, "D");
    for (const auto& [from, to] : pairs) EXPECT_EQ(nameFor(match, data, model, from), to) << from;
    if (note.empty()) EXPECT_EQ(toldBy(match), "");
    else EXPECT_NE(toldBy(match).find(note), std::string::npos) << toldBy(match);
}
void expectRefused(const DataClasses& data, const Names& model, std::initializer_list<std::string> parts) {
    test::expectBadInput(parts, [&] { matchClasses(data, model, "D"); });
    test::expectBadInput({"D: its classes are not the model's", "--class-map FILE.json"},
                         [&] { matchClasses(data, model, "D"); });
}

TEST(LooseName, IsWithoutWhatPeopleWriteDifferently) {
    for (const auto& [a, b] : std::vector<std::pair<const char*, const char*>>{{"T-shirt/top", "t_shirt top"},
                                                                               {"Ankle boot", "ankleBoot"},
                                                                               {" Ankle  boot ", "Ankle-Boot"},
                                                                               {"c03", "C3"},
                                                                               {"000", "0"},
                                                                               {"class_07", "Class 7"},
                                                                               {"ÉCLAIR", "e\u0301clair"},
                                                                               {"Straße", "STRASSE"}})
        EXPECT_EQ(looseName(a), looseName(b)) << a;
    for (const auto& [a, b] : std::vector<std::pair<const char*, const char*>>{
             {"-1", "1"}, {"0.05", "0.5"}, {"1-2", "12"}, {"c1", "c10"}, {"cafe", "café"}, {"1", "01x"}, {"10", "1"}})
        EXPECT_NE(looseName(a), looseName(b)) << a;
}

TEST(ClassNumbers, AreNamesOfOneBeginningAndNothingElse) {
    EXPECT_EQ(numbersOf({"0", "1", "10", "2"}), (std::vector<std::int64_t>{0, 1, 10, 2}));
    EXPECT_EQ(numbersOf({"c0", "C1", "c02"}), (std::vector<std::int64_t>{0, 1, 2}));
    EXPECT_EQ(numbersOf({"class_3", "digit 7"}), std::nullopt);
    EXPECT_EQ(numbersOf({"1", "01"}), std::nullopt) << "one number twice";
    EXPECT_EQ(numbersOf({"0.1", "0.2"}), std::nullopt);
    EXPECT_EQ(numbersOf({"-1", "0"}), std::nullopt);
    EXPECT_EQ(numbersOf({"0-1", "0-2"}), std::nullopt) << "ranges";
    EXPECT_EQ(numbersOf({"99999999999999999999"}), std::nullopt);
}

TEST(ClassMatching, IsByNameWhateverTheOrder) {
    expectMatch(folder({"cat", "dog", "emu"}), {"emu", "cat", "dog"}, {{"cat", "cat"}, {"dog", "dog"}, {"emu", "emu"}},
                "");
    expectMatch(folder({"Cafe\u0301", "x"}), {"x", "Café"}, {{"Cafe\u0301", "Café"}}, "");
    // Folders 0 … 10 come as 0, 1, 10, 2; a model that was trained on them has them so, or not.
    const Names numbers = counted("", 0, 11);
    for (const Names& model : {numbers, sorted(numbers)})
        expectMatch(folder(numbers), model, {{"10", "10"}, {"2", "2"}, {"9", "9"}}, "");
    expectMatch(folder({"Bag", "Coat"}), kFashion, {{"Bag", "Bag"}, {"Coat", "Coat"}},
                "lacks 8 of the model's 10 classes: 'T-shirt/top', 'Trouser'");
}

TEST(ClassMatching, AnyOrderGivesEachNameItsOwnClass) {
    EXPECT_TRUE(rc::check([] {
        Names model = *rc::gen::unique<Names>(rc::gen::container<std::string>(rc::gen::inRange('a', 'z')));
        RC_PRE(!model.empty());
        DataClasses data = folder(model);
        for (std::size_t i = data.names.size(); i > 1; --i)
            std::swap(data.names[i - 1], data.names[*rc::gen::inRange<std::size_t>(0, i)]);
        const ClassMatch match = matchClasses(data, model, "D");
        for (const std::string& name : model) RC_ASSERT(nameFor(match, data, model, name) == name);
        RC_ASSERT(match.notes.empty());
    }));
}

TEST(ClassMatching, CaseSeparatorsAndZerosAreTold) {
    Names capital = counted("c", 0, 9);
    capital.emplace_back("C9");
    expectMatch(folder(capital), counted("c", 0, 10), {{"C9", "c9"}, {"c0", "c0"}, {"c8", "c8"}},
                "letter case, separators or leading zeros differ ('C9' is 'c9')");
    expectMatch(folder({"ankle_boot", "t-shirt-top", "BAG"}), kFashion,
                {{"ankle_boot", "Ankle boot"}, {"t-shirt-top", "T-shirt/top"}, {"BAG", "Bag"}}, "'BAG' is 'Bag'");
    expectMatch(folder({"00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10"}), sorted(counted("", 0, 11)),
                {{"02", "2"}, {"10", "10"}}, "'02' is '2'");
    expectRefused(folder({"cat", "Cat"}), {"CAT", "dog"},
                  {"'Cat', 'cat'", "'CAT', 'dog'", "several are the same but for letter case"});
    expectRefused(folder({"CAT", "dog"}), {"Cat", "cat"}, {"2 classes"});
}

TEST(ClassMatching, IsByNumberWhereASideHasNoNames) {
    const Names unnamed = numberedNames(10);
    expectMatch(labels(10), unnamed, {{"class 7", "class 7"}}, "");
    expectMatch(labels(10), kFashion, {{"class 0", "T-shirt/top"}, {"class 9", "Ankle boot"}},
                "the data has no class names: classes are matched by number ('class 0' is 'T-shirt/top'");
    expectMatch(labels(9), kFashion, {{"class 8", "Bag"}}, "lacks 1 of the model's 10 classes: 'Ankle boot'");
    expectMatch(labels(12, {10, 11}), kFashion, {{"class 9", "Ankle boot"}, {"class 11", "none"}}, "by number");
    // EMNIST's letters: labels 1 … 26.
    expectMatch(labels(27, {0}), numberedNames(27), {{"class 1", "class 1"}}, "");
    expectMatch(labels(11, {0}), counted("", 1, 10), {{"class 1", "1"}, {"class 10", "10"}}, "by number");
    expectMatch(labels(11), sorted(counted("", 0, 11)), {{"class 2", "2"}, {"class 10", "10"}}, "by number");
    expectRefused(labels(11), kFashion, {"11 classes", "10 ('T-shirt/top'"});
    expectRefused(labels(10), counted("", 1, 10), {"('1', '2'"});
    const std::string none = "the model has no class names: classes are matched by number";
    expectMatch(folder(counted("", 0, 11)), numberedNames(11), {{"2", "class 2"}, {"10", "class 10"}}, none);
    expectMatch(folder({"airplane", "bird", "cat"}), numberedNames(3), {{"bird", "class 1"}},
                none + " ('airplane' is 'class 0', 'bird' is 'class 1', 'cat' is 'class 2')");
    expectMatch(folder({"n01440764", "n01443537"}), numberedNames(2), {{"n01443537", "class 1"}}, none);
    expectRefused(folder({"airplane", "bird"}), unnamed, {"2 classes", "10 ('class 0'"});
    expectRefused(folder(counted("", 1, 10)), unnamed, {"('1', '10', '2'"});
}

TEST(ClassMatching, NumbersMeetNames) {
    const std::string numbers = "the data's classes are numbers: they are matched by number";
    expectMatch(folder(counted("c", 0, 10)), kFashion, {{"c0", "T-shirt/top"}, {"c9", "Ankle boot"}}, numbers);
    Names capital = counted("c", 0, 9);
    capital.emplace_back("C9");
    expectMatch(folder(capital), kFashion, {{"C9", "Ankle boot"}, {"c0", "T-shirt/top"}}, numbers);
    Names eleven = kFashion;
    eleven.emplace_back("Hat");
    expectMatch(folder(counted("", 0, 11)), eleven, {{"10", "Hat"}, {"2", "Pullover"}, {"9", "Ankle boot"}}, numbers);
    expectMatch(folder(counted("digit ", 0, 10)), sorted(counted("", 0, 10)), {{"digit 7", "7"}}, "matched by these");
    expectMatch(folder(counted("n", 0, 3)), {"n1990", "n2000", "n2010"}, {{"n1", "n2000"}}, numbers);
    DataClasses fashion = folder(kFashion);
    fashion.names = kFashion;
    fashion.numbered = true;  // IDX labels of a known data set
    expectMatch(fashion, counted("c", 0, 10), {{"Bag", "c8"}}, "the model's classes are numbers");
    expectRefused(folder(kFashion), counted("c", 0, 10), {"'Ankle boot', 'Bag'", "'c0', 'c1'"});
    expectRefused(folder(counted("", 1, 10)), kFashion, {"'1', '10', '2'", "not said which"});
    expectRefused(folder(counted("", 0, 10)), counted("", 1, 10), {"'0', '1'", "'1', '2'"});
    expectRefused(folder(counted("c", 0, 9)), kFashion, {"9 classes", "the model has 10"});
    expectRefused(folder({"0", "1", "2"}), {"0", "2", "4"}, {"3 classes"});
}

TEST(ClassMatching, ListsBothSidesAndBoundsThem) {
    expectRefused(folder({"cat", "dog"}), kFashion,
                  {"2 classes ('cat', 'dog')", "10 ('T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', …)",
                   "{\"cat\": \"T-shirt/top\", …}"});
    expectRefused(folder({"cat", "dog"}), {"cat", "emu"}, {"'cat', 'dog'", "'cat', 'emu'", "the model lacks 'dog'"});
    Names thousand = counted("thing number ", 0, 1000), other = thousand;
    thousand[0] = "no number";
    other[0] = "not a number";
    expectRefused(folder(other), thousand, {"the model lacks 'not a number'."});
    const Names hostile{std::string(100'000, 'x'), std::string("a\x1b[31mb\0c", 9)};
    try {
        matchClasses(folder({"cat", "dog"}), hostile, "D");
        FAIL();
    } catch (const Error& error) {
        EXPECT_LT(std::string(error.what()).size(), 1000U);
        EXPECT_EQ(std::string(error.what()).find('\x1b'), std::string::npos);
    }
}

TEST(ClassMatching, ByNumberIsByTheNumbersOfTheNames) {
    const auto one = [](const DataClasses& data, const Names& model, const std::string& name) {
        return nameFor(matchClassesByNumber(data, model, "D"), data, model, name);
    };
    const DataClasses pets = folder({"cat", "dog"});
    EXPECT_EQ(one(pets, {"dog", "cat"}, "cat"), "dog") << "as was asked for";
    EXPECT_EQ(one(folder(counted("", 0, 11)), sorted(counted("x", 0, 11)), "2"), "x2");
    EXPECT_EQ(one(folder(counted("", 1, 10)), kFashion, "1"), "T-shirt/top");
    EXPECT_EQ(one(folder(counted("", 1, 10)), kFashion, "10"), "Ankle boot");
    EXPECT_NE(toldBy(matchClassesByNumber(pets, kFashion, "D")).find("'cat' is 'T-shirt/top', 'dog' is 'Trouser'"),
              std::string::npos);
    test::expectBadInput({"D: cannot be matched by number", "11 classes", "has 10"},
                         [&] { matchClassesByNumber(labels(11), kFashion, "D"); });
}

TEST(ClassMatching, ByNumberLeavesNoDoubtWhereNumbersBegin) {
    const auto one = [](const DataClasses& data, const std::string& name, std::optional<int> first = {}) {
        return nameFor(matchClassesByNumber(data, kFashion, "D", first), data, kFashion, name);
    };
    // 10 is the last of ten classes only where they count from 1.
    EXPECT_EQ(one(folder({"2", "9", "10"}), "10"), "Ankle boot");
    EXPECT_EQ(one(folder({"2", "9", "10"}), "2"), "Trouser");
    EXPECT_EQ(one(folder({"0", "3", "9"}), "3"), "Dress");
    // 1 to 9 may be either.
    const DataClasses nine = folder(counted("c", 1, 9));
    expectRefused(nine, kFashion,
                  {"--class-map from-1 (1 is 'T-shirt/top')", "--class-map from-0 (it is 'Trouser')", "{\"c1\": "});
    test::expectBadInput({"D: cannot be matched by number", "from 0 or from 1", "--class-map from-1", "from-0"},
                         [&] { matchClassesByNumber(nine, kFashion, "D"); });
    EXPECT_EQ(one(nine, "c1", 1), "T-shirt/top");
    EXPECT_EQ(one(nine, "c1", 0), "Trouser");
    test::expectBadInput({"none of the model's classes"},
                         [&] { matchClassesByNumber(folder(counted("", 0, 10)), kFashion, "D", 1); });
    test::expectBadInput({"its classes are no numbers"}, [] {
        matchClassesByNumber(folder({"cat", "dog"}), kFashion, "D", 1);
    });
    // Years have an order, but only all of them a place.
    EXPECT_EQ(one(folder(counted("", 2011, 10)), "2020"), "Ankle boot");
    test::expectBadInput({"none of the model's classes"}, [] {
        matchClassesByNumber(folder({"2011", "2020"}), kFashion, "D");
    });
}

TEST(ClassMatching, LabelsFromOne) {
    // One class more than the model's, and none of its first: what is to be said works.
    const DataClasses letters = labels(11, {0});
    expectRefused(letters, kFashion, {"11 classes", "--class-map by-number", "{\"class 1\": \"T-shirt/top\""});
    const ClassMatch match = matchClassesByNumber(letters, kFashion, "D");
    EXPECT_EQ(nameFor(match, letters, kFashion, "class 1"), "T-shirt/top");
    EXPECT_EQ(nameFor(match, letters, kFashion, "class 10"), "Ankle boot");
    // Labels are places; that none is 0 is told, with what to say if they count from 1.
    const DataClasses lackingFirst = labels(10, {0});
    expectMatch(lackingFirst, kFashion, {{"class 1", "Trouser"}}, "if its labels count from 1, say --class-map from-1");
    const ClassMatch shifted = matchClassesByNumber(lackingFirst, kFashion, "D", 1);
    EXPECT_EQ(nameFor(shifted, lackingFirst, kFashion, "class 9"), "Bag");
    EXPECT_EQ(nameFor(shifted, lackingFirst, kFashion, "class 0"), "none");
}

class ClassMap : public testing::Test {
protected:
    void refused(const std::string& json, std::initializer_list<std::string> parts) const {
        test::writeText(m_folder / "map.json", json);
        test::expectBadInput({"map.json"}, [&] { match(); });
        test::expectBadInput(parts, [&] { match(); });
    }
    ClassMatch match() const {
        const std::string file = (m_folder / "map.json").string();
        return matchClassesByMap(m_data, kFashion, readClassMap(file), file);
    }
    const DataClasses m_data = folder({"boot", "bag", "Cafe\u0301"});
    test::TemporaryFolder m_folder;
};

TEST_F(ClassMap, SaysTheModelsClassOfEach) {
    test::writeText(m_folder / "map.json", R"({"boot": "Ankle boot", "bag": "Bag", "Café": "Bag"})");
    for (const auto& [from, to] : {std::pair{"boot", "Ankle boot"}, {"bag", "Bag"}, {"Cafe\u0301", "Bag"}})
        EXPECT_EQ(nameFor(match(), m_data, kFashion, from), to);
    EXPECT_NE(toldBy(match()).find("map.json says"), std::string::npos);
}

TEST_F(ClassMap, NamesFileAndKeyOfWhatIsWrong) {
    refused(R"({"boot": "Boots", "bag": "Bag", "Café": "Bag"})",
            {"'boot' is to be 'Boots', which is no class of the model"});
    refused(R"({"boots": "Bag", "bag": "Bag", "Café": "Bag"})", {"'boots' is no class of the data", "'bag'"});
    refused(R"({"boot": "Ankle boot", "bag": "Bag"})", {"says nothing of the data's class 'Cafe"});
    refused(R"({"boot": 3})", {"'boot' is to be no name"});
    refused("{\"Cafe\\u0301\": \"Bag\", \"Café\": \"Bag\"}", {"twice"});
    for (const char* text :
         {"", "[]", "{}", "{\"a\": \"b\"", "{\"a\": \"Bag\", \"a\": \"Bag\"}", "{\"a\": {\"b\": {}}}"})
        refused(text, {"the class map"});
    test::expectBadInput({"nowhere.json"}, [] { readClassMap("nowhere.json"); });
}

}  // namespace
}  // namespace bitdesk
