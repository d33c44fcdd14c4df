// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/environment.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

namespace bitdesk {
namespace {

TEST(Environment, TellsWhatAFigureWasTakenOn) {
    const Environment found = readEnvironment();
    EXPECT_EQ(found.hostHash.size(), 12u) << "a machine without an id has a name";
    EXPECT_EQ(found.hostHash, readEnvironment().hostHash);
    EXPECT_GE(found.logicalCpus, 1);
    EXPECT_LE(found.logicalCpus, static_cast<int>(std::thread::hardware_concurrency()));
    EXPECT_FALSE(found.compiler.empty());
    EXPECT_FALSE(found.version.empty());
}

TEST(Environment, WhatCannotBeReadIsNull) {
    Environment unknown;
    unknown.frequencyMHz = unknown.load1 = -1;
    const auto json = nlohmann::json::parse(toJson(unknown));
    for (const char* key : {"cpu", "governor", "frequency_mhz", "load_1min", "kernel"})
        EXPECT_TRUE(json.at(key).is_null()) << key;
}

}  // namespace
}  // namespace bitdesk
