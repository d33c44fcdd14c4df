// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/fields.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/results/csv_cells.h"
#include "core/results/results_json.h"

namespace bitdesk {
namespace {

Evaluation example() {
    Evaluation e;
    e.setKey({.modelHash = "m",
              .dataHash = "d",
              .split = "test",
              .subset = 2,
              .orderSeed = 0xFFFFFFFFFFFFFFFF,
              .bits = {{4, 2}},
              .numericsVersion = 1});
    e.id = 7;
    e.modelName = "=model";
    e.correct = 1;
    e.total = 2;
    e.predictions = {1, 300};
    e.correctMask = {1, 0};
    return e;
}

TEST(Fields, AreShownInTheOrderThatIsAskedFor) {
    EXPECT_EQ(picked(example(), {"total", {"id", "evaluation"}, "bits", "accuracy", "order_seed"}).dump(),
              R"({"total":2,"evaluation":7,"bits":[4,2],"accuracy":0.5,"order_seed":"18446744073709551615"})");
    EXPECT_THROW(picked(example(), {"id", "accurracy"}), Error);
}

TEST(Fields, ComeBackAsTheyWereShown) {
    const Picks picks{"id",       "model", "model_hash", "data_hash", "split",       "subset",      "order_seed",
                      "numerics", "bits",  "correct",    "total",     "predictions", "correct_mask"};
    const nlohmann::json json = picked(example(), picks);
    JsonReader reader(json, "file", "the evaluation", "");
    Evaluation read;
    fields(read, FromJson<Required::Counts>{reader, &picks});
    reader.finish();
    EXPECT_EQ(read.key(), example().key());
    EXPECT_EQ(read.predictions, example().predictions);
    EXPECT_EQ(read.correctMask, example().correctMask);
    for (const char* wrong : {R"({"id":-1})", R"({"id":"7"})", R"({})", R"({"id":1e30})"}) {
        const auto bad = nlohmann::json::parse(wrong);
        JsonReader other(bad, "file", "the evaluation", "");
        const Picks id{"id"};
        EXPECT_THROW(fields(read, FromJson<Required::Counts>{other, &id}), Error) << wrong;
    }
}

TEST(Fields, AreCellsThatNoSpreadsheetRuns) {
    EXPECT_EQ(csvCells(example(), {"model", "bits", "ci95", "skipped", "stopped_early"}),
              "'=model,\"[4,2]\",0.094531,0.905469,,false");
}

TEST(Fields, WhatConditionsDoNotKnowIsPassedOn) {
    const std::string text = R"({"after":{"handover_ns":75,"of_a_newer_version":[1]},"cpu":"a CPU"})";
    const Conditions read = conditionsFromJson(text);
    EXPECT_EQ(read.after.handoverNs, 75);
    EXPECT_EQ(read.environment.cpuModel, "a CPU");
    EXPECT_EQ(toJson(read), text);
    EXPECT_EQ(toldJson(read).dump(), text);
    const Conditions wrong = conditionsFromJson(R"({"cpu":"a CPU","after":{"handover_ns":"much"}})");
    EXPECT_TRUE(wrong.environment.cpuModel.empty()) << "half of it would be believed";
}

TEST(Fields, ConditionsComeBackAsTheyWere) {
    Conditions conditions;
    conditions.environment.isa = {"avx2"};
    conditions.environment.gpus = {{.name = "GPU", .driver = ""}};
    conditions.before.runnableOthers = 3;
    conditions.after.batteryDischarging = true;
    conditions.warnings = {"w"};
    Conditions again = conditionsFromJson(toJson(conditions));
    again.record.reset();
    EXPECT_EQ(toJson(again), toJson(conditions));
    EXPECT_EQ(again.before.runnableOthers, 3U);
}

}  // namespace
}  // namespace bitdesk
