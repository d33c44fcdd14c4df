// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The document without a window.
#include "app/workbench/workbench.h"

#include <gtest/gtest.h>

#include <QTemporaryDir>
#include <QTest>
#include <future>

#include "core/model/model_file.h"
#include "core/network/catalogue.h"
#include "tests/core/data/image_files.h"
#include "tests/core/data/small_data.h"
#include "tests/core/store/store_folder.h"

namespace bitdesk {
namespace {

constexpr int kPatience = 60'000;  // milliseconds

/// A document on a random resnet14 for 8×8 images, and a thousand of them in four classes.
class Document : public testing::Test {
protected:
    void SetUp() override {
        test::writeSmallData(path("data").toStdString(), 20, 1000);
        MetaModel model = randomModel(findNetwork("resnet14").build({8, 8, 1}, 4), {2, 3, 4}, 1);
        writeModel(model, path("small.safetensors").toStdString());
    }
    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    Startup startup() const {
        return {.model = path("small.safetensors"),
                .data = path("data"),
                .database = path("results.sqlite"),
                .device = QStringLiteral("cpu"),
                .threads = 2,
                .measureLatency = false};
    }
    void open(const Startup& with) {
        m_finished.clear();
        m_failures.clear();
        m_workbench.reset();
        m_workbench = std::make_unique<Workbench>(with);
        QObject::connect(m_workbench.get(), &Workbench::estimated, m_workbench.get(),
                         [this](const jobs::LiveUpdate& update, const EvaluationSummary& row) {
                             if (update.finished) m_finished.push_back(row);
                         });
        QObject::connect(
            m_workbench.get(), &Workbench::failed, m_workbench.get(),
            [this](const QString& title, const QString& message) { m_failures << title + u'\n' + message; });
        m_workbench->begin();
    }
    void openSettled() {
        open(startup());
        ASSERT_TRUE(wait([this] { return m_finished.size() == 1; }));
        ASSERT_TRUE(wait([this] { return m_workbench->results().rows().size() == 1; }));
    }
    static bool wait(const std::function<bool()>& until) { return QTest::qWaitFor(until, kPatience); }
    Store& reading() {
        m_store.emplace(path("results.sqlite").toStdString(), StoreAccess{.use = StoreAccess::Use::Read});
        return *m_store;
    }
    jobs::Batch batchOf(const QString& data) const {
        jobs::Batch batch;
        batch.threads = 2;
        jobs::SweepSpec& sweep = batch.sweeps.emplace_back();
        sweep.model = path("small.safetensors").toStdString();
        sweep.data = data.toStdString();
        sweep.configurations = {"uniform", "random:30"};
        return batch;
    }
    /// Images of different sizes, so that each is looked at when it is opened.
    QString writeFolder(int images) const {
        const std::filesystem::path folder = path("folder").toStdString();
        for (int c = 0; c < 4; ++c) {
            const std::filesystem::path kind = folder / "test" / ("kind" + std::to_string(c));
            std::filesystem::create_directories(kind);
            for (int i = 0; i < images; ++i)
                test::writeText(kind / (std::to_string(i) + ".png"), test::greyPng(10 + c, 12 + i % 3, 40 * c));
        }
        return path("folder");
    }

