// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What the window opens, saves and refuses; what survives it.
#include <QAbstractItemView>
#include <QApplication>
#include <QClipboard>
#include <QDropEvent>
#include <QFileDialog>
#include <QMimeData>
#include <QTableView>

#include "core/network/catalogue.h"
#include "tests/app/gui/workbench.h"
#include "tests/core/data/small_data.h"

namespace bitdesk {
namespace {

class Files : public test::Workbench {
protected:
    /// Answers the file dialog that is open now.
    void answerDialog(const QString& path) const {
        QFileDialog* dialog = nullptr;
        ASSERT_TRUE(QTest::qWaitFor(
            [&] { return (dialog = m_window->findChild<QFileDialog*>()) != nullptr && dialog->isVisible(); },
            kPatience));
        dialog->setDirectory(m_folder.path());
        dialog->selectFile(path);
        QMetaObject::invokeMethod(dialog, "accept");
        ASSERT_TRUE(QTest::qWaitFor([this] { return m_window->findChild<QFileDialog*>() == nullptr; }, kPatience));
    }
    void drop(const QString& path) const {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &enter);
        EXPECT_TRUE(enter.isAccepted());
        QDropEvent event(QPointF(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &event);
    }
};

TEST_F(Files, AStoredMixComesBackAtOnceAfterARestart) {
    ASSERT_TRUE(waitSettled());
    open();
    ASSERT_TRUE(QTest::qWaitFor([this] { return readouts()->accuracyState() == ReadoutState::Stored; }, 5000));
    EXPECT_TRUE(QTest::qWaitFor([this] { return history()->rowCount() == 1; }, 5000));
    EXPECT_TRUE(QTest::qWaitFor([this] { return tradeOff()->pointCount() == 1; }, 5000));
    EXPECT_EQ(rows().size(), 1u);
}

TEST_F(Files, ARowOfTheHistoryLoadsItsMix) {
    ASSERT_TRUE(waitSettled());
    drag(7, 4, 3);
    ASSERT_TRUE(waitSettled());
    auto* view = m_window->findChild<QTableView*>(QStringLiteral("historyView"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return view->model()->rowCount() == 2; }, kPatience));
    emit view->activated(view->model()->index(1, 0));  // newest first
    EXPECT_EQ(bits(7), 4);
}

TEST_F(Files, AMixIsSavedAndLoadedByDialog) {
    drag(6, 4, 2);
    action("Save mix")->trigger();
    answerDialog(path("mine.json"));
    ASSERT_TRUE(QTest::qWaitFor([this] { return QFile::exists(path("mine.json")); }, kPatience));
    drag(6, 2, 4);
    action("Load mix")->trigger();
    answerDialog(path("mine.json"));
    EXPECT_TRUE(QTest::qWaitFor([this] { return bits(6) == 2; }, kPatience));
}

TEST_F(Files, AMixIsCopiedAndPastedAsText) {
    drag(0, 4, 3);
    action("Copy mix")->trigger();
    EXPECT_EQ(QApplication::clipboard()->text(), QStringLiteral("3,4,4,4,4,4,4,4,4,4,4,4,4,4"));
    QApplication::clipboard()->setText(QStringLiteral(" 2,2,2,2,2,2,2,3,3,3,3,3,3,3\n"));
    action("Paste mix")->trigger();
    EXPECT_EQ(bits(0), 2);
    EXPECT_EQ(bits(13), 3);
    QApplication::clipboard()->setText(QStringLiteral("7,7,7"));
    action("Paste mix")->trigger();
    expectMessage("clipboard");
    EXPECT_EQ(bits(0), 2);
}

TEST_F(Files, AMixOfAnotherNetworkIsRefusedByName) {
    m_workbench->mix().load(write("odd.json", R"({"no.such.layer": 4})"));
    expectMessage("no.such.layer");
    EXPECT_EQ(bits(0), 4);
}

TEST_F(Files, ABadModelIsAMessageAndTheOldOneStays) {
    m_workbench->openModel(write("bad.safetensors", "\xff\xff\xff\xff\xff\xff\xff\x7f not a model"));
    expectMessage("bad.safetensors");
    EXPECT_EQ(mix().size(), 14u);
    EXPECT_TRUE(ready());
}

TEST_F(Files, DataThatDoesNotFitIsAMessageAndTheOldStays) {
    test::writeSmallData(path("small").toStdString(), 20, 20);
    m_workbench->data().open(path("small"));
    expectMessage("28×28×1");
    EXPECT_TRUE(ready());
    m_workbench->data().open(path("nowhere"));
    expectMessage("nowhere");
    EXPECT_TRUE(waitSettled());
}

TEST_F(Files, ADamagedDatabaseIsAMessageAndStaysAsItIs) {
    const QByteArray text(5000, 'x');
    Startup with = startup();
    with.database = write("damaged.sqlite", text);
    open(with);
    expectMessage("damaged.sqlite");
    EXPECT_TRUE(waitSettled()) << "mixing goes on without a store";
    EXPECT_EQ(read(with.database), text);
}

TEST_F(Files, AModelAndAMixCanBeDropped) {
    drop(write("mix.json", QByteArray::fromStdString(toJson(BitConfiguration{std::vector<int>(14, 3)},
                                                            findNetwork("resnet14").build({28, 28, 1}, 10)))));
    EXPECT_TRUE(QTest::qWaitFor([this] { return bits(0) == 3; }, kPatience));
    QFile::copy(startup().model, path("copy.safetensors"));
    drop(path("copy.safetensors"));
    EXPECT_TRUE(
        QTest::qWaitFor([this] { return m_window->windowTitle().startsWith(QStringLiteral("copy")); }, kPatience));
    EXPECT_EQ(bits(0), 4) << "another model starts at its top width";
}

TEST_F(Files, AboutTellsVersions) {
    action("About")->trigger();
    QMessageBox* box = nullptr;
    ASSERT_TRUE(QTest::qWaitFor([&] { return (box = m_window->findChild<QMessageBox*>()) != nullptr; }, kPatience));
    for (const char* part : {"Qt 6", "QCustomPlot", "SQLite", "LibTorch", "GPL"})
        EXPECT_TRUE((box->text() + box->informativeText()).contains(QLatin1String(part))) << part;
    box->close();
}

}  // namespace
}  // namespace bitdesk
