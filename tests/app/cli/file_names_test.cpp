// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <sstream>

#include "app/cli/verb.h"
#include "core/store/store.h"
#include "tests/core/base/temporary_folder.h"
#include "tests/core/store/store_folder.h"

namespace bitdesk::cli {
namespace {

/// While it lives, this thread is bound by permissions even as root.
class Unprivileged {
public:
    Unprivileged() {
        __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
        syscall(SYS_capget, &header, m_before.data());
        auto less = m_before;
        less[0].effective &= ~(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH);
        syscall(SYS_capset, &header, less.data());
    }
    ~Unprivileged() {
        __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
        syscall(SYS_capset, &header, m_before.data());
    }
    Unprivileged(const Unprivileged&) = delete;
    Unprivileged& operator=(const Unprivileged&) = delete;

private:
    std::array<__user_cap_data_struct, 2> m_before{};
};

struct Ran {
    int code = 0;
    std::string out, err;
};

Ran run(const std::vector<std::string>& words) {
    std::vector<const char*> arguments{"bitdesk"};
    for (const std::string& word : words) arguments.push_back(word.c_str());
    std::ostringstream out, err;
    const int code = runCommandLine(static_cast<int>(arguments.size()), arguments.data(), out, err);
    return {code, out.str(), err.str()};
}

/// A command line with @ where a file's name goes. `ending` is what the option takes.
struct Place {
    const char* line;
    const char* ending = "";
};

// MODEL, DB and NEW are a model, a database with results, and a name that is free.
constexpr Place kInputs[] = {
    {"info @"},
    {"info random:@", ".json"},
    {"data MODEL --model @"},
    {"eval @ --data fashion-mnist --bits 4 --no-store"},
    {"eval MODEL --data @ --bits 4 --no-store"},
    {"eval MODEL --data fashion-mnist --bits @@ --no-store"},
    {"eval MODEL --data fashion-mnist --bits 4 --dry-run --db @"},
    {"predict @ --data fashion-mnist --bits 4 --no-store"},
    {"predict MODEL --data @ --bits 4 --no-store"},
    {"profile @ --bits 4 --no-store"},
    {"profile MODEL --bits @@ --no-store"},
    {"profile MODEL --bits 4 --db @"},
    {"profile MODEL --bits 4 --dry-run --db @"},
    {"sweep @ --data fashion-mnist --configs uniform --db NEW"},
    {"sweep MODEL --data @ --configs uniform --db NEW"},
    {"batch @"},
    {"compare 1 2 --db @"},
    {"report --out NEW.html --db @"},
    {"report --out NEW.html --db DB --model @"},
    {"export @ --bits 4 --out NEW.onnx"},
    {"export MODEL --bits @@ --out NEW.onnx"},
    {"export MODEL --bits 4 --out NEW.json --format nvbench --db @"},
    {"train --network mlp --data @ --out NEW"},
    {"train --network @ --data fashion-mnist --out NEW", ".json"},
    {"import @ --network mlp --out NEW --quiet"},
    {"import MODEL --network @ --out NEW --quiet", ".json"},
    {"import MODEL --network mlp --mapping @ --out NEW --quiet"},
    {"import MODEL --network mlp --data @ --out NEW --quiet"},
    {"new-model @", ".json"},
    {"db list --db @"},
    {"db check --db @"},
    {"db merge @ DB"},
    {"db merge NEW @"},
};

constexpr Place kOutputs[] = {
    {"info MODEL --json @"},
    {"data MODEL --json @"},
    {"data MODEL --csv @"},
    {"eval MODEL --data fashion-mnist --bits 4 --no-store --json @"},
    {"eval MODEL --data fashion-mnist --bits 4 --no-store --csv @"},
    {"predict MODEL --data fashion-mnist --bits 4 --no-store --json @"},
    {"profile MODEL --bits 4 --no-store --json @"},
    {"profile MODEL --bits 4 --no-store --trace @"},
    {"sweep MODEL --data fashion-mnist --configs uniform --db NEW --json @"},
    {"compare 1 2 --db DB --json @"},
    {"compare 1 2 --db DB --csv @"},
    {"report --db DB --out @", ".html"},
    {"report --db DB --out @", ".json"},
    {"export MODEL --bits 4 --out @", ".onnx"},
    {"export MODEL --bits 4 --out NEW.onnx --json @"},
    {"train --network mlp --data fashion-mnist --out NEW --json @"},
    {"import MODEL --network mlp --out NEW --json @ --quiet"},
    {"db list --db DB --json @"},
    {"db list --db DB --csv @"},
    {"db check --db DB --json @"},
    {"db merge NEW DB --json @"},
};

class FileNames : public testing::Test {
protected:
    FileNames() {
        Store store(m_folder / "db.sqlite");
        store.save(storedExample(2));
        store.save(storedExample(4));
        std::filesystem::create_directory(m_folder / "closed");
        chmod((m_folder / "closed").c_str(), 0);
    }
    ~FileNames() override { chmod((m_folder / "closed").c_str(), 0700); }

