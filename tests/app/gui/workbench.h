// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <gtest/gtest.h>

#include <QFile>
#include <QMessageBox>
#include <QTemporaryDir>
#include <QTest>

#include "app/gui/main_window.h"
#include "app/workbench/workbench.h"
#include "core/store/store.h"
#include "tests/patience.h"
#include "widgets/faders.h"
#include "widgets/history_model.h"
#include "widgets/readouts.h"
#include "widgets/trade_off_plot.h"

namespace bitdesk::test {

/// The real window on the sample model, Fashion-MNIST and a database of its own, driven by mouse and keyboard.
class Workbench : public testing::Test {
protected:
    static inline const int kPatience = static_cast<int>(patience(std::chrono::seconds(60)).count());  // milliseconds

    void SetUp() override {
        ASSERT_TRUE(m_folder.isValid());
        open();
    }

    Startup startup() const {
        return {.model = QStringLiteral(BITDESK_SOURCE_DIR "/resources/models/fashion-mnist.safetensors"),
                .data = QStringLiteral("fashion-mnist"),
                .database = database(),
                .device = QStringLiteral("cpu"),
                .threads = 2,
                .measureLatency = false};
    }
    void open() { open(startup()); }
    void open(const Startup& with) {
        create(with);
        m_window->resize(1280, 800);
        m_window->show();
        ASSERT_TRUE(QTest::qWaitFor(
            [this] { return ready() && mix().size() == 14 && (resultsOpen() || m_window->message() != nullptr); },
            kPatience));
    }
    void create(const Startup& with) {
        m_window.reset();
        m_workbench = std::make_unique<bitdesk::Workbench>(with);
        m_window = std::make_unique<MainWindow>(*m_workbench);
    }

    // What is open, and the widgets that show it.
    bool ready() const { return m_workbench->live().running(); }
    bool resultsOpen() const { return m_workbench->results().store() != nullptr; }
    const BitConfiguration& mix() const { return m_workbench->mix().bits(); }
    template <typename Widget>
    Widget* widget() const {
        return m_window->findChild<Widget*>();
    }
    FaderBank* faders() const { return widget<FaderBank>(); }
    Readouts* readouts() const { return widget<Readouts>(); }
    TradeOffPlot* tradeOff() const { return widget<TradeOffPlot>(); }
    HistoryModel* history() const { return widget<HistoryModel>(); }

    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    QString database() const { return path("results.sqlite"); }
    QString write(const char* name, const QByteArray& bytes) const {
        QFile file(path(name));
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
        file.write(bytes);
        return path(name);
    }
    static QByteArray read(const QString& path) {
        QFile file(path);
        EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << path.toStdString();
        return file.readAll();
    }

    Fader* fader(int layer) const { return faders()->fader(layer); }
    int bits(std::size_t layer) const { return mix()[layer]; }
    void drag(int layer, int from, int to) const {
        QTest::mousePress(fader(layer), Qt::LeftButton, {}, fader(layer)->notch(from));
        QTest::mouseMove(fader(layer), fader(layer)->notch(to));
        QTest::mouseRelease(fader(layer), Qt::LeftButton, {}, fader(layer)->notch(to));
    }
    /// The menu or tool bar action of this text.
    QAction* action(const char* text) const {
        for (QAction* action : m_window->findChildren<QAction*>())
            if (action->text().startsWith(QLatin1String(text))) return action;
        ADD_FAILURE() << "no action " << text;
        return nullptr;
    }
    bool settled() const {
        const ReadoutState state = readouts()->accuracyState();
        return state == ReadoutState::Final || state == ReadoutState::Stored;
    }
    bool waitSettled() const {
        return QTest::qWaitFor([this] { return settled(); }, kPatience);
    }
    /// Waits for a message that mentions something, and closes it.
    void expectMessage(const char* mentions) const {
        ASSERT_TRUE(QTest::qWaitFor([this] { return m_window->message() != nullptr; }, kPatience)) << mentions;
        const QString text = m_window->message()->text() + m_window->message()->informativeText();
        EXPECT_TRUE(text.contains(QString::fromUtf8(mentions))) << text.toStdString();
        m_window->message()->close();
        ASSERT_TRUE(QTest::qWaitFor([this] { return m_window->message() == nullptr; }, kPatience));
    }
    std::vector<EvaluationSummary> rows() const { return Store(database().toStdString()).evaluations(); }

    QTemporaryDir m_folder;
    std::unique_ptr<bitdesk::Workbench> m_workbench;  ///< outlives the window
    std::unique_ptr<MainWindow> m_window;
};

}  // namespace bitdesk::test
