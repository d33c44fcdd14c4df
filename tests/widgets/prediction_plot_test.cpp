// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/prediction_plot.h"

#include <gtest/gtest.h>
#include <qcustomplot.h>

#include <QTest>

#include "tests/widgets/samples.h"

namespace bitdesk {
namespace {

struct PredictionPlotTest : testing::Test {
    PredictionPlot plot;
    std::vector<BitConfiguration> picked;

    void SetUp() override {
        plot.resize(480, 320);
        plot.show();
        QObject::connect(&plot, &PredictionPlot::mixPicked, &plot,
                         [this](const BitConfiguration& bits) { picked.push_back(bits); });
    }
    void click(const BitConfiguration& bits) {
        QTest::qWait(20);  // the queued replot
        auto* inner = plot.findChild<QCustomPlot*>();
        const auto pixel = plot.pixelOf(bits);
        ASSERT_TRUE(pixel);
        QTest::mouseClick(inner, Qt::LeftButton, {}, inner->mapFrom(&plot, *pixel));
    }
    QString note() const { return samples::label(plot, "predictionNote"); }
};

Measurement live(const BitConfiguration& bits, double predicted, double measured) {
    Measurement m = samples::measured(bits, std::vector<double>(30, measured));
    m.predictedMs = predicted;
    return m;
}

TEST_F(PredictionPlotTest, SaysHowFarTheTableWasOff) {
    EXPECT_TRUE(note().contains(QStringLiteral("when the hand rests")));
    plot.setTable(samples::table());
    // Errors: 0.8 %, 3.8 %, 0.8 % (0.83).
    EXPECT_TRUE(
        note().contains(QStringLiteral("median error 0.8 % over 3 mixes, 90 % within 3.2 %; table of 81 mixes")))
        << note().toStdString();
    EXPECT_EQ(plot.pointCount(), 3);
    EXPECT_TRUE(plot.toolTipOf({{2, 2}}).contains(QStringLiteral("predicted 100.00 µs, error −3.8 %")));
    EXPECT_TRUE(plot.toolTipOf({{2, 2}}).contains(QStringLiteral("measured 104.00 [103.00, 105.00] µs")));
}

TEST_F(PredictionPlotTest, AClickPicksTheMix) {
    plot.setTable(samples::table());
    plot.addMeasured(live({{4, 2}}, 0.105, 0.110));
    click({{2, 2}});
    click({{4, 2}});
    EXPECT_EQ(picked, (std::vector<BitConfiguration>{{{2, 2}}, {{4, 2}}}));
    EXPECT_FALSE(plot.pixelOf({{3, 3}}));
}

TEST_F(PredictionPlotTest, RefusesWhatWasSimulatedOrNotPredicted) {
    Measurement simulated = live({{4, 2}}, 0.105, 0.110), unpredicted = simulated;
    simulated.simulated = true;
    unpredicted.predictedMs.reset();
    plot.addMeasured(simulated);
    plot.addMeasured(unpredicted);
    EXPECT_EQ(plot.pointCount(), 0);
    plot.addMeasured(live({{4, 2}}, 0.105, 0.110));
    plot.addMeasured(live({{4, 2}}, 0.105, 0.100));  // the same mix again
    EXPECT_EQ(plot.pointCount(), 1);
    EXPECT_TRUE(note().contains(QStringLiteral("1 mix(es), median error 5.0 %"))) << note().toStdString();
    EXPECT_TRUE(plot.toolTipOf({{4, 2}}).contains(QStringLiteral("n = 30")));
}

TEST_F(PredictionPlotTest, TrustsTheTableOnlyAsFarAsItHoldsNow) {
    EXPECT_FALSE(plot.trust().error);
    plot.setTable(samples::table());
    EXPECT_NEAR(*plot.trust().error, 0.0083, 1e-4);
    EXPECT_EQ(plot.trust().since, 0);
    const auto* warning = plot.findChild<QLabel*>(QStringLiteral("predictionWarning"));
    plot.addStored({live({{2, 4}}, 0.060, 0.120)});
    EXPECT_EQ(plot.trust().since, 0) << "measured on another day";
    EXPECT_FALSE(plot.trust().otherSpeed());
    plot.addMeasured(live({{4, 4}}, 0.1255, 0.125));
    EXPECT_EQ(plot.trust().since, 0) << "the table's own error is the larger one";
    EXPECT_FALSE(warning->isVisible());
    plot.addMeasured(live({{4, 2}}, 0.06, 0.1));
    plot.addMeasured(live({{2, 2}}, 0.06, 0.1));
    EXPECT_NEAR(*plot.trust().error, 0.4, 1e-9);
    EXPECT_EQ(plot.trust().since, 3);
    EXPECT_NEAR(*plot.trust().last, -0.4, 1e-9);
    EXPECT_TRUE(warning->isVisible());
    EXPECT_TRUE(warning->text().contains(QStringLiteral("−40.0 %: the machine now runs at another speed")));
    EXPECT_TRUE(note().contains(QStringLiteral("in this window 3"))) << note().toStdString();
    plot.addMeasured(live({{4, 2}}, 0.1, 0.1));
    EXPECT_FALSE(plot.trust().otherSpeed());
    EXPECT_FALSE(warning->isVisible());
}

TEST_F(PredictionPlotTest, AChangeOfSpeedIsNotHiddenByTheMedian) {
    plot.setTable(samples::table());
    plot.addMeasured(live({{4, 4}}, 0.102, 0.100));
    plot.addMeasured(live({{2, 2}}, 0.102, 0.100));
    EXPECT_NEAR(*plot.trust().error, 0.02, 1e-9);
    EXPECT_EQ(plot.trust().since, 2);
    plot.addMeasured(live({{4, 2}}, 0.06, 0.1));
    EXPECT_NEAR(*plot.trust().error, 0.4, 1e-9);
    EXPECT_EQ(plot.trust().since, 1);
}

TEST_F(PredictionPlotTest, StoredTimesDoNotReplaceThoseOfNow) {
    plot.addMeasured(live({{4, 2}}, 0.105, 0.100));
    plot.addStored({live({{4, 2}}, 0.105, 0.200), live({{4, 4}}, 0.126, 0.130), live({{4, 4}}, 0.126, 0.140)});
    EXPECT_TRUE(plot.toolTipOf({{4, 2}}).contains(QStringLiteral("error +5.0 %")));
    EXPECT_TRUE(plot.toolTipOf({{4, 4}}).contains(QStringLiteral("error −10.0 %"))) << "the newest comes last";
}

TEST_F(PredictionPlotTest, AnUncheckedTableAndNoneAtAll) {
    LayerTable unchecked = samples::table();
    unchecked.checks.clear();
    plot.setTable(unchecked);
    EXPECT_TRUE(note().contains(QStringLiteral("not checked yet")));
    plot.addMeasured(live({{4, 2}}, 0.105, 0.110));
    plot.clear();
    EXPECT_EQ(plot.pointCount(), 0);
    EXPECT_TRUE(note().contains(QStringLiteral("No layer table yet")));
}

}  // namespace
}  // namespace bitdesk
