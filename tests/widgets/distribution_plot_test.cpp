// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/distribution_plot.h"

#include <gtest/gtest.h>
#include <qcustomplot.h>

#include "tests/widgets/samples.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

std::vector<double> around(double ms, int count) {
    std::vector<double> samples;
    samples.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) samples.push_back(ms * (1 + 0.0002 * (i % 20)));
    return samples;
}

struct DistributionPlotTest : testing::Test {
    DistributionPlot plot;
    QString note() const { return samples::label(plot, "distributionNote"); }
    QString verdict() const { return samples::label(plot, "distributionVerdict"); }
    /// Sum of all visible bars: 100 % a mix that is shown.
    double drawn() const {
        double sum = 0;
        auto* inner = plot.findChild<QCustomPlot*>();
        for (int i = 0; i < inner->plottableCount(); ++i)
            if (const auto* bars = qobject_cast<QCPBars*>(inner->plottable(i)); bars != nullptr && bars->visible())
                for (const QCPBarsData& bar : *bars->data()) sum += bar.value;
        return sum;
    }
};

TEST_F(DistributionPlotTest, NoRunIsDropped) {
    auto present = around(0.4, 97);
    present.insert(present.end(), {4.0, 5.0, 6.25});
    plot.show(samples::measured({{4, 2}}, present), samples::measured({{4, 4}}, around(0.5, 40)), std::nullopt);
    EXPECT_NEAR(drawn(), 200, 1e-6);
    EXPECT_TRUE(note().contains(QStringLiteral("3 run(s) beyond the axis, up to 6250.0 µs"))) << note().toStdString();
    EXPECT_TRUE(note().contains(QStringLiteral("n = 100")));
    EXPECT_TRUE(note().contains(QStringLiteral("n = 40")));
    EXPECT_TRUE(note().contains(QStringLiteral("the interval is narrow enough")));
}

TEST_F(DistributionPlotTest, AMixAloneHasNoneToBeMeasuredAgainst) {
    plot.show(samples::measured({{4}}, around(0.4, 50)), samples::measured({{4}}, around(0.5, 40)), std::nullopt);
    plot.show(samples::measured({{4}}, around(0.4, 50)), std::nullopt, std::nullopt);
    EXPECT_NEAR(drawn(), 100, 1e-6);
    EXPECT_FALSE(note().contains(QStringLiteral("Against")));
}

TEST_F(DistributionPlotTest, BelowTheNoiseFloorIsSaidInGrey) {
    LatencyComparison comparison;
    comparison.reason = "ratio 1.004: not above the noise floor of 1.2 %";
    const auto present = samples::measured({{4}}, around(0.4, 50));
    plot.show(present, present, comparison);
    const Theme theme = Theme::of(plot.palette());
    EXPECT_EQ(samples::colour(plot, "distributionVerdict"), theme.text);
    comparison.belowNoise = true;
    plot.show(present, present, comparison);
    EXPECT_EQ(samples::colour(plot, "distributionVerdict"), theme.muted);
    EXPECT_TRUE(verdict().contains(QStringLiteral("noise floor of 1.2 %")));
}

TEST_F(DistributionPlotTest, StaleAndEmptyAreSaid) {
    plot.setStale();
    EXPECT_TRUE(note().contains(QStringLiteral("No latency measured yet")));
    plot.show(samples::measured({{4}}, around(0.4, 50)), std::nullopt, std::nullopt);
    plot.setStale();
    EXPECT_TRUE(note().contains(QStringLiteral("stale")));
    plot.clear();
    EXPECT_TRUE(note().contains(QStringLiteral("No latency measured yet")));
    EXPECT_EQ(drawn(), 0);
}

TEST_F(DistributionPlotTest, ShowsWarningsAndSimulationAndSurvivesOddSamples) {
    Measurement odd = samples::measured({{4}}, around(0.4, 50));
    odd.warnings = {samples::kHostile, "two", "three", "four"};
    odd.simulated = true;
    plot.show(odd, std::nullopt, std::nullopt);
    EXPECT_TRUE(samples::label(plot, "distributionWarnings").contains(QStringLiteral("and 2 more")));
    EXPECT_FALSE(samples::label(plot, "distributionWarnings").contains('\n'));
    EXPECT_TRUE(note().contains(QStringLiteral("Simulated")));
    plot.show(samples::measured({{4}}, {}), std::nullopt, std::nullopt);
    EXPECT_EQ(drawn(), 0);
    plot.show(samples::measured({{4}}, {0.4}), std::nullopt, std::nullopt);
    EXPECT_NEAR(drawn(), 100, 1e-6);
}

}  // namespace
}  // namespace bitdesk
