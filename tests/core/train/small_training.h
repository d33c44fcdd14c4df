// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "core/base/error.h"
#include "core/network/catalogue.h"
#include "core/train/train.h"
#include "tests/core/data/small_data.h"

namespace bitdesk::test {

/// Whole trainings, on images small enough for a test.
class SmallTraining : public testing::Test {
protected:
    static void SetUpTestSuite() {
        s_data = std::make_unique<TemporaryFolder>();
        writeSmallData(s_data->path(), 600, 80);
    }
    static void TearDownTestSuite() { s_data.reset(); }

    TrainRequest request(const std::string& out) const {
        TrainRequest r;
        r.data = s_data->path().string();
        r.out = m_folder / out;
        r.floatEpochs = 2;
        r.activationEpochs = r.uniformEpochs = 1;
        r.mixedEpochs = 2;
        r.floatRate = r.activationRate = r.uniformRate = r.mixedRate = 0.02;
        r.batch = 32;
        r.threads = 1;
        return r;
    }
    /// A network that trains in no time; a text of its file may be replaced.
    std::string networkFile(const std::string& name, const std::string& from = {}, const std::string& to = {}) const {
        std::string text = networkTemplate(findNetwork("mlp").build({8, 8, 1}, 4));
        for (std::size_t at = 0; (at = text.find("512", at)) != std::string::npos;) text.replace(at, 3, "24");
        if (!from.empty()) {
            EXPECT_NE(text.find(from), std::string::npos);
            text.replace(text.find(from), from.size(), to);
        }
        writeText(m_folder / name, text);
        return (m_folder / name).string();
    }
    /// With that network, 67 steps an epoch: reports come in the middle.
    TrainRequest quick(const std::string& out) const {
        TrainRequest r = request(out);
        r.network = networkFile("net.json");
        r.batch = 8;
        return r;
    }
    /// Trains, and asks for a stop at the first report that `when` holds of.
    template <typename When>
    static void trainUntil(const TrainRequest& r, const When& when) {
        std::stop_source source;
        EXPECT_THROW(train(
                         r,
                         [&](const TrainProgress& progress) {
                             if (when(progress)) source.request_stop();
                         },
                         source.get_token()),
                     Cancelled);
        EXPECT_TRUE(source.stop_requested()) << "what should stop it never came";
    }
    /// The same after so many epochs, all stages counted.
    static void trainEpochs(const TrainRequest& r, int epochs) {
        int seen = 0;
        trainUntil(r, [&](const TrainProgress& progress) { return progress.epochEnd && ++seen == epochs; });
    }

    static inline std::unique_ptr<TemporaryFolder> s_data;
    TemporaryFolder m_folder;
};

}  // namespace bitdesk::test
