// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// A hand on the faders, and what follows it.
#include <QElapsedTimer>
#include <QLabel>
#include <QTimer>
#include <QWheelEvent>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "tests/app/gui/workbench.h"
#include "widgets/distribution_plot.h"
#include "widgets/layer_table_model.h"
#include "widgets/layer_table_view.h"
#include "widgets/prediction_plot.h"

namespace bitdesk {
namespace {

class Mixing : public test::Workbench {
protected:
    QString label(const char* name) const {
        const auto* found = m_window->findChild<QLabel*>(QLatin1String(name));
        EXPECT_NE(found, nullptr) << name;
        return found == nullptr ? QString() : found->text();
    }
};

TEST_F(Mixing, ADragShowsAccuracyAPointAndARow) {
    ASSERT_TRUE(waitSettled());
    const int points = tradeOff()->pointCount();
    drag(3, 4, 2);
    EXPECT_EQ(bits(3), 2);
    EXPECT_NE(readouts()->accuracyState(), ReadoutState::Final) << "another mix's figure stands as final";
    ASSERT_TRUE(waitSettled());
    EXPECT_EQ(tradeOff()->pointCount(), points + 1);
    const auto stored = rows();
    ASSERT_EQ(stored.size(), 2u);
    EXPECT_EQ(stored.front().bits, mix());
    EXPECT_EQ(stored.front().total, 10'000);
    EXPECT_EQ(history()->rowCount(), 2);
    const double percent = 100.0 * static_cast<double>(stored.front().correct) / 10'000;
    EXPECT_TRUE(label("accuracyValue").contains(QString::number(percent, 'f', 2)))
        << label("accuracyValue").toStdString();
    EXPECT_TRUE(label("differenceValue").contains(QStringLiteral("pp")));
}

TEST_F(Mixing, TenFastDragsShowAndStoreTheLastOnly) {
    for (int layer = 0; layer < 10; ++layer) drag(layer, 4, layer % 2 == 0 ? 2 : 3);
    ASSERT_TRUE(waitSettled());
    const auto stored = rows();
    ASSERT_EQ(stored.size(), 1u) << "a mix that the hand passed through is stored as finished";
    EXPECT_EQ(stored.front().bits, mix());
    EXPECT_EQ(tradeOff()->pointCount(), 1);
}

/// The longest time, in milliseconds, that a thread was kept from waking every 10 ms, while it lived: what this machine
/// does to anybody now.
class Sleeper {
public:
    std::int64_t longest() const { return m_longest; }

private:
    std::atomic<std::int64_t> m_longest = 0;
    std::jthread m_thread{[this](const std::stop_token& stop) {
        QElapsedTimer since;
        since.start();
        while (!stop.stop_requested()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            m_longest = std::max<std::int64_t>(m_longest, since.restart());
        }
    }};
};

TEST_F(Mixing, TheFirstEstimateComesWithinATenthOfASecond) {
    std::vector<qint64> took;
    const Sleeper sleeper;
    for (int layer = 0; layer < 14; ++layer) {
        QTest::qWait(20 + 3 * layer);  // somewhere inside the evaluation of the mix before
        QElapsedTimer clock;
        clock.start();
        drag(layer, 4, 2);
        ASSERT_TRUE(QTest::qWaitFor(
            [this] { return readouts()->accuracyState() == ReadoutState::Streaming || settled(); }, kPatience));
        took.push_back(clock.elapsed());
    }
    std::ranges::sort(took);
    EXPECT_LT(took[took.size() / 2], 100 + sleeper.longest()) << "milliseconds, median; worst " << took.back();
}

TEST_F(Mixing, TheGuiThreadNeverWaits) {
    qint64 longest = 0;
    QElapsedTimer since;
    QTimer heartbeat;
    QObject::connect(&heartbeat, &QTimer::timeout, [&] { longest = std::max(longest, since.restart()); });
    const Sleeper sleeper;
    since.start();
    heartbeat.start(10);
    for (int layer = 0; layer < 14; ++layer) {
        drag(layer, 4, 2);
        QTest::qWait(50);
    }
    EXPECT_LT(longest, 250 + sleeper.longest()) << "milliseconds between two beats of the event loop";
}

TEST_F(Mixing, TheMasterMovesEveryLayer) {
    Fader* master = faders()->master();
    QTest::mouseClick(master, Qt::LeftButton, {}, master->notch(2));
    EXPECT_EQ(mix().bits, std::vector<int>(14, 2));
    drag(0, 2, 3);
    EXPECT_EQ(master->bits(), 0) << "over unequal faders the master shows no width";
}

TEST_F(Mixing, TheWheelMovesAFader) {
    const QPointF centre = fader(2)->rect().center();
    QWheelEvent down(centre, fader(2)->mapToGlobal(centre), {}, {0, -120}, Qt::NoButton, Qt::NoModifier,
                     Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(fader(2), &down);
    EXPECT_EQ(bits(2), 3);
}

TEST_F(Mixing, KeysMoveAFaderAndEachKeyUndoesAlone) {
    fader(5)->setFocus();
    QTest::keyClick(fader(5), Qt::Key_2);
    EXPECT_EQ(bits(5), 2);
    QTest::keyClick(fader(5), Qt::Key_Up);
    EXPECT_EQ(bits(5), 3);
    action("Undo")->trigger();
    EXPECT_EQ(bits(5), 2);
    action("Undo")->trigger();
    EXPECT_EQ(bits(5), 4);
    EXPECT_EQ(fader(5)->bits(), 4) << "the fader follows";
    action("Redo")->trigger();
    EXPECT_EQ(bits(5), 2);
}

TEST_F(Mixing, ADragThroughAllNotchesUndoesAsOne) {
    QTest::mousePress(fader(1), Qt::LeftButton, {}, fader(1)->notch(4));
    QTest::mouseMove(fader(1), fader(1)->notch(3));
    QTest::mouseMove(fader(1), fader(1)->notch(2));
    QTest::mouseRelease(fader(1), Qt::LeftButton, {}, fader(1)->notch(2));
    EXPECT_EQ(bits(1), 2);
    action("Undo")->trigger();
    EXPECT_EQ(bits(1), 4);
}

TEST_F(Mixing, APinnedBaselineIsWhatDifferencesAreAgainst) {
    ASSERT_TRUE(waitSettled());
    action("Pin")->trigger();
    drag(0, 4, 2);
    ASSERT_TRUE(waitSettled());
    drag(1, 4, 2);
    ASSERT_TRUE(waitSettled());
    const auto stored = rows();
    ASSERT_EQ(stored.size(), 3u);
    const double points = 100 * (stored[0].accuracy() - stored[2].accuracy());
    EXPECT_TRUE(label("differenceValue").contains(QString::number(std::abs(points), 'f', 2)))
        << label("differenceValue").toStdString() << " for " << points;
    EXPECT_TRUE(label("differenceDetail").contains(QStringLiteral("baseline")));
}

TEST_F(Mixing, AClickOnAPointLoadsItsMix) {
    ASSERT_TRUE(waitSettled());
    const BitConfiguration first = mix();
    drag(4, 4, 2);
    ASSERT_TRUE(waitSettled());
    QTest::qWait(100);  // the plot is drawn
    const auto pixel = tradeOff()->pixelOf(first);
    ASSERT_TRUE(pixel);
    QWidget* target = tradeOff()->childAt(*pixel);
    ASSERT_NE(target, nullptr);
    QTest::mouseClick(target, Qt::LeftButton, {}, target->mapFrom(tradeOff(), *pixel));
    EXPECT_EQ(mix(), first);
    ASSERT_TRUE(waitSettled());
    EXPECT_EQ(readouts()->accuracyState(), ReadoutState::Stored);
}

class Latency : public Mixing {
protected:
    void SetUp() override {
        Workbench::SetUp();
        open(measuring());
    }
    /// Tables of several threads go with a hand-over between CPUs that hosts change.
    Startup measuring() const {
        Startup with = startup();
        with.measureLatency = true;
        with.threads = 1;
        return with;
    }
    bool waitLatency() const {
        return QTest::qWaitFor([this] { return readouts()->latencyState() == ReadoutState::Final; }, kPatience);
    }
    bool waitTable() const {
        return QTest::qWaitFor([this] { return widget<LayerTableView>()->model().rowCount() > 0; }, kPatience);
    }
};

TEST_F(Latency, IsPredictedWhileTheHandMovesAndMeasuredWhenItRests) {
    ASSERT_TRUE(waitTable());
    ASSERT_TRUE(waitLatency());
    drag(3, 4, 2);
    EXPECT_TRUE(label("latencyValue").startsWith(QStringLiteral("≈"))) << label("latencyValue").toStdString();
    EXPECT_TRUE(label("latencyDetail").contains(QStringLiteral("predicted")));
    ASSERT_TRUE(waitLatency());
    EXPECT_FALSE(label("latencyValue").contains(QStringLiteral("≈")));
    EXPECT_TRUE(label("latencyValue").contains(QStringLiteral("±")));
    EXPECT_TRUE(label("latencyDetail").contains(QStringLiteral("predicted"))) << "both are shown";
    EXPECT_FALSE(label("latencyVerdict").isEmpty()) << "against the mix before";
    const auto measured = Store(database().toStdString()).measurements();
    ASSERT_GE(measured.size(), 2u);
    EXPECT_EQ(measured[0].runGroup, measured[1].runGroup) << "interleaved with the mix before";
    EXPECT_EQ(measured[0].bits, mix());
    EXPECT_TRUE(measured[0].predictedMs);
}

TEST_F(Latency, FillsEveryPlotAndComesBackAfterARestart) {
    ASSERT_TRUE(waitTable());
    drag(3, 4, 2);
    ASSERT_TRUE(waitLatency());
    tradeOff()->setCostAxis(CostOf::Latency);
    EXPECT_EQ(tradeOff()->missingCount(), 0) << "both mixes are measured";
    EXPECT_FALSE(label("distributionNote").isEmpty());
    EXPECT_GE(widget<PredictionPlot>()->pointCount(), 31) << "30 checks and this mix";
    const LayerTableModel& table = widget<LayerTableView>()->model();
    EXPECT_TRUE(table.index(table.wholeRow(), 1).data().toString().contains(QStringLiteral("error ")));
    open(measuring());
    ASSERT_TRUE(waitTable());
    tradeOff()->setCostAxis(CostOf::Latency);
    EXPECT_TRUE(QTest::qWaitFor([this] { return tradeOff()->pointCount() == 2 && tradeOff()->missingCount() == 0; },
                                kPatience));
}

TEST_F(Mixing, LatencyIsThatOfThePackedRuntime) {
    Startup with = startup();
    with.measureLatency = true;
    open(with);
    ASSERT_TRUE(QTest::qWaitFor([this] { return label("latencyDetail").contains(QStringLiteral("n = ")); }, kPatience));
    EXPECT_FALSE(label("latencyDetail").contains(QStringLiteral("simulated")));
}

}  // namespace
}  // namespace bitdesk
