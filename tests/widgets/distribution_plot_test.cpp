// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/distribution_plot.h"

#include <gtest/gtest.h>
#include <qcustomplot.h>

#include <QTest>
#include <algorithm>

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
    plot.show(samples::measured({{4, 2}}, present), samples::measured({{4, 4}}, around(0.5, 40)), std::nullopt, {});
    EXPECT_NEAR(drawn(), 200, 1e-6);
    EXPECT_TRUE(note().contains(QStringLiteral("3 run(s) beyond the axis, up to 6250.00 µs"))) << note().toStdString();
    EXPECT_TRUE(note().contains(QStringLiteral("n = 100")));
    EXPECT_TRUE(note().contains(QStringLiteral("n = 40")));
    EXPECT_TRUE(note().contains(QStringLiteral("the interval is narrow enough")));
}

TEST_F(DistributionPlotTest, AMixAloneHasNoneToBeMeasuredAgainst) {
    plot.show(samples::measured({{4}}, around(0.4, 50)), samples::measured({{4}}, around(0.5, 40)), std::nullopt, {});
    plot.show(samples::measured({{4}}, around(0.4, 50)), std::nullopt, std::nullopt, {});
    EXPECT_NEAR(drawn(), 100, 1e-6);
    EXPECT_FALSE(note().contains(QStringLiteral("Against")));
}

TEST_F(DistributionPlotTest, NamesWhatItWasMeasuredAgainst) {
    plot.show(samples::measured({{4, 2}}, around(0.4, 50)), samples::measured({{4, 3}}, around(0.5, 40)), std::nullopt,
              QStringLiteral("the mix before"));
    EXPECT_TRUE(note().contains(QStringLiteral("Against the mix before, 43: median"))) << note().toStdString();
    auto* legend = plot.findChild<QCustomPlot*>()->legend;
    QStringList names;
    for (int i = 0; i < legend->itemCount(); ++i)
        if (auto* item = qobject_cast<QCPPlottableLegendItem*>(legend->item(i)); item != nullptr)
            names << item->plottable()->name();
    EXPECT_TRUE(names.contains(QStringLiteral("the mix before, 43"))) << names.join('|').toStdString();
}

TEST_F(DistributionPlotTest, FarRunsOfBothMixesStandSideBySide) {
    auto present = around(0.4, 97), reference = around(0.41, 98);
    present.insert(present.end(), {0.01, 4.0, 5.0});
    reference.insert(reference.end(), {0.01, 4.0});
    plot.show(samples::measured({{4, 2}}, present), samples::measured({{4, 4}}, reference), std::nullopt, {});
    auto* inner = plot.findChild<QCustomPlot*>();
    std::vector<std::pair<double, double>> bars;  // from, to
    for (int i = 0; i < inner->plottableCount(); ++i)
        if (const auto* found = qobject_cast<QCPBars*>(inner->plottable(i));
            found != nullptr && found->brush().style() >= Qt::BDiagPattern)
            for (const QCPBarsData& bar : *found->data())
                bars.emplace_back(bar.key - found->width() / 2, bar.key + found->width() / 2);
    ASSERT_EQ(bars.size(), 4u);
    std::ranges::sort(bars);
    for (std::size_t i = 1; i < bars.size(); ++i) EXPECT_LE(bars[i - 1].second, bars[i].first + 1e-9);
    EXPECT_GE(bars.front().first, inner->xAxis->range().lower);
    EXPECT_LE(bars.back().second, inner->xAxis->range().upper);
}

TEST_F(DistributionPlotTest, EveryLineOfTheNotesIsSeen) {
    Measurement disturbed = samples::measured({{4, 2}}, around(0.4, 97));
    disturbed.warnings = {
        "the system interrupted this process 70 times a second: other tasks, or too many threads, "
        "compete for its CPUs; use fewer threads or close other programs",
        "the clock was not steady: it moved between 2100 and 3694 MHz during the measurement"};
    LatencyComparison comparison;
    comparison.reason = "ratio 0.996 [0.991, 1.001] over 505 pairs: within the 2.0 % that do not matter";
    plot.QWidget::show();
    plot.show(disturbed, samples::measured({{4, 4}}, around(0.5, 40)), comparison, QStringLiteral("the mix before"));
    for (const QSize& size : {QSize(350, 330), QSize(350, 265)}) {
        plot.resize(size);
        QTest::qWait(50);
        int above = plot.findChild<QCustomPlot*>()->geometry().bottom();
        for (const char* name : {"distributionNote", "distributionVerdict", "distributionWarnings"}) {
            const auto* label = plot.findChild<QLabel*>(QLatin1String(name));
            EXPECT_GE(label->height(), label->heightForWidth(label->width())) << name << " at " << size.height();
            EXPECT_GT(label->geometry().top(), above) << name << " at " << size.height();
            above = label->geometry().bottom();
        }
        EXPECT_LT(above, plot.height() - 2) << size.height();
    }
}

TEST_F(DistributionPlotTest, BelowTheNoiseFloorIsSaidInGrey) {
    LatencyComparison comparison;
    comparison.reason = "ratio 1.004: not above the noise floor of 1.2 %";
    const auto present = samples::measured({{4}}, around(0.4, 50));
    plot.show(present, present, comparison, {});
    const Theme theme = Theme::of(plot.palette());
    EXPECT_EQ(samples::colour(plot, "distributionVerdict"), theme.text);
    comparison.belowNoise = true;
    plot.show(present, present, comparison, {});
    EXPECT_EQ(samples::colour(plot, "distributionVerdict"), theme.muted);
    EXPECT_TRUE(verdict().contains(QStringLiteral("noise floor of 1.2 %")));
}

TEST_F(DistributionPlotTest, StaleAndEmptyAreSaid) {
    plot.setStale();
    EXPECT_TRUE(note().contains(QStringLiteral("No latency measured yet")));
    plot.show(samples::measured({{4}}, around(0.4, 50)), std::nullopt, std::nullopt, {});
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
    plot.show(odd, std::nullopt, std::nullopt, {});
    EXPECT_TRUE(samples::label(plot, "distributionWarnings").contains(QStringLiteral("and 2 more")));
    EXPECT_FALSE(samples::label(plot, "distributionWarnings").contains('\n'));
    EXPECT_TRUE(note().contains(QStringLiteral("Simulated")));
    plot.show(samples::measured({{4}}, {}), std::nullopt, std::nullopt, {});
    EXPECT_EQ(drawn(), 0);
    plot.show(samples::measured({{4}}, {0.4}), std::nullopt, std::nullopt, {});
    EXPECT_NEAR(drawn(), 100, 1e-6);
}

}  // namespace
}  // namespace bitdesk
