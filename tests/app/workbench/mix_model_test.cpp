// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/workbench/mix_model.h"

#include <gtest/gtest.h>

#include <QTemporaryDir>
#include <QTest>

#include "core/model/model_file.h"
#include "core/network/catalogue.h"

namespace bitdesk {
namespace {

class Mix : public testing::Test {
protected:
    Mix() {
        mix.reset(
            std::make_shared<const MetaModel>(randomModel(findNetwork("resnet14").build({8, 8, 1}, 4), {2, 3, 4}, 1)),
            uniform(4));
        QObject::connect(&mix, &MixModel::failed, &mix,
                         [this](const QString& title, const QString& message) { failures << title + u'\n' + message; });
    }
    static BitConfiguration uniform(int width) { return {std::vector<int>(14, width)}; }
    static BitConfiguration with(int width) {
        BitConfiguration bits = uniform(4);
        bits.bits[0] = width;
        return bits;
    }

    MixModel mix;
    QStringList failures;
};

TEST_F(Mix, EachChangeUndoesAlone) {
    EXPECT_FALSE(mix.canUndo());
    mix.set(with(3), QStringLiteral("fader"));
    mix.set(with(3), QStringLiteral("nothing"));  // no change
    mix.set(with(2), QStringLiteral("paste mix"));
    EXPECT_EQ(mix.undoText(), QStringLiteral("paste mix"));
    mix.undo();
    EXPECT_EQ(mix.bits(), with(3));
    EXPECT_EQ(mix.undoText(), QStringLiteral("fader"));
    EXPECT_EQ(mix.redoText(), QStringLiteral("paste mix"));
    mix.undo();
    mix.undo();  // there is no more
    EXPECT_EQ(mix.bits(), uniform(4));
    mix.redo();
    mix.set(uniform(2), QStringLiteral("fader"));
    EXPECT_FALSE(mix.canRedo()) << "what was undone is gone";
    mix.undo();
    EXPECT_EQ(mix.bits(), with(3));
}

TEST_F(Mix, AGestureUndoesAsOne) {
    mix.set(with(3), QStringLiteral("fader"), 7);
    mix.set(with(2), QStringLiteral("fader"), 7);
    mix.set(uniform(3), QStringLiteral("fader"), 8);
    mix.undo();
    EXPECT_EQ(mix.bits(), with(2));
    mix.undo();
    EXPECT_EQ(mix.bits(), uniform(4));
    EXPECT_FALSE(mix.canUndo());
}

TEST_F(Mix, AGestureThatEndsWhereItBeganIsNoStep) {
    mix.set(with(3), QStringLiteral("fader"), 7);
    mix.set(uniform(4), QStringLiteral("fader"), 7);
    EXPECT_FALSE(mix.canUndo());
}

TEST_F(Mix, TextsAreTakenAndFilesAreNotReadByThem) {
    mix.paste(QStringLiteral(" 2,2,2,2,2,2,2,3,3,3,3,3,3,3\n"));
    EXPECT_EQ(mix.text(), QStringLiteral("2,2,2,2,2,2,2,3,3,3,3,3,3,3"));
    mix.paste(QStringLiteral("@/etc/passwd"));
    mix.paste(QStringLiteral("7,7,7"));
    ASSERT_EQ(failures.size(), 2);
    EXPECT_TRUE(failures[0].contains(QStringLiteral("holds no mix"))) << failures[0].toStdString();
    EXPECT_FALSE(failures[0].contains(QStringLiteral("passwd"))) << failures[0].toStdString();
    EXPECT_TRUE(failures[1].contains(QStringLiteral("clipboard"))) << failures[1].toStdString();
    EXPECT_EQ(mix.bits().bits[13], 3);
}

TEST_F(Mix, FilesAreWrittenAndRead) {
    const QTemporaryDir folder;
    mix.set(with(2), QStringLiteral("fader"));
    mix.save(folder.filePath(QStringLiteral("mix.json")));
    ASSERT_TRUE(QTest::qWaitFor([&] { return QFile::exists(folder.filePath(QStringLiteral("mix.json"))); }, 10'000));
    mix.set(uniform(3), QStringLiteral("fader"));
    mix.load(folder.filePath(QStringLiteral("mix.json")));
    ASSERT_TRUE(QTest::qWaitFor([&] { return mix.bits() == with(2); }, 10'000));
    mix.load(folder.filePath(QStringLiteral("none.json")));
    ASSERT_TRUE(QTest::qWaitFor([&] { return !failures.isEmpty(); }, 10'000));
    EXPECT_TRUE(failures[0].contains(QStringLiteral("none.json"))) << failures[0].toStdString();
}

}  // namespace
}  // namespace bitdesk
