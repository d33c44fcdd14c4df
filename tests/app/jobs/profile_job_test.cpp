// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/profile_job.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "app/jobs/layer_table_job.h"
#include "core/base/error.h"
#include "core/execute/packed/kernels/catalogue.h"
#include "core/results/results_json.h"
#include "tests/app/jobs/small_workplace.h"

namespace bitdesk::jobs {
namespace {

bool tells(const std::vector<std::string>& warnings, const std::string& what) {
    return std::ranges::any_of(warnings, [&](const std::string& w) { return w.find(what) != std::string::npos; });
}

const packed::ConvKernel* kernelNamed(const std::string& name) {
    for (const packed::ConvKernel& kernel : packed::convKernels(packed::bestIsa()))
        if (kernel.name == name) return &kernel;
    return nullptr;
}

class ProfileJob : public testing::Test {
protected:
    ProfileRequest request() const {
        ProfileRequest r{.model = m_place.model,
                         .configurations = {m_place.uniform(4), m_place.uniform(2)},
                         .device = {},
                         .batch = 2,
                         .options = {}};
        r.options.warmups = 1;
        r.options.stop = StopOptions::fixed(6, 20);
        return r;
    }
    LayerTableRequest tableRequest() const {
        LayerTableRequest r{.model = m_place.model, .device = {}, .batch = 2, .options = {}};
        r.options.checks = 4;
        r.options.mostRounds = 5;
        r.options.minSeconds = 0;
        return r;
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
        EXPECT_EQ(m.stopReason, "count");
        EXPECT_GT(m.latencyMs.median, 0);
        EXPECT_LE(m.medianCi95.low, m.latencyMs.median);
        EXPECT_GE(m.medianCi95.high, m.latencyMs.median);
        EXPECT_FALSE(m.machine.empty());
        EXPECT_EQ(m.runGroup, found.runs.front().runGroup);
        for (const LayerTime& layer : m.layers) EXPECT_EQ(layer.executedBits, 32) << layer.name;
    }
    const auto stored = Store(m_place.databasePath()).measurement(found.runs[1].id);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->samplesMs, found.runs[1].samplesMs);
    EXPECT_EQ(stored->bits, m_place.uniform(2));
    EXPECT_TRUE(stored->simulated);
    EXPECT_EQ(stored->warnings, found.runs[1].warnings);
    EXPECT_EQ(stored->noiseFloor, found.runs[1].noiseFloor);
}

TEST_F(ProfileJob, ThePackedRuntimeRunsBitsForReal) {
    JobContext context = m_place.context();
    const ProfileResult found = profileMixes(request(), context);
    for (const Measurement& m : found.runs) {
        EXPECT_FALSE(m.simulated);
        EXPECT_EQ(m.backend, "packed");
        for (const LayerTime& layer : m.layers)
            if (layer.requestedBits == 2 || layer.requestedBits == 4) {
                // Which kernel is fastest is for the machine to say; what it executes is the catalogue's.
                const packed::ConvKernel* kernel = kernelNamed(layer.kernel);
                ASSERT_NE(kernel, nullptr) << layer.name << ": " << layer.kernel;
                const int bits = kernel->executedBits > 0 ? kernel->executedBits : layer.requestedBits;
                EXPECT_EQ(layer.executedBits, bits) << layer.name << ": " << layer.kernel;
            }
    }
    ASSERT_EQ(found.againstFirst.size(), 2u);
    EXPECT_EQ(found.againstFirst[1].pairs, 6);
    EXPECT_FALSE(found.againstFirst[1].reason.empty());
}

TEST_F(ProfileJob, EveryFigureTellsItsConditions) {
    JobContext context = m_place.context();
    const ProfileResult found = profileMixes(request(), context);
    const Measurement& m = found.runs.front();
    EXPECT_NE(toJson(m.conditions).find("\"before\""), std::string::npos);
    EXPECT_NE(toJson(m.conditions).find("\"effective_mhz\""), std::string::npos);
    const auto says = [&](const std::string& what) {
        const auto holds = [&](const std::string& text) { return text.find(what) != std::string::npos; };
        return std::ranges::any_of(m.metrics, [&](const Metric& metric) { return holds(metric.tag); }) ||
               std::ranges::any_of(m.unreadable, holds);
    };
    EXPECT_TRUE(says("energy")) << "read, or said not to be readable";
    EXPECT_TRUE(says("peak"));
}

TEST_F(ProfileJob, LayersCarryTheBitsThatWereAskedForAndAddUpToTheRun) {
    JobContext context = m_place.context();
    ProfileRequest r = request();
    r.configurations = {m_place.uniform(3)};
    r.options.stop = StopOptions::fixed(60, 20);
    const Measurement m = profileMixes(r, context).runs.front();
    int quantizable = 0;
    for (const LayerTime& layer : m.layers) {
        quantizable += layer.requestedBits == 3 ? 1 : 0;
    }
    EXPECT_EQ(quantizable, 14);
    ASSERT_TRUE(m.layerSumMs);
    EXPECT_GT(m.layerSumMs->value, 0.4 * m.latencyMs.median);
    EXPECT_LT(m.layerSumMs->value, 2.5 * m.latencyMs.median);
}

TEST_F(ProfileJob, TracesEveryMix) {
    JobContext context = m_place.context();
    ProfileRequest r = request();
    EXPECT_TRUE(profileMixes(r, context).trace.empty());
    r.traceRuns = 2;
    const std::string trace = profileMixes(r, context).trace;
    std::size_t runs = 0;
    for (std::size_t at = trace.find("\"name\":\"run\""); at != std::string::npos;
         at = trace.find("\"name\":\"run\"", at + 1))
        ++runs;
    EXPECT_EQ(runs, 4u);
}

TEST_F(ProfileJob, PredictsFromAStoredTable) {
    m_place.arbiter.setThreads(1);  // where a host puts the CPUs is then of no matter
    JobContext context = m_place.context();
    EXPECT_FALSE(profileMixes(request(), context).runs.front().predictedMs) << "no table yet";
    const auto executor = makeExecutor(*m_place.model, {}, m_place.arbiter.threads());
    const LayerTable table = measureLayerTable(tableRequest(), *executor, context).table;
    EXPECT_GT(table.id, 0);
    EXPECT_EQ(table.checks.size(), 4u);
    EXPECT_EQ(table.roofline.macsPerSecond.size(), 3u);
    const ProfileResult found = profileMixes(request(), context);
    ASSERT_TRUE(found.table);
    EXPECT_EQ(found.table->id, table.id);
    ASSERT_TRUE(found.runs[1].predictedMs);
    EXPECT_EQ(*found.runs[1].predictedMs, table.predict(m_place.uniform(2)));
    const ExecutionPlan plan = lower(*m_place.model, m_place.uniform(2));
    EXPECT_FALSE(otherKernel(table, plan, *executor));
    LayerTable forgotten = table;
    std::ranges::fill(forgotten.rows[1].kernels, "another-kernel");
    const auto told = otherKernel(forgotten, plan, *executor);
    ASSERT_TRUE(told);
    EXPECT_NE(told->find("another-kernel"), std::string::npos) << *told;
    EXPECT_NE(told->find(plan.steps[1].name), std::string::npos) << *told;
    ProfileRequest other = request();
    other.batch = 1;
    EXPECT_FALSE(profileMixes(other, context).runs[1].predictedMs) << "the table is of two images at a time";
}

TEST_F(ProfileJob, ATableOfOtherKernelsOrAnotherSpeedIsTold) {
    m_place.arbiter.setThreads(1);  // where a host puts the CPUs is then of no matter
    JobContext context = m_place.context();
    const auto executor = makeExecutor(*m_place.model, {}, m_place.arbiter.threads());
    LayerTable table = measureLayerTable(tableRequest(), *executor, context).table;
    const auto save = [&] { m_place.store->post([&](Store& store) { return store.save(table, "m"); }).get(); };
    table.outsideMs.median += 100;  // as if it had been measured on a far slower machine
    save();
    const ProfileResult slow = profileMixes(request(), *executor, context);
    ASSERT_TRUE(slow.runs[0].predictedMs);
    EXPECT_TRUE(tells(slow.runs[0].warnings, "the layer table was +"));
    EXPECT_TRUE(tells(slow.conditions.warnings, "the layer table was +"));
    std::ranges::fill(table.rows[1].kernels, "another-kernel");
    save();
    const ProfileResult other = profileMixes(request(), *executor, context);
    EXPECT_FALSE(other.runs[0].predictedMs);
    EXPECT_TRUE(tells(other.runs[0].unreadable, "another-kernel"));
    EXPECT_FALSE(tells(other.conditions.warnings, "prediction")) << "nothing disturbed the measurement";
    EXPECT_NE(measureLayerTable(tableRequest(), *executor, context).table.rows[1].kernels[0], "another-kernel")
        << "afresh";
}

/// Two tables of one machine whose host moves the CPUs.
TEST_F(ProfileJob, ATableOfSeveralThreadsIsOfOneHandover) {
    JobContext context = m_place.context();
    const auto executor = makeExecutor(*m_place.model, {}, m_place.arbiter.threads());
    LayerTable table = measureLayerTable(tableRequest(), *executor, context).table;
    const auto save = [&](int ns) {
        table.conditions = conditionsFromJson(R"({"after":{"handover_ns":)" + std::to_string(ns) + "}}");
        return m_place.store->post([&](Store& store) { return store.save(table, "m"); }).get();
    };
    const auto near = save(75), far = save(345);
    const auto found = [&](double ns) { return findLayerTable(table.key, *m_place.model, ns, context); };
    EXPECT_EQ(found(60)->id, near);
    EXPECT_EQ(found(330)->id, far);
    EXPECT_FALSE(found(2000) && found(2000)->id >= near);
    EXPECT_EQ(findLayerTable(table.key, *m_place.model, std::nullopt, context)->id, far) << "the newest";
    table.key.threads = 1;
    const auto alone = save(75);
    EXPECT_EQ(found(345)->id, alone) << "one thread hands nothing over";
}

TEST_F(ProfileJob, AStoredTableIsTheAnswerUnlessItShallBeFresh) {
    m_place.arbiter.setThreads(1);  // where a host puts the CPUs is then of no matter
    JobContext context = m_place.context();
    const auto executor = makeExecutor(*m_place.model, {}, m_place.arbiter.threads());
    LayerTableRequest r = tableRequest();
    const std::int64_t first = measureLayerTable(r, *executor, context).table.id;
    EXPECT_EQ(measureLayerTable(r, *executor, context).table.id, first);
    r.reuseStored = false;
    EXPECT_GT(measureLayerTable(r, *executor, context).table.id, first);
}

TEST_F(ProfileJob, CancelledStoresNothing) {
    std::stop_source source;
    source.request_stop();
    JobContext context = m_place.context(source.get_token());
    EXPECT_THROW(profileMixes(request(), context), Cancelled);
    const auto executor = makeExecutor(*m_place.model, {}, m_place.arbiter.threads());
    EXPECT_THROW(measureLayerTable(tableRequest(), *executor, context), Cancelled);
    EXPECT_TRUE(Store(m_place.databasePath()).measurements().empty());
}

}  // namespace
}  // namespace bitdesk::jobs
