// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/error.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/store/store_folder.h"

namespace bitdesk {
namespace {

Evaluation example(int first) { return storedExample(first); }

class StoreTest : public StoreFolder {
protected:
    void expectRefused(ErrorKind kind) const {
        try {
            const Store store(file());
            FAIL() << "opened";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), kind) << error.what();
            EXPECT_NE(std::string(error.what()).find(file().string()), std::string::npos) << error.what();
        }
    }
};

TEST_F(StoreTest, GivesBackWhatWasSavedAfterReopening) {
    const Evaluation saved = example(2);
    const std::int64_t id = Store(file()).save(saved);
    Store store(file());
    const auto found = store.find(saved.key());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, id);
    EXPECT_EQ(found->key(), saved.key());
    EXPECT_EQ(found->predictions, saved.predictions);
    EXPECT_EQ(found->correctMask, saved.correctMask);
    EXPECT_EQ(found->correct, 3);
    EXPECT_EQ(found->looks, 12);
    EXPECT_TRUE(Store::check(file()).empty());
}

TEST_F(StoreTest, ContentGoesByTheNamesItWasOpenedByLast) {
    Store store(file());
    const Evaluation first = example(2);
    const std::int64_t id = store.save(first);
    Evaluation moved = example(2);
    moved.bits.bits.back() = 4;
    moved.modelName = "moved";
    moved.dataName = "/elsewhere";
    store.save(moved);
    EXPECT_EQ(store.summary(id)->modelName, "moved");
    EXPECT_EQ(store.summary(id)->dataName, "/elsewhere");
    store.setNames(first.key(), first.modelName, first.dataName);
    EXPECT_EQ(store.summary(id)->modelName, first.modelName);
    EXPECT_EQ(store.summary(id)->dataName, first.dataName);
    // Other content of the same split keeps its own.
    Evaluation other = example(2);
    other.dataHash = "other";
    other.dataName = "/other";
    const std::int64_t otherId = store.save(other);
    store.setNames(first.key(), "m", "d");
    EXPECT_EQ(store.summary(otherId)->dataName, "/other");
    EXPECT_EQ(store.summary(otherId)->modelName, "m");
}

TEST_F(StoreTest, KnowsAnEvaluationByEveryPartOfItsKey) {
    Store store(file());
    store.save(example(2));
    const auto misses = [&](auto change) {
        EvaluationKey key = example(2).key();
        change(key);
        return !store.find(key);
    };
    EXPECT_TRUE(misses([](EvaluationKey& k) { k.modelHash = "n"; }));
    EXPECT_TRUE(misses([](EvaluationKey& k) { k.dataHash = "e"; }));
    EXPECT_TRUE(misses([](EvaluationKey& k) { k.split = "val"; }));
    EXPECT_TRUE(misses([](EvaluationKey& k) { k.subset = 3; }));
    EXPECT_TRUE(misses([](EvaluationKey& k) { k.orderSeed = 8; }));
    EXPECT_TRUE(misses([](EvaluationKey& k) { k.bits = {{3, 2}}; }));
    EXPECT_TRUE(misses([](EvaluationKey& k) { k.numericsVersion = 2; }));
}

TEST_F(StoreTest, SavingTheSameKeyTwiceKeepsOneRow) {
    Store store(file());
    EXPECT_EQ(store.save(example(2)), store.save(example(2)));
    EXPECT_EQ(store.evaluations().size(), 1u);
}

TEST_F(StoreTest, TwoWritersLoseNothing) {
    const Store first(file());
    const auto write = [&](int begin) {
        Store store(file());
        for (int i = 0; i < 50; ++i) store.save(example(begin + i));
    };
    std::thread one(write, 0), two(write, 1000);
    one.join();
    two.join();
    EXPECT_EQ(Store(file()).evaluations().size(), 100u);
}

TEST_F(StoreTest, RefusesWhatIsNoDatabaseAndLeavesIt) {
    const std::string text(5000, 'x');
    std::ofstream(file()) << text;
    expectRefused(ErrorKind::BadInput);
    std::ifstream in(file());
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
}

TEST_F(StoreTest, RefusesAnotherProgramsDatabaseAndLeavesIt) {
    sql("CREATE TABLE recipes (name TEXT)");
    const auto size = std::filesystem::file_size(file());
    expectRefused(ErrorKind::BadInput);
    EXPECT_EQ(std::filesystem::file_size(file()), size);
}

TEST_F(StoreTest, RefusesPredictionsThatDoNotFitTheirCounts) {
    { Store(file()).save(example(2)); }
    sql("UPDATE predictions SET classes = x'0000'");
    Store store(file());
    try {
        store.find(example(2).key());
        FAIL() << "read";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::BadInput);
        EXPECT_NE(std::string(error.what()).find("damaged"), std::string::npos) << error.what();
    }
}

