// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/results.h"

#include <gtest/gtest.h>

namespace bitdesk {
namespace {

Evaluation evaluationOn(const std::string& hash, DataFacts facts, const std::string& when) {
    Evaluation e;
    e.dataHash = hash;
    e.split = "test";
    e.dataName = "/d";
    e.facts = std::move(facts);
    e.createdAt = when;
    e.correctMask = {1, 0};
    e.total = 2;
    return e;
}

TEST(Results, UnlikeDataOfOneNameIsToldApart) {
    const Evaluation a = evaluationOn("3f2a91c0ffff", {"as they are", 0}, "2026-11-29T10:00:00Z"),
                     b = evaluationOn("9b1c0000ffff", {"shorter side 32", 7}, "2026-11-30T10:00:00Z");
    EXPECT_EQ(compareAccuracy(a, b, 0.005).reason,
              "evaluated on other images: /d (test; as they are, 3f2a91c0; 2026-11-29) and /d (test; shorter side 32, "
              "7 files left out, 9b1c0000; 2026-11-30)");
}

TEST(Results, OfAnOlderSchemaTheHashIsLeft) {
    const Evaluation a = evaluationOn("3f2a91c0ffff", {}, ""), b = evaluationOn("9b1c0000ffff", {}, "");
    EXPECT_EQ(compareAccuracy(a, b, 0.005).reason,
              "evaluated on other images: /d (test; 3f2a91c0) and /d (test; 9b1c0000)");
}

TEST(Results, NamesOfADatabaseAreNoCommandsToATerminal) {
    Evaluation a = evaluationOn("\x1b[2J", {"\x1b]0;x\a", 0}, "2026\x1b[31m"), b = evaluationOn("b", {}, "");
    a.dataName = std::string("d\0\x1b[1m\n", 7);
    const std::string reason = compareAccuracy(a, b, 0.005).reason;
    for (const char c : reason) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << reason;
}

}  // namespace
}  // namespace bitdesk
