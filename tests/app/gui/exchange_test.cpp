// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Export and import in the window.
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <nlohmann/json.hpp>

#include "app/gui/export_dialog.h"
#include "app/gui/import_dialog.h"
#include "core/base/error.h"
#include "tests/app/gui/float_network.h"
#include "tests/app/gui/small_workbench.h"

namespace bitdesk {
namespace {

class Exchange : public test::SmallWorkbench {
protected:
    ExportDialog* exportDialog() const { return dialogOf<ExportDialog>("Export"); }
    ImportDialog* importDialog() const { return dialogOf<ImportDialog>("Import"); }
    QString writeTensors(const char* name, const Safetensors& file) const {
        return write(name, QByteArray::fromStdString(serializeSafetensors(file)));
    }
    /// The form filled in for a file of the network that is open.
    ImportDialog* importOf(const QString& source) const {
        ImportDialog* dialog = importDialog();
        dialog->setSource(source);
        dialog->findChild<QComboBox*>(QStringLiteral("network"))->setCurrentText(QStringLiteral("resnet14"));
        field(dialog, "out")->setText(path("imported.safetensors"));
        dialog->findChild<QSpinBox*>(QStringLiteral("images"))->setValue(40);
        return dialog;
    }
    static QLineEdit* field(const QWidget* dialog, const char* name) {
        return dialog->findChild<QLineEdit*>(QLatin1String(name));
    }
    /// By its name of the command line.
    static void chooseFormat(const QWidget* dialog, const char* name) {
        auto* format = dialog->findChild<QComboBox*>(QStringLiteral("format"));
        format->setCurrentIndex(format->findData(QString::fromLatin1(name)));
    }
};

TEST_F(Exchange, TheMixIsExportedAndTheNotesAreShown) {
    ExportDialog* dialog = exportDialog();
    ASSERT_NE(dialog, nullptr);
    EXPECT_TRUE(field(dialog, "file")->text().endsWith(QStringLiteral("small-4bit.onnx")));
    field(dialog, "file")->setText(path("mix.onnx"));
    start(*dialog);
    EXPECT_FALSE(dialog->failed());
    expectOutcome(*dialog, {"exported", "mix.onnx", "opset 13", "input pixels [N, 1, 8, 8]", "round"});
    EXPECT_GT(read(path("mix.onnx")).size(), 10'000);
    QTest::keyClick(dialog, Qt::Key_Escape);
    EXPECT_TRUE(QTest::qWaitFor([this] { return m_window->findChild<ExportDialog*>() == nullptr; }, kPatience));
}

TEST_F(Exchange, ASuggestedNameFollowsTheFormatAndATypedOneStays) {
    drag(0, 4, 2);
    ExportDialog* dialog = exportDialog();
    chooseFormat(dialog, "qonnx");
    EXPECT_TRUE(field(dialog, "file")->text().endsWith(QStringLiteral("small-24444444444444.qonnx.onnx")));
    chooseFormat(dialog, "node-data");
    EXPECT_TRUE(field(dialog, "file")->text().endsWith(QStringLiteral(".bits.json")));
    field(dialog, "file")->setText(path("mine.json"));
    dialog->findChild<QComboBox*>(QStringLiteral("metric"))->setCurrentText(QStringLiteral("macs"));
    EXPECT_EQ(field(dialog, "file")->text(), path("mine.json"));
    start(*dialog);
    EXPECT_TRUE(nlohmann::json::parse(read(path("mine.json")).toStdString()).contains("main_graph"));
    field(dialog, "file")->setText(QString());
    EXPECT_FALSE(startButton(*dialog)->isEnabled());
}

TEST_F(Exchange, ALatencyIsExportedWhereOneIsStored) {
    ExportDialog* dialog = exportDialog();
    chooseFormat(dialog, "nvbench");
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog->looked(); }, kPatience));
    EXPECT_FALSE(startButton(*dialog)->isEnabled());
    EXPECT_TRUE(startButton(*dialog)->toolTip().contains(QStringLiteral("rest on it")));
    delete dialog;
    const MetaModel model = openModel(path("small.safetensors").toStdString());
    Measurement measurement;
    measurement.modelHash = model.hash;
    measurement.modelName = model.name;
    measurement.bits = mix();
    measurement.backend = "packed";
    measurement.device = "a CPU";
    measurement.samplesMs = {1.5, 1.25, 1.75, 1.5};
    measurement.createdAt = "2026-01-02T03:04:05Z";
    measurement.summarize();
    const std::int64_t id = Store(database().toStdString()).save(measurement);
    dialog = exportDialog();
    chooseFormat(dialog, "nvbench");
    field(dialog, "file")->setText(path("latency.json"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog->looked(); }, kPatience));
    start(*dialog);
    expectOutcome(*dialog, {qPrintable(QStringLiteral("measurement %1").arg(id))});
    EXPECT_TRUE(read(path("latency.json")).contains("nv/cold/time/gpu"));
}

