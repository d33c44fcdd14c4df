// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Data sets in the window: opening them, and their preview.
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QImage>
#include <QLabel>
#include <QTableView>
#include <QToolButton>

#include "app/gui/data_dialog.h"
#include "tests/app/gui/small_workbench.h"

namespace bitdesk {
namespace {

/// Colour images in a thousand classes, image i of class i % 1000, all of its pixels (i % 251, 7, 9).
class ManyClasses : public DataSet {
public:
    ManyClasses() {
        m_name = "many";
        m_shape = {.height = 6, .width = 4, .channels = 3};
        for (int c = 0; c < 1000; ++c) m_classNames.push_back("class " + std::to_string(c));
        m_description.format = "test";
        m_description.splits = {Split::Test};
    }
    std::int64_t size() const override { return 2500; }
    int label(std::int64_t index) const override { return static_cast<int>(index % 1000); }
    void copyImages(std::span<const std::int64_t> indices, std::span<std::uint8_t> out) const override {
        for (std::size_t i = 0; i < indices.size() * 24; ++i) {
            out[3 * i] = static_cast<std::uint8_t>(indices[i / 24] % 251);
            out[3 * i + 1] = 7;
            out[3 * i + 2] = 9;
        }
    }
};

/// What the dialog says in words, and the split that is chosen.
QString facts(const DataDialog& dialog) {
    QStringList lines{dialog.findChild<QComboBox*>(QStringLiteral("split"))->currentText()};
    for (const QLabel* label : dialog.findChildren<QLabel*>()) lines << label->text();
    return lines.join(u'\n');
}

class Data : public test::SmallWorkbench {
protected:
    /// A folder of grey PNGs in four classes.
    QString writeFolder(const char* name, int images) const {
        for (int c = 0; c < 4; ++c) {
            const QString folder = path(name) + QStringLiteral("/test/kind%1").arg(c);
            QDir().mkpath(folder);
            for (int i = 0; i < images; ++i) {
                QImage image(12 + i % 3, 10 + c, QImage::Format_Grayscale8);
                image.fill(qRgb(40 * c, 40 * c, 40 * c));
                image.save(folder + QStringLiteral("/%1.png").arg(i));
            }
        }
        return path(name);
    }
    QString statusData() const { return m_window->findChild<QToolButton*>(QStringLiteral("statusData"))->text(); }
    bool waitStatus(const char* mentions) const {
        return QTest::qWaitFor([&] { return statusData().contains(QLatin1String(mentions)); }, kPatience);
    }
    static bool waitImages(const DataDialog* dialog, int count) {
        return QTest::qWaitFor([&] { return dialog->grid()->count() == count; }, kPatience);
    }
};

TEST_F(Data, ThePreviewShowsFactsCountsAndImages) {
    auto* dialog = dialogOf<DataDialog>("Data set");
    ASSERT_NE(dialog, nullptr);
    ASSERT_TRUE(waitImages(dialog, 24));
    EXPECT_EQ(dialog->counts()->rowCount(), 4);
    EXPECT_EQ(dialog->counts()->count(2), 250);
    for (const char* part : {"1,000 of 8×8 pixels, grey, in 4 classes", "test", "IDX"})
        EXPECT_TRUE(facts(*dialog).contains(QString::fromUtf8(part))) << part << facts(*dialog).toStdString();
    EXPECT_NE(dialog->grid()->image(0).caption, dialog->grid()->image(1).caption) << "one of each class";
    dialog->showClass(2);
    const QString name = dialog->counts()->index(2, ClassCounts::Name).data().toString();
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog->grid()->image(0).caption == name; }, kPatience));
    for (int i = 0; i < 24; ++i) EXPECT_EQ(dialog->grid()->image(i).caption, name);
    dialog->turnPage(1000);
    EXPECT_TRUE(waitImages(dialog, 250 % 24)) << "the last page";
}

TEST_F(Data, ThePreviewOpensOtherSplits) {
    auto* dialog = dialogOf<DataDialog>("Data set");
    dialog->showSplit(Split::Train);
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog->counts()->rowCount() == 4 && dialog->counts()->count(0) < 100; },
                                kPatience));
    EXPECT_TRUE(facts(*dialog).contains(QStringLiteral("180 of 8×8"))) << facts(*dialog).toStdString();
    EXPECT_TRUE(statusData().contains(QStringLiteral("1000 images"))) << "the window's stays";
}

