// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/onnx_metadata.h"

#include <gtest/gtest.h>

namespace bitdesk {
namespace {

using Texts = std::vector<std::string>;

TEST(OnnxMetadata, ListsAndDictsOfJsonAndPython) {
    for (const char* text : {R"(["cat", "dog"])", "['cat', 'dog']", "('cat', 'dog',)", "{0: 'cat', 1: 'dog'}",
                             R"({"1": "dog", "0": "cat"})"})
        EXPECT_EQ(listedValues(text), (Texts{"cat", "dog"})) << text;
    EXPECT_EQ(listedValues("[0.485, 1e-3 ,-2]"), (Texts{"0.485", "1e-3", "-2"}));
    EXPECT_EQ(listedValues(R"(['a\'b', "c,d]"])"), (Texts{"a'b", "c,d]"}));
    EXPECT_EQ(listedValues("[]"), Texts());
}

TEST(OnnxMetadata, WhatIsNeitherIsLeftOut) {
    for (const char* text : {"", "cat", "[", "['cat'", "['cat' 'dog']", "{0: 'cat', 0: 'dog'}", "{1: 'cat'}",
                             "{'a': 'b'}", "['cat'] rest", "['a", "{0 'cat'}", "{99999999999999999999: 'x'}"})
        EXPECT_EQ(listedValues(text), std::nullopt) << text;
}

}  // namespace
}  // namespace bitdesk