    QTemporaryDir m_folder;
    std::optional<Store> m_store;
    std::vector<EvaluationSummary> m_finished;
    QStringList m_failures;
    std::unique_ptr<Workbench> m_workbench;
};

TEST_F(Document, EvaluatesWhatIsInHandAndKeepsIt) {
    openSettled();
    BitConfiguration mix = m_workbench->mix().bits();
    EXPECT_EQ(mix.bits, std::vector<int>(14, 4));
    mix.bits[3] = 2;
    m_workbench->mix().set(mix, QStringLiteral("test"));
    ASSERT_TRUE(wait([this] { return m_finished.size() == 2; }));
    ASSERT_EQ(m_workbench->results().rows().size(), 2u);
    EXPECT_EQ(m_workbench->results().rows().front().bits, mix);
    EXPECT_EQ(m_workbench->results().idOf(mix), m_finished.back().id);
    EXPECT_EQ(m_workbench->live().referenceName(), QStringLiteral("the mix before"));
    m_workbench->pinBaseline(true);
    EXPECT_EQ(m_workbench->live().baseline(), mix);
    EXPECT_EQ(m_workbench->live().referenceName(), QStringLiteral("the baseline"));
    EXPECT_EQ(reading().evaluations().size(), 2u);
    EXPECT_TRUE(m_failures.isEmpty()) << m_failures.join(u'\n').toStdString();
}

/// A reader's query of a night's database must not keep what follows the hand waiting, nor the other way round.
TEST_F(Document, RowsAreReadBesideWhatIsStored) {
    openSettled();
    std::promise<void> end;
    auto writing = m_workbench->results().store()->post([&end](Store&) { end.get_future().wait(); });
    bool read = false;
    QObject::connect(&m_workbench->results(), &Results::rowsChanged, m_workbench.get(), [&read] { read = true; });
    m_workbench->results().refresh();
    EXPECT_TRUE(QTest::qWaitFor([&] { return read; }, 10'000)) << "the read waits behind what is to be stored";
    end.set_value();
    writing.get();
    std::promise<void> endReading;
    auto reader = m_workbench->results().store()->read([&endReading](Store&) { endReading.get_future().wait(); });
    m_workbench->mix().set({std::vector<int>(14, 2)}, QStringLiteral("test"));
    EXPECT_TRUE(QTest::qWaitFor([this] { return m_finished.size() == 2; }, 20'000)) << "a drag waits behind a read";
    endReading.set_value();
    reader.get();
}

TEST_F(Document, AMixThatEndsWhileRowsAreReadStaysInTheHistory) {
    openSettled();
    EvaluationSummary row = m_finished.front();
    row.id = 77;
    m_workbench->results().refresh();
    m_workbench->results().add(row);
    bool read = false;
    QObject::connect(&m_workbench->results(), &Results::rowsChanged, m_workbench.get(), [&read] { read = true; });
    ASSERT_TRUE(wait([&] { return read; }));
    ASSERT_EQ(m_workbench->results().rows().size(), 2u);
    EXPECT_EQ(m_workbench->results().rows().front().id, 77);
}

TEST_F(Document, AStoredMixKeepsItsDate) {
    openSettled();
    EXPECT_GE(m_finished.front().createdAt, "2026-01-01") << "now";
    m_workbench.reset();
    Outsider(path("results.sqlite").toStdString()).run("UPDATE evaluations SET created_at = '2020-02-03T04:05:06Z'");
    openSettled();
    EXPECT_EQ(m_finished.front().createdAt, "2020-02-03T04:05:06Z");
}

TEST_F(Document, ReadingASweepsImagesIsToldAndCancelled) {
    openSettled();
    const QString folder = writeFolder(300);
    QStringList activities;
    int ended = 0;
    Sweep& sweep = m_workbench->sweep();
    QObject::connect(&sweep, &Sweep::progressed, m_workbench.get(), [&](const Progress& progress) {
        activities << QString::fromStdString(progress.activity);
        sweep.cancel();
    });
    QObject::connect(&sweep, &Sweep::ended, m_workbench.get(), [&] {
        EXPECT_FALSE(sweep.running()) << "the next may be run";
        ++ended;
    });
    sweep.run(batchOf(folder), {});
    ASSERT_TRUE(wait([&] { return ended == 1; }));
    ASSERT_FALSE(activities.isEmpty());
    EXPECT_EQ(activities.front(), QStringLiteral("checking images"));
    EXPECT_TRUE(m_failures.isEmpty()) << m_failures.join(u'\n').toStdString();
    EXPECT_LT(reading().evaluations().size(), 34u) << "it was not ended";
}

TEST_F(Document, ASweepRunsUntilItsEndIsTold) {
    openSettled();
    Sweep& sweep = m_workbench->sweep();
    jobs::Batch batch = batchOf(path("data"));
    batch.sweeps[0].configurations = {"no-such-mixes.txt"};
    sweep.run(batch, {});
    QThread::msleep(500);  // it has failed by now
    EXPECT_TRUE(sweep.running()) << "a batch that begins now would be hidden by the end of this one";
    sweep.run(batch, {});
    ASSERT_EQ(m_failures.size(), 1);
    EXPECT_TRUE(m_failures[0].startsWith(QStringLiteral("A sweep is running")));
    ASSERT_TRUE(wait([&] { return !sweep.running(); }));
    EXPECT_TRUE(m_failures[1].contains(QStringLiteral("no-such-mixes.txt"))) << m_failures[1].toStdString();
}

TEST_F(Document, AnotherDatabaseTakesThePlaceOfOneThatIsStillWritten) {
    openSettled();
    Store(path("other.sqlite").toStdString());
    std::promise<void> end;
    auto pending = m_workbench->results().store()->post([&end](Store& store) {
        end.get_future().wait();
        return store.save(storedExample(2));
    });
    m_workbench->openResults(path("other.sqlite"));
    ASSERT_TRUE(wait([this] {
        const auto& store = m_workbench->results().store();
        return store->path() == path("other.sqlite").toStdString();
    })) << "nobody waits for the former one";
    end.set_value();
    EXPECT_GT(pending.get(), 0);
    ASSERT_TRUE(wait([this] { return m_finished.size() == 2; }));
    m_workbench.reset();
    EXPECT_EQ(reading().evaluations().size(), 2u);
    EXPECT_EQ(Store(path("other.sqlite").toStdString()).evaluations().size(), 1u);
}

TEST_F(Document, ClosesWhileEverythingRuns) {
    open(startup());
    ASSERT_TRUE(wait([this] { return m_workbench->live().running() && m_workbench->results().store() != nullptr; }));
    m_workbench->sweep().run(batchOf(path("data")), {});
    for (int width : {2, 3, 4, 2, 3}) {
        m_workbench->mix().set({std::vector<int>(14, width)}, QStringLiteral("test"));
        QTest::qWait(5);
        m_workbench->results().refresh();
        m_workbench->openModel(path("small.safetensors"));
    }
    m_workbench.reset();
    EXPECT_TRUE(Store::check(path("results.sqlite").toStdString()).empty());
}

TEST_F(Document, WhatCannotBeOpenedIsToldAndThePresentStays) {
    openSettled();
    m_workbench->openModel(path("none.safetensors"));
    ASSERT_TRUE(wait([this] { return m_failures.size() == 1; }));
    EXPECT_TRUE(m_failures[0].startsWith(QStringLiteral("The model cannot be opened")));
    m_workbench->data().open(path("nowhere"));
    ASSERT_TRUE(wait([this] { return m_failures.size() == 2; }));
    EXPECT_TRUE(m_failures[1].startsWith(QStringLiteral("The data set cannot be opened")));
    m_workbench->openSession(path("none.json"));
    ASSERT_TRUE(wait([this] { return m_failures.size() == 3; }));
    EXPECT_TRUE(m_failures[2].startsWith(QStringLiteral("The session cannot be opened")));
    m_workbench->openResults(path("none.sqlite"));
    ASSERT_TRUE(wait([this] { return m_failures.size() == 4; }));
    EXPECT_TRUE(m_failures[3].startsWith(QStringLiteral("The results cannot be opened")));
    EXPECT_TRUE(m_workbench->live().running());
    EXPECT_EQ(m_workbench->data().set()->size(), 1000);
}

}  // namespace
}  // namespace bitdesk