TEST_F(Exchange, AFileIsReplacedOnlyWhereOneSaysSoAndTheModelNever) {
    ExportDialog* dialog = exportDialog();
    field(dialog, "file")->setText(write("old.onnx", "old"));
    QTest::mouseClick(startButton(*dialog), Qt::LeftButton);
    answer(*dialog, "Cancel");
    EXPECT_EQ(read(path("old.onnx")), "old");
    const QByteArray model = read(path("small.safetensors"));
    field(dialog, "file")->setText(path("small.safetensors"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog->findChild<QMessageBox*>() == nullptr; }, kPatience));
    QTest::mouseClick(startButton(*dialog), Qt::LeftButton);
    answer(*dialog, "Replace");
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog->failed(); }, kPatience));
    expectOutcome(*dialog, {"not exported", "small.safetensors", "is an input"});
    EXPECT_EQ(read(path("small.safetensors")), model);
    field(dialog, "file")->setText(path("no/such/folder/mix.onnx"));
    start(*dialog);
    expectOutcome(*dialog, {"not exported", "no/such/folder"});
}

TEST_F(Exchange, ANetworkOfFloatsIsImportedMarkedAndOpened) {
    ImportDialog* dialog = importOf(writeTensors("net.safetensors", test::floatNetwork(network())));
    EXPECT_EQ(field(dialog, "data")->text(), path("data")) << "the window's";
    EXPECT_FALSE(field(dialog, "mean")->text().isEmpty()) << "the model's";
    start(*dialog);
    expectOutcome(*dialog, {"imported", "14 of them quantizable", "not meta-quantized: expect a loss", "40 images"});
    ASSERT_TRUE(QTest::qWaitFor(
        [this] { return m_window->windowTitle() == QStringLiteral("imported (not meta-quantized) – Bitdesk"); },
        kPatience));
    EXPECT_TRUE(m_window->findChild<QLabel*>(QStringLiteral("statusModel"))->isVisible());
    ASSERT_TRUE(QTest::qWaitFor([this] { return ready(); }, 10'000));
    EXPECT_TRUE(dialog->isVisible()) << "the notes are to be read";
    m_workbench->openModel(path("small.safetensors"));
    ASSERT_TRUE(
        QTest::qWaitFor([this] { return m_window->windowTitle() == QStringLiteral("small – Bitdesk"); }, kPatience));
    EXPECT_FALSE(m_window->findChild<QLabel*>(QStringLiteral("statusModel"))->isVisible());
}

TEST_F(Exchange, AnOnnxFileNeedsNoNetworkAndNoMapping) {
    ImportDialog* dialog = importOf(write("net.onnx", "no graph"));
    EXPECT_FALSE(dialog->findChild<QComboBox*>(QStringLiteral("network"))->isVisibleTo(dialog));
    EXPECT_FALSE(field(dialog, "mapping")->isVisibleTo(dialog));
    EXPECT_TRUE(field(dialog, "until")->isVisibleTo(dialog));
    EXPECT_TRUE(field(dialog, "mean")->text().isEmpty()) << "the file may say it";
    start(*dialog);
    EXPECT_TRUE(dialog->failed());
    expectOutcome(*dialog, {"not imported", "net.onnx", "a text that begins", "torch.onnx.export"});
    dialog->setSource(writeTensors("net.safetensors", test::floatNetwork(network())));
    EXPECT_TRUE(dialog->findChild<QComboBox*>(QStringLiteral("network"))->isVisibleTo(dialog));
    EXPECT_FALSE(field(dialog, "until")->isVisibleTo(dialog));
}

TEST_F(Exchange, AWrongFileIsRefusedAndWhatWasTypedStays) {
    Safetensors file = test::floatNetwork(network());
    file.tensors["stage1.block1.conv1.weight"] = Tensor::f32({2, 2}, std::vector<float>(4));
    const QString source = writeTensors("bad.safetensors", file);
    ImportDialog* dialog = importOf(source);
    start(*dialog);
    EXPECT_TRUE(dialog->failed());
    expectOutcome(*dialog, {"not imported", "bad.safetensors", "stage1.block1.conv1"});
    EXPECT_FALSE(QFile::exists(path("imported.safetensors")));
    EXPECT_EQ(field(dialog, "source")->text(), source);
    EXPECT_TRUE(startButton(*dialog)->isEnabled());
    dialog->setSource(write("text.pt", "this is no file of tensors"));
    start(*dialog);
    expectOutcome(*dialog, {"not imported", "text.pt"});
    field(dialog, "bits")->setText(QStringLiteral("2,17"));
    start(*dialog);
    expectOutcome(*dialog, {"Bit-widths", "2,17"});
    EXPECT_EQ(m_window->windowTitle(), QStringLiteral("small – Bitdesk"));
}

TEST_F(Exchange, MissingScalesAreTold) {
    ImportDialog* dialog = importOf(writeTensors("net.safetensors", test::floatNetwork(network())));
    field(dialog, "data")->clear();
    field(dialog, "input")->setText(QStringLiteral("8×8×1"));
    dialog->findChild<QSpinBox*>(QStringLiteral("classes"))->setValue(4);
    start(*dialog);
    EXPECT_TRUE(dialog->failed());
    expectOutcome(*dialog, {"images (“Images”): are missing", "activation scales"});
}

TEST_F(Exchange, ACancelledImportLeavesNothing) {
    ImportDialog* dialog = importOf(writeTensors("net.safetensors", test::floatNetwork(network())));
    QSignalSpy ended(dialog, &JobDialog::ended);
    QTest::mouseClick(startButton(*dialog), Qt::LeftButton);
    EXPECT_TRUE(dialog->running());
    QTest::keyClick(dialog, Qt::Key_Escape);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !ended.isEmpty(); }, kPatience));
    expectOutcome(*dialog, {"Cancelled"});
    EXPECT_FALSE(QFile::exists(path("imported.safetensors")));
    EXPECT_TRUE(dialog->isVisible()) << "Esc ended the job, not the dialog";
    QTest::keyClick(dialog, Qt::Key_Escape);
    EXPECT_TRUE(QTest::qWaitFor([this] { return m_window->findChild<ImportDialog*>() == nullptr; }, kPatience));
}

