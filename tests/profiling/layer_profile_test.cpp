// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The layer table from an executor whose times are known.
#include "profiling/layer_profile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/network/catalogue.h"
#include "tests/profiling/simulated_clock.h"

namespace bitdesk {
namespace {

constexpr double kOutside = 0.05;  // milliseconds of a run that no step has

/// Spends known times: 0.1 ms a bit for every layer, as much again in one layer whose reader runs at 2 bits, 1 % of
/// noise.
class KnownExecutor final : public Executor {
public:
    explicit KnownExecutor(const MetaModel& model) : m_model(model) {}

    double milliseconds(const ExecutionPlan& plan, const Step& step) const {
        if (step.layer < 0) return 0.02;
        if (step.name != "stage2.block1.conv1") return 0.1 * step.weightBits;
        const Layer& reader = m_model.network.layers()[static_cast<std::size_t>(step.epilogue.codeOutputs.at(0).layer)];
        return (plan.bits[static_cast<std::size_t>(reader.quantizableIndex)] == 2 ? 0.2 : 0.1) * step.weightBits;
    }

    std::unique_ptr<Stopwatch> stopwatch() const override { return std::make_unique<Forwarding>(m_clock); }
    std::string backend() const override { return "known"; }
    std::string device() const override { return "cpu"; }
    int executedBits(const Step& step) const override { return step.weightBits; }
    std::string kernel(const Step& step) const override { return "known-" + std::to_string(step.weightBits); }
    std::int64_t weightBytes(const Step& step) const override { return step.weightBits * 1000; }

    std::map<BitConfiguration, int> traced;

private:
    struct Forwarding final : Stopwatch {
        explicit Forwarding(test::SimulatedClock& c) : clock(c) {}
        void start() override { clock.start(); }
        std::int64_t stop() override { return clock.stop(); }
        std::int64_t now() override { return clock.now(); }
        test::SimulatedClock& clock;
    };
    void execute(const ExecutionPlan& plan, std::span<const std::uint8_t>, int, std::span<float>,
                 std::vector<StepSpan>* spans) override {
        for (std::size_t s = 0; s < plan.steps.size(); ++s) {
            const std::int64_t begin = m_clock.now();
            m_clock.pass(noisy(milliseconds(plan, plan.steps[s])));
            if (spans == nullptr) continue;
            spans->push_back({.step = static_cast<int>(s), .thread = 0, .begin = begin, .end = m_clock.now()});
        }
        if (spans == nullptr) m_clock.pass(kOutside);
        else ++traced[plan.bits];
    }
    double noisy(double milliseconds) { return milliseconds * (1 + 0.01 * m_random.normal()); }

