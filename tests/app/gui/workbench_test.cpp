// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Drives the real window on the sample model and Fashion-MNIST with mouse and keyboard events.
#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QMessageBox>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include "app/gui/main_window.h"
#include "core/store/store.h"
#include "widgets/fader.h"
#include "widgets/fader_bank.h"
#include "widgets/history_model.h"
#include "widgets/readouts.h"
#include "widgets/trade_off_plot.h"

namespace bitdesk {
namespace {

constexpr int kPatience = 120'000;  // milliseconds

class Workbench : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(m_folder.isValid());
        open();
    }

    void open() {
        m_window.reset();
        m_window = std::make_unique<MainWindow>(
            Startup{.model = QStringLiteral(BITDESK_SOURCE_DIR "/resources/models/fashion-mnist.safetensors"),
                    .data = QStringLiteral("fashion-mnist"),
                    .database = database(),
                    .device = QStringLiteral("cpu"),
                    .threads = 2,
                    .measureLatency = false});
        m_window->resize(1280, 800);
        m_window->show();
        ASSERT_TRUE(
            QTest::qWaitFor([this] { return m_window->ready() && m_window->mix().bits().size() == 14; }, kPatience));
    }

    QString database() const { return m_folder.filePath(QStringLiteral("results.sqlite")); }
    Fader* fader(int layer) const { return m_window->faders()->fader(layer); }
    void drag(int layer, int from, int to) const {
        QTest::mousePress(fader(layer), Qt::LeftButton, {}, fader(layer)->notch(from));
        QTest::mouseMove(fader(layer), fader(layer)->notch(to));
        QTest::mouseRelease(fader(layer), Qt::LeftButton, {}, fader(layer)->notch(to));
    }
    bool settled() const {
        const ReadoutState state = m_window->readouts()->accuracyState();
        return state == ReadoutState::Final || state == ReadoutState::Stored;
    }
    bool waitSettled() const {
        return QTest::qWaitFor([this] { return settled(); }, kPatience);
    }
    std::vector<EvaluationSummary> rows() const { return Store(database().toStdString()).evaluations(); }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

TEST_F(Workbench, ADragShowsAccuracyAPointAndARow) {
    ASSERT_TRUE(waitSettled());
    const int points = m_window->tradeOff()->pointCount();
    drag(3, 4, 2);
    EXPECT_EQ(m_window->mix().bits().bits[3], 2);
    EXPECT_NE(m_window->readouts()->accuracyState(), ReadoutState::Final) << "another mix's figure stands as final";
    ASSERT_TRUE(waitSettled());
    EXPECT_EQ(m_window->tradeOff()->pointCount(), points + 1);
    const auto stored = rows();
    ASSERT_EQ(stored.size(), 2u);
    EXPECT_EQ(stored.front().bits, m_window->mix().bits());
    EXPECT_EQ(stored.front().total, 10'000);
    EXPECT_EQ(m_window->history()->rowCount(), 2);
    const double percent = 100.0 * static_cast<double>(stored.front().correct) / 10'000;
    EXPECT_TRUE(m_window->readouts()->accuracyText().contains(QString::number(percent, 'f', 2)))
        << m_window->readouts()->accuracyText().toStdString();
}

TEST_F(Workbench, TenFastDragsShowAndStoreTheLastOnly) {
    for (int layer = 0; layer < 10; ++layer) drag(layer, 4, layer % 2 == 0 ? 2 : 3);
    ASSERT_TRUE(waitSettled());
    const auto stored = rows();
    ASSERT_EQ(stored.size(), 1u) << "a mix that the hand passed through is stored as finished";
    EXPECT_EQ(stored.front().bits, m_window->mix().bits());
    EXPECT_EQ(m_window->tradeOff()->pointCount(), 1);
}

TEST_F(Workbench, AStoredMixComesBackAtOnceAfterARestart) {
    ASSERT_TRUE(waitSettled());
    open();
    QElapsedTimer clock;
    clock.start();
    ASSERT_TRUE(
        QTest::qWaitFor([this] { return m_window->readouts()->accuracyState() == ReadoutState::Stored; }, 5000));
    EXPECT_TRUE(QTest::qWaitFor([this] { return m_window->history()->rowCount() == 1; }, 5000));
    EXPECT_EQ(rows().size(), 1u);
}

TEST_F(Workbench, KeysMoveAFaderAndUndoBringsItBack) {
    fader(5)->setFocus();
    QTest::keyClick(fader(5), Qt::Key_2);
    EXPECT_EQ(m_window->mix().bits().bits[5], 2);
    QTest::keyClick(fader(5), Qt::Key_Up);
    EXPECT_EQ(m_window->mix().bits().bits[5], 3);
    QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
    m_window->mix().undoStack()->setIndex(0);
    EXPECT_EQ(m_window->mix().bits().bits[5], 4);
}

TEST_F(Workbench, ABadModelIsAMessageAndTheOldOneStays) {
    const QString path = m_folder.filePath(QStringLiteral("bad.safetensors"));
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("\xff\xff\xff\xff\xff\xff\xff\x7f not a model");
    file.close();
    m_window->openModel(path);
    ASSERT_TRUE(QTest::qWaitFor([this] { return m_window->message() != nullptr; }, 10'000));
    EXPECT_TRUE(m_window->message()->informativeText().contains(QStringLiteral("bad.safetensors")));
    EXPECT_EQ(m_window->mix().bits().size(), 14u);
    m_window->message()->close();
}

TEST_F(Workbench, TheGuiThreadNeverWaits) {
    qint64 longest = 0;
    QElapsedTimer since;
    QTimer heartbeat;
    QObject::connect(&heartbeat, &QTimer::timeout, [&] { longest = std::max(longest, since.restart()); });
    since.start();
    heartbeat.start(10);
    for (int layer = 0; layer < 14; ++layer) {
        drag(layer, 4, 2);
        QTest::qWait(50);
    }
    EXPECT_LT(longest, 500) << "milliseconds between two beats of the event loop";
}

}  // namespace
}  // namespace bitdesk