TEST_F(StoreTest, RefusesTablesViewsAndTriggersOfOthers) {
    const auto after = [&](const char* change) {
        std::filesystem::remove(file());
        { Store(file()).save(example(2)); }
        sql(change);
        SCOPED_TRACE(change);
        expectRefused(ErrorKind::BadInput);
    };
    after("CREATE VIEW v AS SELECT 1");
    after("CREATE TRIGGER t BEFORE INSERT ON models BEGIN SELECT RAISE(ABORT, 'no'); END");
    after("PRAGMA user_version = 0");
    after("PRAGMA user_version = -1");
    std::filesystem::remove(file());
    { Store(file()).save(example(2)); }
    sql("ALTER TABLE evaluations RENAME TO other");
    Store store(file());
    try {
        store.evaluations();
        FAIL() << "read";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::BadInput) << error.what();
    }
}

TEST_F(StoreTest, KeepsMeasurements) {
    Measurement m;
    m.modelHash = "m";
    m.bits = {{2, 3}};
    m.samplesMs = {3, 1, 2};
    m.layers = {{.name = "a", .requestedBits = 2, .executedBits = 32, .kernel = "k", .milliseconds = {1, 0.5, 2, 9}}};
    m.simulated = true;
    m.stopReason = "plateau";
    m.looks = 18;
    m.predictedMs = 1.9;
    m.noiseFloor = 0.01;
    m.metrics = {{.tag = "peak_resident", .unit = "B", .value = 4096, .ci95 = {}, .n = 1},
                 {.tag = "energy", .unit = "J", .value = 0.5, .ci95 = Interval{0.4, 0.6}, .n = 7}};
    m.layerSumMs = Metric{.tag = "layer_sum", .unit = "ms", .value = 1.5, .ci95 = Interval{1, 2}, .n = 9};
    m.warnings = {"busy \xff"};
    m.unreadable = {"governor"};
    Store store(file());
    const std::int64_t id = store.save(m);
    const auto found = store.measurement(id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->stopReason, "plateau");
    EXPECT_EQ(found->looks, 18);
    EXPECT_EQ(found->predictedMs, 1.9);
    EXPECT_EQ(found->noiseFloor, 0.01);
    EXPECT_EQ(found->medianCi95.low, 1);
    ASSERT_EQ(found->metrics.size(), 2u);
    EXPECT_FALSE(found->metrics[0].ci95);
    EXPECT_EQ(found->metrics[1].ci95->high, 0.6);
    EXPECT_EQ(found->metrics[1].n, 7);
    ASSERT_TRUE(found->layerSumMs);
    EXPECT_EQ(found->layerSumMs->value, 1.5);
    EXPECT_EQ(found->warnings.size(), 1u);
    EXPECT_EQ(found->unreadable, m.unreadable);
    EXPECT_EQ(found->samplesMs, m.samplesMs);
    EXPECT_EQ(found->latencyMs.median, 2);
    EXPECT_TRUE(found->simulated);
    ASSERT_EQ(found->layers.size(), 1u);
    EXPECT_EQ(found->layers[0].executedBits, 32);
    EXPECT_EQ(found->layers[0].milliseconds.n, 9);
    EXPECT_FALSE(store.measurement(id + 1));
}

TEST_F(StoreTest, EvaluationsAndMeasurementsShareTheirIds) {
    Store store(file());
    Measurement m;
    m.modelHash = "m";
    m.bits = {{2, 3}};
    m.samplesMs = {1};
    EXPECT_EQ(store.save(example(2)), 1);
    EXPECT_EQ(store.save(m), 2);
    EXPECT_EQ(store.save(m), 3);
    EXPECT_EQ(store.save(example(3)), 4);
    EXPECT_FALSE(store.evaluation(2));
    EXPECT_FALSE(store.measurement(4));
}

TEST_F(StoreTest, BringsADatabaseOfTheFirstSchemaForward) {
    {
        Store store(file());
        store.save(example(2));
        Measurement m;
        m.modelHash = "m";
        m.samplesMs = {1, 2};
        store.save(m);
    }
    sql("DROP TABLE layer_tables; ALTER TABLE measurements DROP COLUMN details; ALTER TABLE evaluations DROP COLUMN "
        "looks; ALTER TABLE data_sets DROP COLUMN skipped; ALTER TABLE data_sets DROP COLUMN preparation; PRAGMA "
        "user_version = 1");
    Store store(file());
    EXPECT_EQ(Store::schemaVersion(), 4);
    ASSERT_EQ(store.evaluations().size(), 1u);
    EXPECT_EQ(store.evaluations()[0].looks, 1);
    EXPECT_EQ(store.evaluations()[0].facts, DataFacts());
    ASSERT_EQ(store.measurements().size(), 1u);
    EXPECT_EQ(store.measurements()[0].looks, 1);
    EXPECT_FALSE(store.measurements()[0].noiseFloor);
}

