// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/batch_file.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/files.h"

namespace bitdesk::jobs {
namespace {

/// The same documents are held against docs/batch.schema.json by test_batch.py.
nlohmann::json documents() {
    return nlohmann::json::parse(readFile(BITDESK_SOURCE_DIR "/tests/app/jobs/batch_documents.json", 1 << 20));
}

Batch read(const nlohmann::json& document) { return batchFromJson(document.dump(), "night.json", "/night"); }

TEST(BatchFile, ReadsWhatTheSchemaAllows) {
    const auto valid = documents().at("valid");
    ASSERT_EQ(valid.size(), 3U);
    EXPECT_EQ(read(valid[0]).sweeps.at(0).latency, LatencyOf::None);
    const Batch whole = read(valid[1]);
    EXPECT_EQ(whole.db, "night.sqlite");
    EXPECT_EQ(whole.resolve(whole.db), "/night/night.sqlite");
    EXPECT_EQ(whole.resolve("/elsewhere/a"), "/elsewhere/a");
    const SweepSpec& sweep = whole.sweeps.at(0);
    EXPECT_EQ(sweep.configurations, (std::vector<std::string>{"all", "random:10", "4,4,3", "2,3,4", "mixes.txt"}));
    EXPECT_EQ(sweep.effort.seed, 7U);
    EXPECT_EQ(sweep.choices.resize, 256);
    EXPECT_EQ(sweep.choices.memory, 256 << 20);
    EXPECT_TRUE(sweep.choices.skipBad);
    EXPECT_EQ(sweep.choices.classes, kByNumber);
    EXPECT_EQ(sweep.effort.samples, 30);
    EXPECT_EQ(sweep.latency, LatencyOf::All);
    EXPECT_EQ(whole.reports.at(0).files, (std::vector<std::string>{"a.html", "a.pdf"}));
    EXPECT_EQ(whole.reports.at(1).failOn, std::vector<std::string>{"slowdown>5%"});
    EXPECT_EQ(read(valid[2]).sweeps.at(0).latency, LatencyOf::Front);
}

TEST(BatchFile, RefusesTheRestAndSaysWhere) {
    for (const auto& entry : documents().at("invalid")) {
        const std::string says = entry.at("says");
        try {
            read(entry.at("document"));
            ADD_FAILURE() << "accepted: " << entry.at("document");
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::BadInput);
            EXPECT_EQ(error.where(), "night.json");
            EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what() << "\nwanted: " << says;
        }
    }
}

TEST(BatchFile, IsReadBackAsItWasWritten) {
    for (const auto& document : documents().at("valid")) {
        const Batch first = read(document);
        const std::string text = toJson(first);
        EXPECT_EQ(toJson(batchFromJson(text, "again.json", "/night")), text);
        EXPECT_EQ(batchFromJson(text, "again.json", "/night").sweeps.at(0).configurations,
                  first.sweeps.at(0).configurations);
    }
}

TEST(BatchFile, IsACommandLine) {
    Batch batch = read(documents().at("valid")[1]);
    EXPECT_THROW(toCommandLine(batch), Error);
    batch.reports.pop_back();
    EXPECT_EQ(
        toCommandLine(batch),
        "bitdesk sweep random:resnet14 --data d --split val --configs all --configs random:10 --configs 4,4,3 "
        "--configs 2,3,4 --configs mixes.txt --seed 7 --limit 100 --batch 8 --resize 256 --data-memory 256M --skip-bad "
        "--class-map by-number --exif --latency all "
        "--latency-batch 4 --noise 0.01 --max-seconds 2.5 --samples 30 --margin 5% --backend packed --threads 2 "
        "--db night.sqlite "
        "--report a.html --report a.pdf --fail-on 'drop>0.5pp' --baseline 4 --title '<b>'");
    batch.sweeps.push_back(batch.sweeps.front());
    EXPECT_THROW(toCommandLine(batch), Error);
}

}  // namespace
}  // namespace bitdesk::jobs
