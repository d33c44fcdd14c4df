// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/trade_off_plot.h"

#include <gtest/gtest.h>
#include <qcustomplot.h>

#include <QTest>
#include <QToolButton>

#include "tests/widgets/samples.h"

namespace bitdesk {
namespace {

const BitConfiguration kWide{{4, 4}}, kMiddle{{4, 2}}, kNarrow{{2, 2}};

EvaluationSummary point(const BitConfiguration& bits, std::int64_t correct, std::int64_t bitops) {
    EvaluationSummary summary;
    summary.bits = bits;
    summary.correct = correct;
    summary.total = 1000;
    summary.bitops = bitops;
    return summary;
}

struct TradeOffPlotTest : testing::Test {
    TradeOffPlot plot;
    std::vector<BitConfiguration> picked;

    void SetUp() override {
        plot.resize(480, 320);
        plot.show();
        QObject::connect(&plot, &TradeOffPlot::mixPicked, &plot,
                         [this](const BitConfiguration& bits) { picked.push_back(bits); });
        plot.setPoints(
            {point(kWide, 900, 400'000'000), point(kMiddle, 880, 200'000'000), point(kNarrow, 850, 100'000'000)});
    }
    QCustomPlot* inner() const { return plot.findChild<QCustomPlot*>(); }
    void click(const BitConfiguration& bits) {
        QTest::qWait(20);  // the queued replot
        const auto pixel = plot.pixelOf(bits);
        ASSERT_TRUE(pixel);
        QTest::mouseClick(inner(), Qt::LeftButton, {}, inner()->mapFrom(&plot, *pixel));
    }
    void press(const char* text) {
        for (auto* button : plot.findChildren<QToolButton*>())
            if (button->text() == QLatin1String(text)) button->click();
    }
    QString note() const { return samples::label(plot, "tradeOffNote"); }
    QVector<double> front() const {
        QVector<double> x;
        for (const QCPGraphData& data : *inner()->graph(0)->data()) x << data.key;
        return x;
    }
};

TEST_F(TradeOffPlotTest, TheLatencyAxisShowsOnlyWhatWasMeasured) {
    plot.addLatencies({samples::measured(kWide, {0.4, 0.4, 0.4}), samples::measured(kNarrow, {0.45, 0.45, 0.45})});
    EXPECT_EQ(plot.missingCount(), 0);
    EXPECT_TRUE(note().isEmpty());
    press("Latency");
    EXPECT_EQ(plot.costAxis(), CostOf::Latency);
    EXPECT_EQ(plot.missingCount(), 1);
    EXPECT_TRUE(note().contains(QStringLiteral("1 of 3 mixes not shown")));
    EXPECT_FALSE(plot.pixelOf(kMiddle));
    EXPECT_TRUE(inner()->xAxis->label().contains(QStringLiteral("µs")));
    plot.addLatencies({samples::measured(kMiddle, {0.42, 0.42})});
    EXPECT_EQ(plot.missingCount(), 0);
    press("BitOPs");
    EXPECT_EQ(plot.missingCount(), 0);
}

TEST_F(TradeOffPlotTest, SimulatedLatenciesAreRefused) {
    Measurement simulated = samples::measured(kWide, {0.4, 0.4});
    simulated.simulated = true;
    plot.addLatencies({simulated});
    plot.setCostAxis(CostOf::Latency);
    EXPECT_EQ(plot.missingCount(), 3);
}

TEST_F(TradeOffPlotTest, TheFrontIsOfTheAxisShown) {
    EXPECT_EQ(front(), (QVector<double>{100, 200, 400}));
    // The mix of fewest BitOPs is the slowest: it is on no front of latencies.
    plot.addLatencies(
        {samples::measured(kWide, {0.4}), samples::measured(kMiddle, {0.35}), samples::measured(kNarrow, {0.45})});
    plot.setCostAxis(CostOf::Latency);
    ASSERT_EQ(front().size(), 2);
    EXPECT_NEAR(front()[0], 350, 1e-9);
    EXPECT_NEAR(front()[1], 400, 1e-9);
}

TEST_F(TradeOffPlotTest, TheFrontJoinsOnlyWhatWasMeasuredInOneRun) {
    const auto inRun = [](const BitConfiguration& bits, double ms, std::int64_t run) {
        Measurement m = samples::measured(bits, {ms});
        m.runGroup = run;
        return m;
    };
    // The machine was slower in run 1: kMiddle is not slower than kWide for that.
    plot.addLatencies({inRun(kMiddle, 0.7, 1), inRun(kWide, 0.4, 2), inRun(kNarrow, 0.35, 2)});
    EXPECT_EQ(plot.otherRunCount(), 0) << "BitOPs are exact";
    EXPECT_EQ(front().size(), 3);
    plot.setCostAxis(CostOf::Latency);
    EXPECT_EQ(plot.otherRunCount(), 1);
    EXPECT_TRUE(note().contains(QStringLiteral("another run"))) << note().toStdString();
    EXPECT_TRUE(plot.toolTipOf(kMiddle).contains(QStringLiteral("not comparable exactly")));
    EXPECT_FALSE(plot.toolTipOf(kWide).contains(QStringLiteral("not comparable exactly")));
    plot.addLatencies({inRun(kMiddle, 0.5, 3)});
    EXPECT_EQ(plot.otherRunCount(), 2);
    EXPECT_EQ(front(), (QVector<double>{500})) << "the newest run alone";
    plot.addLatencies({inRun(kMiddle, 0.9, 1)});
    EXPECT_EQ(front(), (QVector<double>{500})) << "an older measurement that arrives later";
    plot.addLatencies({inRun(kWide, 0.6, 3)});
    plot.addLatencies({inRun(kNarrow, 0.4, 3)});
    EXPECT_EQ(front(), (QVector<double>{400, 500, 600}));
    EXPECT_TRUE(note().isEmpty());
}

TEST_F(TradeOffPlotTest, AClickPicksOnBothAxes) {
    plot.addLatencies({samples::measured(kWide, {0.4}), samples::measured(kNarrow, {0.45})});
    click(kNarrow);
    plot.setCostAxis(CostOf::Latency);
    click(kWide);
    EXPECT_EQ(picked, (std::vector{kNarrow, kWide}));
}

TEST_F(TradeOffPlotTest, ToolTipsGiveBothCosts) {
    EXPECT_FALSE(plot.toolTipOf(kWide).contains(QStringLiteral("µs")));
    plot.addLatencies({samples::measured(kWide, {0.4, 0.4, 0.4})});
    EXPECT_TRUE(plot.toolTipOf(kWide).contains(QStringLiteral("400.00 M BitOPs")));
    EXPECT_TRUE(plot.toolTipOf(kWide).contains(QStringLiteral("400.00 [397.00, 403.00] µs, n = 3")));
}

TEST_F(TradeOffPlotTest, ErrorBarsBelongToTheirPoints) {
    Measurement wide = samples::measured(kWide, {0.3}), narrow = samples::measured(kNarrow, {0.4});
    wide.medianCi95 = {.low = 0.29, .high = 0.32};
    plot.addLatencies({narrow, wide});
    plot.setCostAxis(CostOf::Latency);
    for (int i = 0; i < inner()->plottableCount(); ++i) {
        const auto* bars = qobject_cast<QCPErrorBars*>(inner()->plottable(i));
        if (bars == nullptr || bars->errorType() != QCPErrorBars::etKeyError || bars->data()->size() != 2) continue;
        EXPECT_NEAR(bars->data()->at(0).errorMinus, 10, 1e-9);  // of the shorter time, which is drawn first
        EXPECT_NEAR(bars->data()->at(0).errorPlus, 20, 1e-9);
        EXPECT_NEAR(bars->data()->at(1).errorPlus, 3, 1e-9);
        return;
    }
    FAIL() << "no horizontal error bars";
}

}  // namespace
}  // namespace bitdesk
