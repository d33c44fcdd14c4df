// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/profile_job.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/app/jobs/small_workplace.h"

namespace bitdesk::jobs {
namespace {

class ProfileJob : public testing::Test {
protected:
    ProfileRequest request() const {
        return {.model = m_place.model,
                .configurations = {m_place.uniform(4), m_place.uniform(2)},
                .device = {},
                .batch = 2,
                .options = {.warmups = 1, .samples = 6, .maxSeconds = 20, .seed = 1}};
    }

    test::SmallWorkplace m_place;
};

TEST_F(ProfileJob, MeasuresInterleavedAndSaysWhereBitsAreSimulated) {
    JobContext context = m_place.context();
    ProfileRequest simulated = request();
    simulated.device.backend = "reference";
    const ProfileResult found = profileMixes(simulated, context);
    ASSERT_EQ(found.runs.size(), 2u);
    for (const Measurement& m : found.runs) {
        EXPECT_TRUE(m.simulated);
        EXPECT_EQ(m.batch, 2);
        EXPECT_EQ(m.samplesMs.size(), 6u);
        EXPECT_GT(m.latencyMs.median, 0);
        EXPECT_LE(m.latencyMs.q1, m.latencyMs.median);
        EXPECT_GE(m.latencyMs.q3, m.latencyMs.median);
        EXPECT_FALSE(m.machine.empty());
        EXPECT_EQ(m.runGroup, found.runs.front().runGroup);
        for (const LayerTime& layer : m.layers) EXPECT_EQ(layer.executedBits, 32) << layer.name;
    }
    const auto stored = Store(m_place.databasePath()).measurement(found.runs[1].id);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->samplesMs, found.runs[1].samplesMs);
    EXPECT_EQ(stored->bits, m_place.uniform(2));
    EXPECT_TRUE(stored->simulated);
}

TEST_F(ProfileJob, ThePackedRuntimeRunsBitsForReal) {
    JobContext context = m_place.context();
    for (const Measurement& m : profileMixes(request(), context).runs) {
        EXPECT_FALSE(m.simulated);
        EXPECT_EQ(m.backend, "packed");
        for (const LayerTime& layer : m.layers)
            if (layer.requestedBits == 2 || layer.requestedBits == 4) {
                EXPECT_TRUE(layer.executedBits == layer.requestedBits || layer.executedBits == 8) << layer.name;
                EXPECT_FALSE(layer.kernel.empty());
            }
    }
}

TEST_F(ProfileJob, LayersCarryTheBitsThatWereAskedFor) {
    JobContext context = m_place.context();
    ProfileRequest r = request();
    r.configurations = {m_place.uniform(3)};
    int quantizable = 0;
    const ProfileResult found = profileMixes(r, context);
    for (const LayerTime& layer : found.runs.front().layers) quantizable += layer.requestedBits == 3 ? 1 : 0;
    EXPECT_EQ(quantizable, 14);
}

TEST_F(ProfileJob, CancelledStoresNothing) {
    std::stop_source source;
    source.request_stop();
    JobContext context = m_place.context(source.get_token());
    EXPECT_THROW(profileMixes(request(), context), Cancelled);
    EXPECT_TRUE(Store(m_place.databasePath()).measurements().empty());
}

}  // namespace
}  // namespace bitdesk::jobs
