// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/readouts.h"

#include <gtest/gtest.h>

#include <QCoreApplication>

#include "tests/widgets/samples.h"
#include "widgets/prediction_plot.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

struct ReadoutsTest : testing::Test {
    Readouts readouts;
    std::string label(const char* name) const { return samples::label(readouts, name).toStdString(); }
    bool says(const char* name, const char* part) const { return label(name).find(part) != std::string::npos; }
};

Measurement latency() {
    Measurement m = samples::measured({{4, 2}}, std::vector<double>(120, 0.412));
    m.latencyMs.q1 = 0.405;
    m.latencyMs.q3 = 0.42;
    m.predictedMs = 0.405;
    return m;
}

LatencyComparison slower() {
    return {.ratio = 1.08,
            .ci95 = Interval{.low = 1.06, .high = 1.10},
            .pairs = 120,
            .noiseFloor = 0.012,
            .verdict = LatencyVerdict::Slower,
            .reason = "excludes 1",
            .belowNoise = false};
}

TEST_F(ReadoutsTest, LatencyHasSpreadCountPredictionAndVerdict) {
    readouts.setLatency(latency(), slower(), QStringLiteral("the baseline"), ReadoutState::Final);
    EXPECT_EQ(label("latencyValue"), "412.00 ± 3.00 µs");
    EXPECT_EQ(label("latencyDetail"), "quartiles 405.00–420.00 µs · n = 120\npredicted 405.00 µs, error −1.7 %");
    EXPECT_EQ(label("latencyVerdict"), "slower · 1.080 [1.060, 1.100] × the baseline");
    EXPECT_EQ(samples::colour(readouts, "latencyVerdict"), Theme::of(readouts.palette()).text);
}

TEST_F(ReadoutsTest, BelowTheNoiseFloorIsGrey) {
    LatencyComparison comparison = slower();
    comparison.belowNoise = true;
    readouts.setLatency(latency(), comparison, QStringLiteral("the baseline"), ReadoutState::Final);
    EXPECT_EQ(label("latencyVerdict"), "slower · 1.080 [1.060, 1.100] × the baseline · in noise");
    EXPECT_EQ(samples::colour(readouts, "latencyVerdict"), Theme::of(readouts.palette()).muted);
}

TEST_F(ReadoutsTest, EveryVerdictIsSaidFirst) {
    LatencyComparison comparison = slower();
    const auto verdict = [&](LatencyVerdict value) {
        comparison.verdict = value;
        readouts.setLatency(latency(), comparison, QStringLiteral("the mix before"), ReadoutState::Final);
        return label("latencyVerdict").substr(0, label("latencyVerdict").find(" ·"));
    };
    EXPECT_EQ(verdict(LatencyVerdict::Faster), "faster");
    EXPECT_EQ(verdict(LatencyVerdict::Same), "same");
    EXPECT_EQ(verdict(LatencyVerdict::Unclear), "unclear");
    comparison.ci95.reset();
    comparison.pairs = 3;
    readouts.setLatency(latency(), comparison, QStringLiteral("the mix before"), ReadoutState::Final);
    EXPECT_TRUE(says("latencyVerdict", "3 pairs are too few"));
}

TEST_F(ReadoutsTest, LopsidedIntervalsAreGiven) {
    Measurement m = latency();
    m.medianCi95 = {.low = 0.411, .high = 0.42};
    readouts.setLatency(m, std::nullopt, {}, ReadoutState::Final);
    EXPECT_TRUE(says("latencyDetail", "95 % [411.00, 420.00] µs"));
    EXPECT_EQ(label("latencyVerdict"), "");
}

TEST_F(ReadoutsTest, SimulatedLatencyIsSaidAndGrey) {
    Measurement m = latency();
    m.simulated = true;
    readouts.setLatency(m, std::nullopt, {}, ReadoutState::Final);
    EXPECT_TRUE(says("latencyDetail", "simulated"));
    EXPECT_TRUE(says("latencyDetail", "n = 120"));
    EXPECT_EQ(samples::colour(readouts, "latencyValue"), Theme::of(readouts.palette()).muted);
}