TEST_F(Data, AFolderIsBroughtToTheModelsInput) {
    m_workbench->data().open(writeFolder("folder", 5));
    ASSERT_TRUE(waitStatus("folder, test: 20 images")) << statusData().toStdString();
    auto* dialog = dialogOf<DataDialog>("Data set");
    ASSERT_TRUE(waitImages(dialog, 20)) << dialog->grid()->note().toStdString();
    EXPECT_TRUE(facts(*dialog).contains(QStringLiteral("8×8"))) << facts(*dialog).toStdString();
    MetaModel larger = randomModel(findNetwork("resnet14").build({12, 12, 1}, 4), {2, 3, 4}, 1);
    writeModel(larger, path("larger.safetensors").toStdString());
    m_workbench->openModel(path("larger.safetensors"));
    ASSERT_TRUE(
        QTest::qWaitFor([this] { return m_window->windowTitle().startsWith(QStringLiteral("larger")); }, 10'000));
    ASSERT_TRUE(QTest::qWaitFor([this] { return ready(); }, 20'000)) << "it is brought to the other input";
    EXPECT_EQ(m_window->message(), nullptr);
}

TEST_F(Data, AFolderThatFailsSaysWhyAndTheOtherStays) {
    const QString folder = writeFolder("broken", 3);
    write("broken/test/kind1/1.png", "no picture");
    m_workbench->data().open(folder);
    expectMessage("kind1/1.png");
    EXPECT_TRUE(statusData().contains(QStringLiteral("data, test: 1000 images"))) << statusData().toStdString();
    m_workbench->data().open(path("nowhere"));
    expectMessage("nowhere");
    EXPECT_TRUE(ready());
}

TEST_F(Data, OpeningIsCancelled) {
    m_workbench->data().open(writeFolder("slow", 150));
    m_window->findChild<QToolButton*>(QStringLiteral("dataCancel"))->click();
    ASSERT_TRUE(waitStatus("data, test: 1000 images")) << statusData().toStdString();
    EXPECT_EQ(m_window->message(), nullptr);
    EXPECT_TRUE(ready());
}

TEST_F(Data, ClassesAreMatchedWithWhateverModelIsOpen) {
    const QString folder = writeFolder("folder", 5);
    // Names that are no numbers: those would be matched by number.
    const QDir parts(folder + QStringLiteral("/test"));
    for (const auto& [numbered, name] :
         {std::pair{"kind0", "ant"}, {"kind1", "bee"}, {"kind2", "cow"}, {"kind3", "eel"}})
        ASSERT_TRUE(QDir().rename(parts.filePath(QLatin1String(numbered)), parts.filePath(QLatin1String(name))));
    QFile::copy(folder + QStringLiteral("/test/bee/0.png"), folder + QStringLiteral("/test/bee/again.png"));
    const auto openModelOf = [this](const char* name, const std::vector<std::string>& classes) {
        MetaModel model = randomModel(network(), {2, 3, 4}, 1);
        model.classNames = classes;
        const QString file = path(name) + QStringLiteral(".safetensors");
        writeModel(model, file.toStdString());
        m_workbench->openModel(file);
        ASSERT_TRUE(QTest::qWaitFor([&] { return m_window->windowTitle().startsWith(QLatin1String(name)); }, 10'000));
    };
    m_workbench->data().open(folder);
    ASSERT_TRUE(waitStatus("21 images, 1 note")) << statusData().toStdString() << ": the model has no class names";
    openModelOf("turned", {"bee", "ant", "eel", "cow"});
    ASSERT_TRUE(QTest::qWaitFor([this] { return ready(); }, 20'000));
    EXPECT_TRUE(statusData().endsWith(QStringLiteral("21 images"))) << statusData().toStdString();
    auto* dialog = dialogOf<DataDialog>("Data set");
    ASSERT_TRUE(waitImages(dialog, 21));
    EXPECT_EQ(dialog->counts()->count(0), 6) << "bee";
    EXPECT_EQ(dialog->counts()->index(0, ClassCounts::Name).data().toString(), QStringLiteral("bee"));
    openModelOf("pets", {"cat", "dog", "emu", "fox"});
    expectMessage("'ant', 'bee', 'cow', 'eel'), the model has 4 ('cat', 'dog', 'emu', 'fox')");
    EXPECT_FALSE(ready());
    m_workbench->data().open(folder);
    expectMessage("'ant', 'bee'");
    EXPECT_FALSE(ready());
    openModelOf("capital", {"EEL", "COW", "BEE", "ANT"});
    ASSERT_TRUE(QTest::qWaitFor([this] { return ready(); }, 20'000));
    EXPECT_TRUE(waitStatus("21 images, 1 note")) << statusData().toStdString();
    auto* tip = m_window->findChild<QToolButton*>(QStringLiteral("statusData"));
    EXPECT_TRUE(tip->toolTip().contains(QStringLiteral("letter case"))) << tip->toolTip().toStdString();
}

TEST_F(Data, FoldersWaitForAModel) {
    Startup without = startup();
    without.model.clear();
    without.data = writeFolder("early", 4);
    create(without);
    m_window->show();
    expectMessage("Open or name a model, whose input they are brought to");
    m_workbench->openModel(path("small.safetensors"));
    EXPECT_TRUE(waitStatus("early, test: 16 images")) << statusData().toStdString();
}

TEST(DataPreview, AThousandClassesInColour) {
    const int patience = static_cast<int>(test::patience(std::chrono::seconds(60)).count());
    DataDialog dialog(std::make_shared<ManyClasses>(), QString(), {});
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show();
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog.grid()->count() == 24; }, patience))
        << dialog.grid()->note().toStdString();
    EXPECT_EQ(dialog.counts()->rowCount(), 1000);
    EXPECT_EQ(dialog.counts()->count(499), 3);
    EXPECT_EQ(dialog.counts()->count(500), 2);
    EXPECT_EQ(dialog.grid()->image(3).image.pixel(1, 2), qRgb(3, 7, 9));
    EXPECT_EQ(dialog.grid()->image(3).image.size(), QSize(4, 6));
    EXPECT_TRUE(facts(dialog).contains(QStringLiteral("in colour, in 1,000 classes")));
    dialog.showClass(700);
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog.grid()->count() == 2; }, patience));
    EXPECT_EQ(dialog.grid()->image(1).image.pixel(0, 0), qRgb(1700 % 251, 7, 9));
}

}  // namespace
}  // namespace bitdesk