TEST_F(Exchange, AMappingIsDraftedCorrectedAndUsed) {
    Safetensors file = test::floatNetwork(network());
    auto stray = file.tensors.extract("classifier.weight");
    ImportDialog* dialog = importOf(writeTensors("part.safetensors", file));
    QSignalSpy ended(dialog, &JobDialog::ended);
    dialog->draft(path("mapping.json"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return !ended.isEmpty(); }, kPatience));
    expectOutcome(*dialog, {"drafted", "No tensor was found for: classifier", "classifier.bias"});
    EXPECT_EQ(field(dialog, "mapping")->text(), path("mapping.json"));
    EXPECT_TRUE(nlohmann::json::parse(read(path("mapping.json")).toStdString())["layers"]["classifier"].is_null());
    EXPECT_FALSE(field(dialog, "bits")->isEnabled()) << "the mapping says them";
}

TEST_F(Exchange, TheWindowClosesWhileAnImportRuns) {
    ImportDialog* dialog = importOf(writeTensors("net.safetensors", test::floatNetwork(network())));
    dialog->findChild<QSpinBox*>(QStringLiteral("images"))->setValue(1000);
    QTest::mouseClick(startButton(*dialog), Qt::LeftButton);
    m_window.reset();
    EXPECT_FALSE(QFile::exists(path("imported.safetensors")));
}

TEST(ImportForm, ReadsWhatIsTyped) {
    EXPECT_EQ(widthsIn(QStringLiteral("4, 2 8")), (std::vector<int>{2, 4, 8}));
    EXPECT_EQ(shapeIn(QStringLiteral("224x224×3")), (Shape{224, 224, 3}));
    EXPECT_FALSE(shapeIn(QStringLiteral(" ")));
    EXPECT_EQ(normalizationIn(QStringLiteral("0.5 0.25"), QStringLiteral("1,2"))->mean,
              (std::vector<float>{0.5, 0.25}));
    EXPECT_FALSE(normalizationIn({}, {}));
    for (const char* widths : {"", "1", "9", "2,2", "two"}) EXPECT_THROW(widthsIn(QLatin1String(widths)), Error);
    for (const char* shape : {"8", "8,8", "8,0,1", "a,b,c", "8,8,1,1"})
        EXPECT_THROW(shapeIn(QLatin1String(shape)), Error);
    EXPECT_THROW(normalizationIn(QStringLiteral("0.5"), QStringLiteral("1,2")), Error);
    EXPECT_THROW(normalizationIn(QStringLiteral("x"), QStringLiteral("1")), Error);
}

}  // namespace
}  // namespace bitdesk