TEST_F(ReadoutsTest, ThePredictionStandsUntilTheMeasurement) {
    readouts.setLatency(latency(), slower(), QStringLiteral("the baseline"), ReadoutState::Final);
    readouts.setStale();
    EXPECT_EQ(readouts.latencyState(), ReadoutState::Stale);
    EXPECT_TRUE(says("latencyDetail", "stale"));
    readouts.setPredicted(std::nullopt, {.error = 0.018, .last = {}});
    EXPECT_EQ(readouts.latencyState(), ReadoutState::Stale);
    readouts.setPredicted(0.405, {.error = 0.018, .last = 0.03});
    EXPECT_EQ(readouts.latencyState(), ReadoutState::Streaming);
    EXPECT_EQ(label("latencyValue"), "≈ 405.00 µs ± 1.8 %");
    EXPECT_TRUE(says("latencyDetail", "predicted"));
    EXPECT_EQ(label("latencyVerdict"), "");  // it was the former mix's
    readouts.setLatency(latency(), std::nullopt, {}, ReadoutState::Final);
    EXPECT_EQ(label("latencyValue"), "412.00 ± 3.00 µs");
    EXPECT_EQ(readouts.latencyState(), ReadoutState::Final);
}

TEST_F(ReadoutsTest, APredictionSaysWhereItsErrorComesFrom) {
    readouts.setPredicted(0.0617, {.error = 0.002, .last = {}});
    EXPECT_EQ(label("latencyValue"), "≈ 61.70 µs ± 0.2 %");
    EXPECT_EQ(label("latencyDetail"), "predicted by the layer table · ± its median error");
    readouts.setPredicted(0.0617, {.error = 0.41, .since = 3, .last = -0.412});
    EXPECT_EQ(label("latencyValue"), "≈ 61.70 µs ± 41.0 %");
    EXPECT_EQ(
        label("latencyDetail"),
        "predicted by the layer table · ± median error since (n = 3)\nlast error −41.2 %: the machine's speed has "
        "changed");
    readouts.setPredicted(0.0617, {.error = 0.412, .since = 1, .last = -0.412});
    EXPECT_TRUE(says("latencyDetail", "± error of the last mix"));
    readouts.setPredicted(0.0617, {.error = {}, .last = {}});
    EXPECT_TRUE(says("latencyDetail", "unchecked"));
}

TEST_F(ReadoutsTest, TheDifferenceHasVerdictAndPValue) {
    readouts.setAccuracy(8712, 10000, 10000, compareAccuracy(80, 40, 10000), QStringLiteral("baseline"),
                         ReadoutState::Final);
    EXPECT_EQ(label("differenceValue"), "−0.40 pp");
    EXPECT_TRUE(says("differenceDetail", "vs baseline · 40 gained, 80 lost"));
    EXPECT_TRUE(says("differenceDetail", "worse · p < 0.001"));
    readouts.setAccuracy(8712, 10000, 10000, compareAccuracy(40, 45, 10000), QStringLiteral("baseline"),
                         ReadoutState::Final);
    EXPECT_TRUE(says("differenceDetail", "same · p = 0.6")) << label("differenceDetail");
    readouts.setAccuracy(87, 100, 10000, std::nullopt, QStringLiteral("baseline"), ReadoutState::Streaming);
    EXPECT_EQ(label("differenceValue"), "–");
    EXPECT_TRUE(says("differenceDetail", "not known yet"));
}

TEST_F(ReadoutsTest, StreamingFiguresPushNothingAround) {
    readouts.resize(980, 90);
    readouts.show();
    const auto places = [&] {
        std::vector<QRect> found;
        for (const char* name : {"differenceValue", "bitopsValue", "latencyValue"})
            found.push_back(readouts.findChild<QLabel*>(QLatin1String(name))->geometry());
        return found;
    };
    const auto before = places();
    readouts.setAccuracy(8712, 10000, 10000, compareAccuracy(1080, 1040, 10000), QStringLiteral("the mix before"),
                         ReadoutState::Streaming);
    LatencyComparison longest = slower();
    longest.verdict = LatencyVerdict::Unclear;
    longest.belowNoise = true;
    readouts.setLatency(latency(), longest, QStringLiteral("the mix before"), ReadoutState::Final);
    readouts.setCost(358'300'000'000, 99'999'999, 999'999);
    QCoreApplication::processEvents();
    const auto after = places();
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(before[i].left(), after[i].left());
        EXPECT_EQ(before[i].width(), after[i].width());
        EXPECT_EQ(before[i].top(), after[i].top());
    }
    for (const char* name :
         {"differenceValue", "differenceDetail", "latencyValue", "latencyDetail", "latencyVerdict"}) {
        const auto* shown = readouts.findChild<QLabel*>(QLatin1String(name));
        for (const QString& line : shown->text().split('\n'))
            EXPECT_LE(shown->fontMetrics().horizontalAdvance(line), shown->width()) << name;
    }
}

}  // namespace
}  // namespace bitdesk
