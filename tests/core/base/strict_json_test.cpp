// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/json.h"

#include <gtest/gtest.h>

#include <ctime>

#include <nlohmann/json.hpp>

#include "tests/core/base/expect_error.h"

namespace bitdesk {
namespace {

void refuses(std::string_view text, const std::string& reason, int maxDepth = 4) {
    SCOPED_TRACE(text.substr(0, 60));
    test::expectBadInput({"f.json: the text ", reason}, [&] { parseStrictJson(text, maxDepth, "f.json", "the text"); });
}

TEST(StrictJson, ReadsJson) {
    const auto json = parseStrictJson(R"({"a": [1, -2.5, "ä", true, null], "b": {"a": 1}})", 2, "f", "t");
    EXPECT_EQ(json["a"][2], "ä");
    EXPECT_EQ(json["b"]["a"], 1);
}

TEST(StrictJson, RefusesWhatIsNoJson) {
    for (const char* text :
         {"", "{", "[1,]", "{\"a\":1}}", "{'a':1}", "[1] [2]", "nul", "// x\n1", "\"\xff\"", "[\"\xc3\"]"})
        refuses(text, "is not valid JSON at byte");
}

TEST(StrictJson, RefusesNul) { refuses(std::string_view("{}\0garbage", 10), "NUL at byte 3"); }

TEST(StrictJson, RefusesDuplicateKeysOfOneObjectOnly) {
    refuses(R"({"a": 1, "b": 2, "a": 3})", "has the key 'a' twice");
    refuses(R"([{"x": {"k": 1, "k": 1}}])", "has the key 'k' twice");
    EXPECT_NO_THROW(parseStrictJson(R"([{"a": 1, "b": {"a": 1}}, {"a": 2}])", 4, "f", "t"));
}

TEST(StrictJson, BoundsNesting) {
    EXPECT_NO_THROW(parseStrictJson("[[1]]", 2, "f", "t"));
    refuses("[[[1]]]", "is nested too deeply", 2);
    refuses(std::string(10'000'000, '['), "is nested too deeply");
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    refuses(objects, "is nested too deeply");
}

TEST(StrictJson, BoundsTheNumberOfValues) {
    std::string text = "[0";
    for (int i = 0; i < 2'000'000; ++i) text += ",0";
    refuses(text + "]", "has too many values");
}

TEST(StrictJson, RefusesNumbersOutOfRange) { refuses("[1e999]", "holds a number that is out of range"); }

TEST(StrictJson, ManySiblingsTakeNoLongerEach) {
    std::string text = "[";
    for (int i = 0; i < 300'000; ++i) text += "{},";
    text += "{}]";
    const std::clock_t begin = std::clock();  // of the processor, which a busy machine does not prolong
    EXPECT_EQ(parseStrictJson(text, 3, "file", "list").size(), 300'001u);
    EXPECT_LT(std::clock() - begin, 10 * CLOCKS_PER_SEC) << "quadratic, it would take minutes";
}

TEST(StrictJson, RefusesAByteOrderMark) {
    test::expectBadInput({"file", "byte order mark"}, [] { parseStrictJson("\xEF\xBB\xBF[2]", 3, "file", "list"); });
}

}  // namespace
}  // namespace bitdesk
