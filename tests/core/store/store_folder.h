// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "core/store/store.h"
#include "tests/core/base/temporary_folder.h"

// What the tests of a store have in common.
namespace bitdesk {

inline Evaluation storedExample(int first) {
    Evaluation e;
    e.setKey({.modelHash = "m",
              .dataHash = "d",
              .split = "test",
              .subset = 4,
              .orderSeed = 7,
              .bits = {{first, 3}},
              .numericsVersion = 1});
    e.modelName = "model";
    e.dataName = "data";
    e.correct = 3;
    e.total = 4;
    e.predictions = {1, 300, 3, 4};
    e.correctMask = {1, 1, 0, 1};
    e.bitops = 61'680;
    e.device = "cpu";
    e.backend = "reference";
    e.looks = 12;
    e.createdAt = "2026-11-24T00:00:00Z";
    return e;
}

/// Another program that has the database open.
class Outsider {
public:
    explicit Outsider(const std::filesystem::path& file) {
        EXPECT_EQ(sqlite3_open(file.c_str(), &m_database), SQLITE_OK);
    }
    ~Outsider() { sqlite3_close(m_database); }
    Outsider(const Outsider&) = delete;
    Outsider& operator=(const Outsider&) = delete;
    void run(const std::string& sql) {
        EXPECT_EQ(sqlite3_exec(m_database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(m_database);
    }
    /// The first column of the first row.
    std::string ask(const std::string& sql) {
        std::string found;
        const auto take = [](void* to, int, char** values, char**) {
            *static_cast<std::string*>(to) = values[0] != nullptr ? values[0] : "";
            return 0;
        };
        EXPECT_EQ(sqlite3_exec(m_database, sql.c_str(), take, &found, nullptr), SQLITE_OK)
            << sqlite3_errmsg(m_database);
        return found;
    }

private:
    sqlite3* m_database = nullptr;
};

/// A folder of its own with a database in it that the tests make.
class StoreFolder : public testing::Test {
protected:
    std::filesystem::path file() const { return m_folder / "results.sqlite"; }

    void sql(const std::string& text) const { Outsider(file()).run(text); }

    test::TemporaryFolder m_folder;
};

}  // namespace bitdesk