    /// A file in a folder that may not be entered, a link to itself, a name of over 255 bytes.
    std::vector<std::string> badNames(const std::string& ending) const {
        const auto loop = m_folder / ("loop" + ending);
        std::error_code code;
        std::filesystem::create_symlink(loop.filename(), loop, code);
        return {(m_folder / "closed" / ("x" + ending)).string(), loop.string(),
                (m_folder / (std::string(300, 'n') + ending)).string()};
    }

    std::vector<std::string> wordsOf(const std::string& line, const std::string& name) const {
        std::vector<std::string> words;
        std::istringstream all(line);
        for (std::string word; all >> word;) {
            if (word == "MODEL") word = BITDESK_SOURCE_DIR "/resources/models/fashion-mnist.safetensors";
            else if (word == "DB") word = (m_folder / "db.sqlite").string();
            else if (word.starts_with("NEW")) word = (m_folder / ("new" + word.substr(3))).string();
            else if (word == "@@") word = "@" + name;
            else if (const auto at = word.find('@'); at != std::string::npos) word.replace(at, 1, name);
            words.push_back(word);
        }
        return words;
    }

    void expectRefused(std::span<const Place> places, int code) const {
        const std::size_t files = m_folder.fileCount();
        for (const Place& place : places)
            for (const std::string& name : badNames(place.ending)) {
                SCOPED_TRACE(std::string(place.line) + ": " + name.substr(0, 80));
                const Ran ran = [&] {
                    const Unprivileged bound;
                    return run(wordsOf(place.line, name));
                }();
                EXPECT_EQ(ran.code, code) << ran.err;
                EXPECT_EQ(std::ranges::count(ran.err, '\n'), 1) << ran.err;
                EXPECT_EQ(ran.err.find("internal"), std::string::npos) << ran.err;
                EXPECT_NE(ran.err.find(std::filesystem::path(name).filename().string()), std::string::npos) << ran.err;
            }
        // Links that the test made, and nothing else.
        std::size_t links = 0;
        for (const auto& entry : std::filesystem::directory_iterator(m_folder.path()))
            links += entry.is_symlink() ? 1 : 0;
        EXPECT_EQ(m_folder.fileCount(), files + links);
    }