/// A page that no query of a run need meet.
TEST_F(StoreTest, ADamagedPageIsRefusedUntouched) {
    {
        Store store(file());
        for (int first = 2; first < 200; ++first) store.save(example(first));
    }
    const auto size = std::filesystem::file_size(file());
    std::fstream(file(), std::ios::in | std::ios::out | std::ios::binary)
        .seekp(static_cast<std::streamoff>(size / 2 / 4096 * 4096))
        .write(std::string(4096, '\xa5').data(), 4096);
    expectRefused(ErrorKind::BadInput);
    EXPECT_EQ(std::filesystem::file_size(file()), size);
    EXPECT_FALSE(Store::check(file()).empty());
}

TEST_F(StoreTest, DamagedSamplesAreRefusedAndTold) {
    Store store(file());
    Measurement m;
    m.modelHash = "m";
    m.samplesMs = {1, 2};
    const auto id = store.save(m);
    const auto good = store.save(m);
    // NaN, infinity, −1, 1e300; not a whole number; none.
    for (const char* blob :
         {"000000000000F87F", "000000000000F07F", "000000000000F0BF", "9C7500883CE4377E", "0000F03F", ""}) {
        sql(("UPDATE measurements SET samples_ms = x'" + std::string(blob) + "' WHERE id = " + std::to_string(id)));
        EXPECT_THROW(store.measurement(id), Error) << blob;
        ASSERT_EQ(store.measurements().size(), 1u) << blob;
        EXPECT_EQ(store.measurements()[0].id, good);
        ASSERT_EQ(Store::check(file()).measurements.size(), 1u) << blob;
    }
}

/// What reading refuses is found by looking at all; what is found is refused.
TEST_F(StoreTest, LookingAtAllFindsEachDamagedEvaluation) {
    for (const char* change :
         {"UPDATE evaluations SET correct = total - 2", "UPDATE evaluations SET total = 9223372036854775807",
          "UPDATE evaluations SET looks = 9223372036854775807", "UPDATE evaluations SET bits = '4,x'",
          "UPDATE evaluations SET numerics_version = 4294967297", "UPDATE predictions SET correct = x''",
          "UPDATE predictions SET correct = x'00000000'", "UPDATE predictions SET correct = 'abcd'",
          "UPDATE predictions SET correct = x'01010701'", "UPDATE predictions SET classes = x'01000100010001'",
          "UPDATE predictions SET classes = 'eightbyt'", "DELETE FROM predictions"}) {
        SCOPED_TRACE(change);
        std::filesystem::remove(file());
        { Store(file()).save(example(2)); }
        EXPECT_TRUE(Store::check(file()).empty());
        sql(change);
        const StoreProblems found = Store::check(file());
        ASSERT_EQ(found.evaluations.size(), 1U);
        EXPECT_TRUE(found.evaluations[0].starts_with("evaluation 1 is damaged: ")) << found.evaluations[0];
        EXPECT_TRUE(found.file.empty() && found.measurements.empty());
        Store store(file());
        test::expectBadInput({file().string(), found.evaluations[0], "db check"}, [&] { store.evaluation(1); });
    }
}

TEST_F(StoreTest, LookingAtAllFindsWhatIsMissing) {
    { Store(file()).save(example(2)); }
    sql("DROP TABLE predictions");
    const StoreProblems found = Store::check(file());
    ASSERT_FALSE(found.file.empty());
    EXPECT_EQ(found.file[0], "column predictions.classes is missing");
    std::filesystem::remove(file());
    { Store(file()).save(example(2)); }
    sql("ALTER TABLE data_sets DROP COLUMN skipped");
    EXPECT_EQ(Store::check(file()).file, std::vector<std::string>{"column data_sets.skipped is missing"});
    std::filesystem::remove(file());
    { Store(file()).save(example(2)); }
    sql("INSERT INTO layer_tables VALUES (7, 1, '', '', 1, 1, '', '', '{}', '', '')");
    EXPECT_EQ(Store::check(file()).measurements.size(), 1U);
}

TEST_F(StoreTest, DamagedDetailsAreLeftOut) {
    Store store(file());
    Measurement m;
    m.modelHash = "m";
    m.samplesMs = {1, 2, 3};
    const auto id = store.save(m);
    for (const char* text : {"", "7", "[1]", "{\"noise_floor\":-1,\"predicted_ms\":1e300}",
                             "{\"looks\":1e300,\"metrics\":[1,{\"value\":\"x\"},{\"n\":-1e99}]}",
                             "{\"warnings\":{\"a\":1},\"noise_floor\":\"much\",\"stop_reason\":[]}"}) {
        sql(std::string("UPDATE measurements SET details = '") + text + "'");
        const auto found = store.measurement(id);
        ASSERT_TRUE(found) << text;
        EXPECT_EQ(found->latencyMs.median, 2);
        EXPECT_FALSE(found->noiseFloor);
    }
}

TEST_F(StoreTest, RefusesANewerSchema) {
    { const Store store(file()); }
    sql("PRAGMA user_version = 9999");
    expectRefused(ErrorKind::BadInput);
}

}  // namespace
}  // namespace bitdesk