    const MetaModel& m_model;
    Random m_random{5};
    mutable test::SimulatedClock m_clock;
};

class LayerProfile : public testing::Test {
protected:
    MetaModel m_model = randomModel(findNetwork("resnet14").build({8, 8, 1}, 4), {2, 3, 4}, 1);
    KnownExecutor m_executor{m_model};
    LayerTable measure(LayerProfileOptions options = {}) {
        options.minSeconds = 0;
        return measureLayers(m_model, m_executor, 1, options);
    }
    static const LayerRow& row(const LayerTable& table, const std::string& name) {
        for (const LayerRow& found : table.rows)
            if (found.name == name) return found;
        throw std::runtime_error("no row " + name);
    }
};

TEST_F(LayerProfile, RunsAnOrthogonalSetOfMixes) {
    const auto mixes = orthogonalMixes(m_model);
    EXPECT_EQ(mixes.size(), 81u);
    EXPECT_EQ(std::set<BitConfiguration>(mixes.begin(), mixes.end()).size(), 81u);
    const LayerTable table = measure();
    EXPECT_EQ(table.mixes, 81);
    for (const BitConfiguration& mix : mixes) EXPECT_EQ(m_executor.traced.at(mix), table.rounds + 1) << toText(mix);
}

TEST_F(LayerProfile, FindsTheTimesOfEveryLayerAndWidth) {
    const LayerTable table = measure();
    EXPECT_EQ(table.widths, (std::vector<int>{2, 3, 4}));
    for (const LayerRow& found : table.rows) {
        if (found.quantizable < 0 || found.name == "stage2.block1.conv1") continue;
        EXPECT_EQ(found.next, -1) << found.name << ": the next layer's width does not matter here";
        ASSERT_EQ(found.cells.size(), 3u);
        for (std::size_t w = 0; w < 3; ++w) {
            const double truth = 0.1 * table.widths[w];
            EXPECT_NEAR(found.cells[w][0].milliseconds.median, truth, 0.005 * truth) << found.name;
            EXPECT_LE(found.cells[w][0].ci95.low, found.cells[w][0].milliseconds.median);
            EXPECT_EQ(found.cells[w][0].milliseconds.n, 27 * table.rounds);
            EXPECT_EQ(found.kernels[w], "known-" + std::to_string(table.widths[w]));
            EXPECT_EQ(found.executedBits[w], table.widths[w]);
            EXPECT_EQ(found.weightBytes[w], 1000 * table.widths[w]);
        }
    }
    EXPECT_NEAR(table.outsideMs.median, kOutside, 0.02);
    EXPECT_EQ(row(table, "stem").executedBits, (std::vector<int>{8}));
}

TEST_F(LayerProfile, SeesWhereTheNextLayersWidthMatters) {
    const LayerTable table = measure();
    const LayerRow& found = row(table, "stage2.block1.conv1");
    EXPECT_EQ(m_model.network.quantizableLayer(found.next).name, "stage2.block1.conv2");
    for (std::size_t w = 0; w < 3; ++w)
        for (std::size_t next = 0; next < 3; ++next) {
            const double truth = (next == 0 ? 0.2 : 0.1) * table.widths[w];
            EXPECT_NEAR(found.cells[w][next].milliseconds.median, truth, 0.01 * truth);
        }
}

TEST_F(LayerProfile, PredictsMixesThatItHasNotSeenAndTellsItsError) {
    const LayerTable table = measure();
    ASSERT_EQ(table.checks.size(), 30u);
    for (const LayerTableCheck& check : table.checks) {
        EXPECT_LT(std::abs(check.error()), 0.01) << toText(check.bits);
        EXPECT_EQ(check.predictedMs, table.predict(check.bits));
    }
    EXPECT_LT(*table.medianError(), 0.005);
    EXPECT_GE(*table.error90(), *table.medianError());
    double truth = kOutside;
    const ExecutionPlan plan = lower(m_model, uniformBits(m_model.network, 3));
    for (const Step& step : plan.steps) truth += m_executor.milliseconds(plan, step);
    EXPECT_NEAR(table.predict(plan.bits), truth, 0.005 * truth);
}

TEST_F(LayerProfile, StopsWhenAskedOrWhenTheTimeIsOver) {
    std::stop_source source;
    source.request_stop();
    EXPECT_THROW(measureLayers(m_model, m_executor, 1, {}, source.get_token()), Cancelled);
    EXPECT_EQ(
        measure({.checks = 2, .noise = 0, .fewestRounds = 5, .mostRounds = 7, .maxSeconds = 100, .seed = 1}).rounds, 7);
    LayerProfileOptions options;
    options.checks = 2;
    options.noise = 0;
    options.mostRounds = 7;
    EXPECT_EQ(measure(options).rounds, 7);
    options.maxSeconds = 0;
    EXPECT_EQ(measure(options).rounds, 3);
}

TEST_F(LayerProfile, ATableOfAnotherNetworkIsRefused) {
    const LayerTable table = measure({.checks = 0, .noise = 1, .fewestRounds = 1, .mostRounds = 1});
    EXPECT_THROW(table.predict({{4, 4}}), Error);
    EXPECT_THROW(table.predict(uniformBits(m_model.network, 8)), Error);
    EXPECT_FALSE(table.medianError());
}

}  // namespace
}  // namespace bitdesk
