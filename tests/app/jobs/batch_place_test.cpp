// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/batch_file.h"

#include <gtest/gtest.h>

#include "app/jobs/batch_job.h"
#include "core/model/model_file.h"
#include "tests/app/jobs/small_workplace.h"
#include "tests/core/base/expect_error.h"

namespace bitdesk::jobs {
namespace {

std::string told(const std::string& key, const Error& error) {
    Batch batch;
    batch.file = "night.json";
    return placedIn(batch, key, error).what();
}

/// Whoever wrote a file has typed no option.
TEST(BatchPlace, NamesTheKeyInsteadOfTheOption) {
    const auto usage = [](const char* where, const char* reason, const char* hint = "") {
        return Error(ErrorKind::Usage, where, reason, hint);
    };
    EXPECT_EQ(told("sweeps[0].configurations[1]", usage("--configs", "'x' names no configurations")),
              "night.json: sweeps[0].configurations[1]: 'x' names no configurations.");
    EXPECT_EQ(told("reports[2].fail_on[0]", usage("--fail-on", "'x' is no limit", "Write drop>0.5pp")),
              "night.json: reports[2].fail_on[0]: 'x' is no limit. Write drop>0.5pp.");
    EXPECT_EQ(told("sweeps[1].data", usage("--split", "there is no val")),
              "night.json: sweeps[1].split: there is no val.");
    EXPECT_EQ(told("sweeps[1].data", usage("--data-memory", "is too little", "Say --data-memory 64M, or --resize 32")),
              "night.json: sweeps[1].data_memory: is too little. Say \"data_memory\" 64M, or \"resize\" 32.");
    EXPECT_EQ(told("sweeps[0]", usage("--backend tpu", "is not known")), "night.json: backend: tpu: is not known.");
    EXPECT_EQ(told("sweeps[0].model", Error(ErrorKind::BadInput, "/a/m.safetensors", "is cut", "")),
              "night.json: sweeps[0].model: /a/m.safetensors: is cut.");
    EXPECT_EQ(told("reports[0].baseline", usage("baseline", "lacks layers")),
              "night.json: reports[0].baseline: lacks layers.");
    EXPECT_EQ(told("sweeps[0]", usage("--part", "is said twice", "Leave --partial alone")),
              "night.json: sweeps[0]: --part: is said twice. Leave --partial alone.");
    EXPECT_STREQ(placedIn(Batch(), "sweeps[0]", usage("--configs", "is wrong")).what(), "--configs: is wrong.");
}

class BatchPlaces : public ::testing::Test {
protected:
    BatchPlaces() {
        writeModel(*m_place.model, m_place.folder / "small.safetensors");
        test::writeText(m_place.folder / "mixes.txt", "2\n3,3\n");
        m_batch.file = m_place.folder / "night.json";
        m_batch.folder = m_place.folder.path();
        m_batch.sweeps.resize(2);
        for (SweepSpec& sweep : m_batch.sweeps) {
            sweep.model = "small.safetensors";
            sweep.data = "data";
            sweep.configurations = {"uniform", "random:2"};
        }
        m_batch.reports = {
            {.files = {"a.md", "b.md"}, .title = {}, .baseline = {}, .failOn = {"drop>1pp", "drop>2pp"}}};
    }

    /// What is wrong with the batch after `change`, told with its place.
    void expectPlace(const std::string& place, const std::string& says, const std::function<void(Batch&)>& change) {
        Batch batch = m_batch;
        change(batch);
        const std::string where = (m_place.folder / "night.json").string() + ": " + place + ": ";
        try {
            prepareBatch(batch, {}, false, (m_place.folder / "night.sqlite").string());
            ADD_FAILURE() << "nothing is wrong at " << place;
        } catch (const Error& error) {
            const std::string text = error.what();
            EXPECT_TRUE(text.starts_with(where)) << text << "\nwanted: " << where;
            EXPECT_NE(text.find(says), std::string::npos) << text << "\nwanted: " << says;
            EXPECT_EQ(text.find("--"), std::string::npos) << text;
        }
    }

    test::SmallWorkplace m_place;
    Batch m_batch;
};

TEST_F(BatchPlaces, AreTheFilesKeys) {
    EXPECT_EQ(prepareBatch(m_batch, {}, false, (m_place.folder / "night.sqlite").string()).sweeps.size(), 2U);
    expectPlace("sweeps[1].configurations[1]", "'x' names no", [](Batch& b) { b.sweeps[1].configurations[1] = "x"; });
    expectPlace("sweeps[0].configurations[0]", "too many", [](Batch& b) { b.sweeps[0].configurations = {"all", "2"}; });
    expectPlace("sweeps[0].configurations", "2 bit-widths", [](Batch& b) { b.sweeps[0].configurations = {"3,3"}; });
    expectPlace("sweeps[1].configurations[0]", "mixes.txt, line 2",
                [](Batch& b) { b.sweeps[1].configurations[0] = "mixes.txt"; });
    expectPlace("sweeps[1].model", "lost.safetensors", [](Batch& b) { b.sweeps[1].model = "lost.safetensors"; });
    expectPlace("sweeps[1].data", "lost-data", [](Batch& b) { b.sweeps[1].data = "lost-data"; });
    expectPlace("reports[0].fail_on[1]", "drop>1", [](Batch& b) { b.reports[0].failOn[1] = "drop>1"; });
    expectPlace("reports[0].baseline", "7", [](Batch& b) { b.reports[0].baseline = "7"; });
    expectPlace("reports[0].out[1]", "report.doc", [](Batch& b) { b.reports[0].files[1] = "report.doc"; });
    expectPlace("reports[0].out[1]", "two reports", [](Batch& b) { b.reports[0].files[1] = "a.md"; });
    expectPlace("backend", "tpu", [](Batch& b) { b.backend = "tpu"; });
    expectPlace("device", "cuda:0", [](Batch& b) { b.device = "cuda:0", b.backend = "packed"; });
    expectPlace("device", "'gpu' is no device", [](Batch& b) { b.device = "gpu"; });
    expectPlace("sweeps[0].class_map", "nomap.json", [](Batch& b) { b.sweeps[0].choices.classes = "nomap.json"; });
}

/// What two nights' batches share is known by what their files hold.
TEST_F(BatchPlaces, AWorkIsKnownByContent) {
    const std::string database = (m_place.folder / "night.sqlite").string();
    const auto workNow = [&] { return workOf(prepareBatch(m_batch, {}, false, database)); };
    const std::string work = workNow();
    std::filesystem::copy(m_place.folder / "data", m_place.folder / "moved");
    std::filesystem::copy(m_place.folder / "small.safetensors", m_place.folder / "other-name.safetensors");
    m_batch.sweeps[1].data = "moved";
    m_batch.sweeps[0].model = "other-name.safetensors";
    m_batch.reports.clear();
    EXPECT_EQ(workNow(), work) << "the same files under other names";
    const MetaModel changed = randomModel(m_place.model->network, m_place.model->bits, 2);
    writeModel(changed, m_place.folder / "other-name.safetensors");
    const std::string other = workNow();
    EXPECT_NE(other, work) << "another model under the same name";
    m_batch.sweeps[1].limit = 50;
    EXPECT_NE(workNow(), other);
}

}  // namespace
}  // namespace bitdesk::jobs
