// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QAbstractButton>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>

#include "app/gui/job_dialog.h"
#include "core/model/model_file.h"
#include "tests/app/gui/workbench.h"
#include "tests/app/jobs/small_workplace.h"

namespace bitdesk::test {

/// The window on a random resnet14 for 8×8 images, and a thousand of them in four classes.
class SmallWorkbench : public Workbench {
protected:
    void SetUp() override {
        ASSERT_TRUE(m_folder.isValid());
        writeSmallData(path("data").toStdString(), 200, 1000);
        MetaModel model = randomModel(network(), {2, 3, 4}, 1);
        writeModel(model, path("small.safetensors").toStdString());
        Startup small = startup();
        small.model = path("small.safetensors");
        small.data = path("data");
        open(small);
        ASSERT_TRUE(waitSettled());
    }

    static Network network() { return findNetwork("resnet14").build({8, 8, 1}, 4); }
    /// The dialog that an action opens.
    template <typename Dialog>
    Dialog* dialogOf(const char* actionText) const {
        action(actionText)->trigger();
        return m_window->findChild<Dialog*>();
    }
    static QPushButton* startButton(const JobDialog& dialog) {
        return dialog.findChild<QPushButton*>(QStringLiteral("start"));
    }
    /// Clicks the button that starts, and waits until the job has ended.
    static void start(JobDialog& dialog) {
        QSignalSpy ended(&dialog, &JobDialog::ended);
        ASSERT_TRUE(startButton(dialog)->isEnabled()) << startButton(dialog)->toolTip().toStdString();
        QTest::mouseClick(startButton(dialog), Qt::LeftButton);
        ASSERT_TRUE(QTest::qWaitFor([&] { return !ended.isEmpty(); }, kPatience));
    }
    static void expectOutcome(const JobDialog& dialog, std::initializer_list<const char*> parts) {
        const QString text = dialog.findChild<QLabel*>(QStringLiteral("headline"))->text() + u'\n' +
                             dialog.findChild<QPlainTextEdit*>(QStringLiteral("outcome"))->toPlainText();
        for (const char* part : parts)
            EXPECT_TRUE(text.contains(QString::fromUtf8(part))) << part << " in " << text.toStdString();
    }
    /// Answers the question whether a file may be replaced.
    static void answer(const JobDialog& dialog, const char* button) {
        QMessageBox* box = nullptr;
        ASSERT_TRUE(QTest::qWaitFor(
            [&] { return (box = dialog.findChild<QMessageBox*>()) != nullptr && box->isVisible(); }, kPatience));
        for (QAbstractButton* each : box->buttons())
            if (each->text().remove(u'&') == QLatin1String(button)) return QTest::mouseClick(each, Qt::LeftButton);
        FAIL() << "no button " << button;
    }
};

}  // namespace bitdesk::test
