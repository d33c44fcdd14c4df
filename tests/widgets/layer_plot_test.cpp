// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/layer_plot.h"

#include <gtest/gtest.h>
#include <qcustomplot.h>

#include "core/network/catalogue.h"
#include "tests/widgets/samples.h"

namespace bitdesk {
namespace {

int barCount(const LayerPlot& plot) {
    return qobject_cast<QCPBars*>(plot.findChild<QCustomPlot*>()->plottable(0))->data()->size();
}

const std::vector<LayerTime> kTimes{{.name = samples::kHostile,
                                     .requestedBits = 4,
                                     .executedBits = 4,
                                     .kernel = "k",
                                     .milliseconds = {0.2, 0.1, 0.3, 9}}};

TEST(LayerPlot, EachInstanceShowsItsOwnQuantity) {
    const Network network = findNetwork("resnet14").build(Shape{28, 28, 1}, 10);
    LayerPlot bitOps, time(QStringLiteral("No time measured yet."));
    bitOps.setBitOps(network, uniformBits(network, 4));
    time.setTimes(kTimes, false);
    EXPECT_EQ(barCount(bitOps), static_cast<int>(network.layers().size()));
    EXPECT_EQ(barCount(time), 1);
    EXPECT_EQ(time.findChild<QCustomPlot*>()->yAxis->label(), QStringLiteral("µs"));
}

TEST(LayerPlot, SaysWhatTheTimesAre) {
    LayerPlot plot(QStringLiteral("No time measured yet."));
    const auto note = [&] { return samples::label(plot, "layerNote"); };
    plot.setTimesStale();
    EXPECT_TRUE(note().contains(QStringLiteral("No time measured yet")));
    plot.setTimes(kTimes, true);
    EXPECT_TRUE(note().contains(QStringLiteral("This mix's own runs, n = 9")));
    EXPECT_TRUE(note().contains(QStringLiteral("Simulated")));
    plot.setTimesStale();
    EXPECT_TRUE(note().contains(QStringLiteral("stale")));
    plot.clear();
    EXPECT_EQ(barCount(plot), 0);
    EXPECT_TRUE(note().contains(QStringLiteral("No time measured yet")));
}

}  // namespace
}  // namespace bitdesk
