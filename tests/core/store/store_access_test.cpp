// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/store/store_thread.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/store/store_folder.h"

namespace bitdesk {
namespace {

using namespace std::chrono_literals;
using Use = StoreAccess::Use;

class StoreAccessTest : public StoreFolder {
protected:
    StoreAccessTest() { Store(file()).save(storedExample(2)); }
    std::string bytes() const { return readFile(file(), 1 << 24); }
    std::size_t count() const { return Store(file(), {.use = Use::Read}).evaluations().size(); }
    /// What a store on such a file system says of itself, and the journal that it keeps.
    std::pair<std::vector<std::string>, std::string> onFileSystem(const std::string& type) const {
        Store store(file(), {.fileSystem = [type](const std::filesystem::path&) { return type; }});
        store.save(storedExample(40));
        return {store.notes(), Outsider(file()).ask("PRAGMA journal_mode")};
    }
};

TEST_F(StoreAccessTest, WhatIsFoundWaitsForALockThatLastsLongerThanPatience) {
    Outsider other(file());
    other.run("BEGIN IMMEDIATE");
    double waited = 0;
    std::jthread release([&] {
        std::this_thread::sleep_for(150ms);
        other.run("COMMIT");
    });
    Store store(file(),
                {.wait = {.endless = true, .patience = 20ms, .waiting = [&](double seconds) { waited = seconds; }}});
    EXPECT_EQ(store.save(storedExample(3)), 2);
    EXPECT_GT(waited, 0.02);
    EXPECT_EQ(count(), 2u);
}

TEST_F(StoreAccessTest, PatienceEndsWhereNobodyComputed) {
    Outsider other(file());
    other.run("BEGIN EXCLUSIVE");
    Store store(file(), {.wait = {.patience = 20ms}});
    test::expectError(ErrorKind::Resource, {file().string(), "locked by another program"},
                      [&] { store.save(storedExample(3)); });
    other.run("ROLLBACK");
    EXPECT_EQ(store.save(storedExample(3)), 2);
}

TEST_F(StoreAccessTest, AWaitThatIsStoppedIsCancelledOnce) {
    Outsider other(file());
    other.run("BEGIN IMMEDIATE");
    std::stop_source stop;
    Store store(file(), {.wait = {.endless = true, .stop = stop.get_token(), .grace = 20ms}});
    stop.request_stop();
    EXPECT_THROW(store.save(storedExample(3)), Cancelled);
    EXPECT_THROW(store.save(storedExample(3)), Cancelled);
    other.run("ROLLBACK");
    EXPECT_EQ(store.save(storedExample(3)), 2);  // nobody locks: it is stored even so
}

TEST_F(StoreAccessTest, LookingNeedsNoLock) {
    Outsider other(file());
    for (const char* begin : {"BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"}) {
        other.run(begin);
        EXPECT_EQ(count(), 1u);
        EXPECT_TRUE(Store::check(file()).empty());
        // Nor does opening to write, before there is anything to write.
        EXPECT_EQ(Store(file(), {.wait = {.patience = 1ms}}).evaluations().size(), 1u);
        other.run("ROLLBACK");
    }
}

TEST_F(StoreAccessTest, AThreadTellsThatItWaits) {
    StoreThread store(file(), {.wait = {.endless = true}});
    EXPECT_FALSE(store.waiting());
    Outsider other(file());
    other.run("BEGIN IMMEDIATE");
    auto id = store.post([](Store& s) { return s.save(storedExample(3)); });
    while (!store.waiting()) ASSERT_EQ(id.wait_for(2ms), std::future_status::timeout);
    other.run("COMMIT");
    EXPECT_EQ(id.get(), 2);
    store.post([](Store&) { return true; }).get();
    EXPECT_FALSE(store.waiting());
}

TEST_F(StoreAccessTest, WhatIsPostedWaitsForNoLongRead) {
    StoreThread store(file());
    std::promise<void> end;
    auto reading = store.read([&end](Store& s) {
        EXPECT_FALSE(s.writes());
        const std::size_t before = s.evaluations().size();
        end.get_future().wait();
        return before;
    });
    auto id = store.post([](Store& s) { return s.save(storedExample(3)); });
    ASSERT_EQ(id.wait_for(10s), std::future_status::ready) << "it waits for the read";
    EXPECT_EQ(id.get(), 2);
    end.set_value();
    EXPECT_EQ(reading.get(), 1u);
    EXPECT_EQ(store.read([](Store& s) { return s.evaluations().size(); }).get(), 2u) << "what is stored by then";
}

TEST_F(StoreAccessTest, WhereThereIsNoWriteAheadLogOneConnectionDoesAll) {
    StoreThread store(file(), {.fileSystem = [](const std::filesystem::path&) { return "nfs4"; }});
    EXPECT_TRUE(store.read([](Store& s) { return s.writes(); }).get());
    StoreThread memory(":memory:");
    memory.post([](Store& s) { return s.save(storedExample(3)); }).get();
    EXPECT_EQ(memory.read([](Store& s) { return s.evaluations().size(); }).get(), 1u);
}

TEST_F(StoreAccessTest, AReaderChangesNothing) {
    const std::string before = bytes();
    {
        Store store(file(), {.use = Use::Read});
        EXPECT_FALSE(store.writes());
        test::expectBadInput({file().string()}, [&] { store.save(storedExample(3)); });
        test::expectBadInput({file().string()}, [&] { store.beginJob("sweep", "{}"); });
    }
    EXPECT_EQ(bytes(), before);
    EXPECT_EQ(m_folder.fileCount(), 1u);
}

TEST_F(StoreAccessTest, AnOlderSchemaIsReadAndStaysAsItIs) {
    sql("ALTER TABLE data_sets DROP COLUMN skipped; ALTER TABLE data_sets DROP COLUMN preparation; "
        "PRAGMA user_version = 3; PRAGMA wal_checkpoint(TRUNCATE)");
    const std::string before = bytes();
    Store store(file(), {.use = Use::Read});
    ASSERT_EQ(store.evaluations().size(), 1u);
    EXPECT_EQ(store.evaluations()[0].facts, DataFacts());
    EXPECT_EQ(store.find(storedExample(2).key())->predictions, storedExample(2).predictions);
    EXPECT_TRUE(Store::check(file()).empty());
    EXPECT_EQ(bytes(), before);
    // The copy is no place to write to either.
    test::expectBadInput({file().string()}, [&] { store.save(storedExample(3)); });
}

TEST_F(StoreAccessTest, OnANetworkFileSystemNoMemoryIsShared) {
    for (const char* type : {"nfs4", "cifs", "lustre", "fuse.sshfs"}) {
        const auto [notes, journal] = onFileSystem(type);
        ASSERT_EQ(notes.size(), 1u) << type;
        for (const std::string& part :
             {file().string(), std::string(type), std::string("--db"), std::string("bitdesk db merge")})
            EXPECT_NE(notes[0].find(part), std::string::npos) << notes[0];
        EXPECT_EQ(journal, "delete") << type;  // as every other program sees a file that has no write-ahead log
    }
    for (const char* type : {"ext4", "overlay", "tmpfs", "fuse.fuse-overlayfs", ""}) {
        const auto [notes, journal] = onFileSystem(type);
        EXPECT_TRUE(notes.empty()) << type;
        EXPECT_EQ(journal, "wal") << type;
    }
    EXPECT_EQ(count(), 2u);
}

TEST_F(StoreAccessTest, ALogThatSomebodyElseKeepsOpenIsTold) {
    Outsider other(file());
    other.run("PRAGMA journal_mode = WAL");
    EXPECT_EQ(other.ask("SELECT count(*) FROM models"), "1");
    const auto [notes, journal] = onFileSystem("nfs");
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_NE(notes[0].find("close it"), std::string::npos) << notes[0];
    EXPECT_EQ(count(), 2u);
}

TEST_F(StoreAccessTest, WhatIsNoFileIsNamed) {
    const auto refused = [&](const std::filesystem::path& path, const std::string& reason) {
        for (const Use use : {Use::Write, Use::Read})
            test::expectBadInput({path.string(), reason}, [&] { const Store store(path, {.use = use}); });
        test::expectBadInput({path.string(), reason}, [&] { Store::checkWritable(path); });
    };
    const auto pipe = m_folder / "pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    refused(pipe, "is a pipe");
    refused(m_folder.path(), "is a folder");
    refused("/dev/null", "is a device");
    std::filesystem::create_symlink("loop", m_folder / "loop");
    refused(m_folder / "loop", "Too many levels of symbolic links");
    refused(m_folder / std::string(300, 'n'), "File name too long");
    std::filesystem::path deep = m_folder.path();
    for (int i = 0; i < 3; ++i) deep /= std::string(200, 'd');
    refused(deep / "x.sqlite", "SQLite opens at most");
}

TEST_F(StoreAccessTest, CheckingWhetherItCouldBeWrittenMakesNothing) {
    Store::checkWritable(file());
    Store::checkWritable(m_folder / "new.sqlite");
    test::expectBadInput({"its folder is not there"}, [&] { Store::checkWritable(m_folder / "none/new.sqlite"); });
    EXPECT_EQ(m_folder.fileCount(), 1u);
    std::ofstream(m_folder / "text") << std::string(5000, 'x');
    test::expectBadInput({"no SQLite database"}, [&] { Store::checkWritable(m_folder / "text"); });
}

TEST_F(StoreAccessTest, APlaceThatTakesNoFilesIsRefusedInTheSameWords) {
    for (const std::filesystem::path& path : {file() / "x", std::filesystem::path("/proc/x.sqlite")}) {
        const std::string words = path.string() + ": the database cannot be written in its folder";
        test::expectBadInput({words}, [&] { Store::checkWritable(path); });
        test::expectBadInput({words}, [&] { const Store store(path); });
    }
    EXPECT_EQ(m_folder.fileCount(), 1u);
}

TEST_F(StoreAccessTest, ALinkIsReadAndWrittenAtItsEnd) {
    const auto link = m_folder / "link.sqlite";
    std::filesystem::create_symlink("results.sqlite", link);
    EXPECT_EQ(Store(link).save(storedExample(3)), 2);
    EXPECT_EQ(Store(link, {.use = Use::Read}).evaluations().size(), 2u);
    EXPECT_EQ(count(), 2u);
}

TEST_F(StoreAccessTest, KeepsWhatIsToldOfTheData) {
    Evaluation told = storedExample(3);
    told.facts = {.preparation = "shorter side 32", .skipped = 5};
    Evaluation other = storedExample(3);
    other.dataHash = "e";
    other.facts = {.preparation = "as they are", .skipped = 0};
    Store store(file());
    EXPECT_EQ(store.evaluations()[0].facts, DataFacts());  // not known
    store.save(told);
    store.save(other);
    EXPECT_EQ(store.summary(1)->facts, told.facts);  // of the same data
    EXPECT_EQ(store.evaluation(2)->facts, told.facts);
    EXPECT_EQ(store.evaluation(3)->facts, other.facts);
    Store merged(m_folder / "merged.sqlite");
    merged.merge(store);
    EXPECT_EQ(merged.evaluation(3)->facts, store.evaluation(1)->facts);  // newest first
    EXPECT_EQ(merged.evaluations().size(), 3u);
}

}  // namespace
}  // namespace bitdesk