    test::TemporaryFolder m_folder;
};

TEST_F(FileNames, InputsThatCannotBeReachedAreBadInput) { expectRefused(kInputs, 3); }

TEST_F(FileNames, OutputsThatCannotBeReachedAreResources) { expectRefused(kOutputs, 4); }

TEST_F(FileNames, PipesAndDevicesAreNoDatabases) {
    const auto pipe = m_folder / "pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    for (const std::string& name : {pipe.string(), std::string("/dev/zero"), m_folder.path().string()})
        for (const char* line :
             {"db list --db @", "db check --db @", "compare 1 2 --db @", "report --out NEW.html --db @",
              "db merge @ DB", "db merge NEW @", "profile MODEL --bits 4 --db @"}) {
            const Ran ran = run(wordsOf(line, name));
            EXPECT_EQ(ran.code, 3) << line << ran.err;
            EXPECT_NE(ran.err.find("not a database"), std::string::npos) << line << ran.err;
        }
}

TEST_F(FileNames, AMergeThatFailsLeavesNothing) {
    const auto merge = [&](const std::string& source) { return run(wordsOf("db merge NEW DB @", source)); };
    const auto bad = (m_folder / "bad.sqlite").string();
    const auto fails = [&](const char* sql) {
        std::filesystem::remove(bad);
        Store(bad).save(storedExample(5));
        Outsider(bad).run(sql);
        const std::size_t files = m_folder.fileCount();
        const Ran ran = merge(bad);
        EXPECT_EQ(ran.code, 3) << sql << ran.err;
        EXPECT_EQ(m_folder.fileCount(), files) << sql;
    };
    fails("UPDATE predictions SET classes = x'00'");
    fails("PRAGMA user_version = 999");
    fails("DROP TABLE job_items");
    EXPECT_EQ(merge((m_folder / "none.sqlite").string()).code, 3);
    EXPECT_FALSE(std::filesystem::exists(m_folder / "new"));
    std::filesystem::remove(bad);
    Store(bad).save(storedExample(5));
    EXPECT_EQ(merge(bad).code, 0);
    EXPECT_EQ(Store(m_folder / "new").evaluations().size(), 3u);
    // One that was there stays, whatever happens.
    Outsider(bad).run("UPDATE predictions SET classes = x'00'");
    EXPECT_EQ(merge(bad).code, 3);
    EXPECT_EQ(Store(m_folder / "new").evaluations().size(), 3u);
}

TEST_F(FileNames, NamesInADatabaseAreNoCommandsToATerminal) {
    const std::string evil = "x'1B5B324A' || 'm' || x'00' || char(10) || x'1B5D303B6F776E6564' || char(7) || char(155)";
    Outsider outsider(m_folder / "db.sqlite");
    for (const char* column : {"models SET name", "data_sets SET name", "data_sets SET preparation",
                               "data_sets SET split", "evaluations SET created_at", "evaluations SET device"})
        outsider.run("UPDATE " + std::string(column) + " = CAST(" + evil + " AS TEXT)");
    for (const char* line : {"db list --db @", "db list --csv - --db @", "compare 1 2 --db @", "db check --db @",
                             "report --out NEW.md --db @", "db merge NEW @"}) {
        const Ran ran = run(wordsOf(line, (m_folder / "db.sqlite").string()));
        for (const std::string& text : {ran.out, ran.err})
            EXPECT_TRUE(std::ranges::none_of(
                text, [](char c) { return c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F); }))
                << line << "\n"
                << text;
    }
}

TEST_F(FileNames, UnlikeDataIsToldApart) {
    const auto name = (m_folder / "two.sqlite").string();
    Evaluation a = storedExample(2), b = storedExample(2);
    a.facts = {.preparation = "as they are", .skipped = 0};
    b.facts = {.preparation = "shorter side 32", .skipped = 7};
    a.dataHash = "3f2a91c0aaaa";
    b.dataHash = "9b1c0000bbbb";
    Store(name).save(a);
    Store(name).save(b);
    const Ran list = run({"db", "list", "--db", name}), compared = run({"compare", "1", "2", "--db", name});
    for (const Ran& ran : {list, compared})
        for (const char* part : {"3f2a91c0", "as they are", "9b1c0000", "shorter side 32", "7 files left out"})
            EXPECT_NE(ran.out.find(part), std::string::npos) << part << "\n" << ran.out;
    const Ran one = run({"db", "list", "--db", name, "--data", "9b1c0000"});
    EXPECT_EQ(one.out.find("3f2a91c0"), std::string::npos) << one.out;
    const Ran csv = run({"db", "list", "--db", name, "--csv", "-", "--data", "data"});
    EXPECT_EQ(std::ranges::count(csv.out, '\n'), 3) << csv.out;
}

}  // namespace
}  // namespace bitdesk::cli
