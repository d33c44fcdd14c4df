// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Sweeps, reports, sessions and other databases in the window.
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QTableView>
#include <QToolButton>
#include <limits>
#include <nlohmann/json.hpp>

#include "app/gui/file_fields.h"
#include "app/gui/report_dialog.h"
#include "app/gui/sweep_dialog.h"
#include "app/gui/window_settings.h"
#include "app/jobs/report_job.h"
#include "core/model/model_file.h"
#include "core/network/bit_configuration.h"
#include "tests/app/gui/small_workbench.h"

namespace bitdesk {
namespace {

/// Where the name of a report is typed, without its ending.
QLineEdit* reportBase(const QWidget* parent) { return parent->findChild<QLineEdit*>(QStringLiteral("reportBase")); }

class Results : public test::Workbench {
protected:
    SweepDialog* sweepDialog() const {
        action("Sweep")->trigger();
        return m_window->findChild<SweepDialog*>();
    }
    ReportDialog* reportDialog() const {
        action("Report")->trigger();
        return m_window->findChild<ReportDialog*>();
    }
    static void click(const QWidget* dialog, const char* text) {
        for (auto* button : dialog->findChildren<QPushButton*>())
            if (button->text() == QString::fromUtf8(text)) return QTest::mouseClick(button, Qt::LeftButton);
        FAIL() << "no button " << text;
    }
    /// A batch of few mixes on few images of the sample.
    jobs::Batch smallBatch(int mixes, int images) const {
        jobs::Batch batch;
        batch.threads = 2;
        jobs::SweepSpec sweep;
        sweep.model = startup().model.toStdString();
        sweep.data = "fashion-mnist";
        sweep.limit = images;
        sweep.configurations = {"uniform", "random:" + std::to_string(mixes)};
        batch.sweeps.push_back(sweep);
        return batch;
    }
    void run(const jobs::Batch& batch) const { m_workbench->sweep().run(batch, m_workbench->model()->hash); }
    bool inSession() const { return m_workbench->results().session().has_value(); }
    /// Lets a report of the front be written.
    void writeReport(const QString& base) const {
        auto* dialog = reportDialog();
        reportBase(dialog)->setText(base);
        click(dialog, "Write");
    }
    bool waitSwept() const {
        return QTest::qWaitFor([this] { return !m_workbench->sweep().running(); }, kPatience);
    }
    /// A session: a report of three mixes, written by another database.
    QString writeSession(const char* name) const {
        const std::string file = path(name).toStdString(), other = path("other.sqlite").toStdString();
        const auto model = std::make_shared<const MetaModel>(openModel(startup().model.toStdString()));
        StoreThread store(other);
        ComputeArbiter arbiter;
        jobs::JobContext context{.store = &store, .arbiter = &arbiter, .progress = {}, .stop = {}, .prefixes = nullptr};
        jobs::Batch batch = smallBatch(5, 300);
        batch.reports.push_back({.files = {file}, .title = {}, .baseline = {}, .failOn = {}});
        jobs::runBatch(jobs::prepareBatch(batch, {}, false, other), "bitdesk sweep …", context);
        return path(name);
    }
};

TEST(ReportFiles, AnEndingThatIsTypedIsNotWrittenTwice) {
    ReportFiles files;
    const std::unique_ptr<QLineEdit> limits(files.limitsField());  // no form has it
    for (const char* ending : {"html", "pdf", "json"})
        files.findChild<QCheckBox*>(QLatin1String(ending))->setChecked(true);
    for (const char* typed : {"rep", "rep.html", "rep.PDF", " rep.json "}) {
        reportBase(&files)->setText(QString::fromUtf8(typed));
        EXPECT_EQ(files.files(), (QStringList{"rep.html", "rep.pdf", "rep.json"})) << typed;
    }
    reportBase(&files)->setText(QStringLiteral("night.2.results"));
    EXPECT_EQ(files.files().front(), QStringLiteral("night.2.results.html"));
    reportBase(&files)->setText(QStringLiteral(".html"));
    EXPECT_EQ(files.files().front(), QStringLiteral(".html.html")) << "a name is left";
}

TEST_F(Results, ASweepIsCopiedAsACommandLine) {
    auto* dialog = sweepDialog();
    ASSERT_NE(dialog, nullptr);
    dialog->findChild<QSpinBox*>(QStringLiteral("count"))->setValue(7);
    dialog->findChild<QSpinBox*>(QStringLiteral("limit"))->setValue(300);
    reportBase(dialog)->setText(path("my night"));
    dialog->findChild<QCheckBox*>(QStringLiteral("pdf"))->setChecked(true);
    click(dialog, "Copy as command line");
    const std::string line = QApplication::clipboard()->text().toStdString();
    EXPECT_EQ(line, jobs::toCommandLine(dialog->batch()));
    for (const char* part :
         {"bitdesk sweep ", "--configs uniform", "--configs random:7", "--limit 300", "--latency front",
          "--configs 4,4,4,4,4,4,4,4,4,4,4,4,4,4", "my night.html'", "my night.pdf'", "results.sqlite"})
        EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
}

using Small = test::SmallWorkbench;

TEST_F(Small, ASweepsSizeKnowsTheModelsWidths) {
    MetaModel model = randomModel(network(), {2, 4}, 1);
    writeModel(model, path("two.safetensors").toStdString());
    m_workbench->openModel(path("two.safetensors"));
    ASSERT_TRUE(QTest::qWaitFor([this] { return m_window->windowTitle().startsWith(QStringLiteral("two")); }, 10'000));
    ASSERT_TRUE(waitSettled());
    auto* dialog = dialogOf<SweepDialog>("Sweep");
    for (const char* name : {"random", "inHand"}) dialog->findChild<QCheckBox*>(QLatin1String(name))->setChecked(false);
    const QString size = dialog->findChild<QLabel*>(QStringLiteral("size"))->text();
    EXPECT_TRUE(size.startsWith(QStringLiteral("About 2 mixes on "))) << size.toStdString();
}

/// What the table of settings says of a number, and where no default is left to the dialog, the field has.
template <typename Row>
void expectOfTheTable(const QSpinBox* field, const Row& row, std::int64_t most) {
    SCOPED_TRACE(row.name.key);
    const jobs::SweepSpec usual;
    ASSERT_NE(field, nullptr);
    EXPECT_EQ(field->minimum(), row.kind.least);
    EXPECT_EQ(field->maximum(), std::min({row.kind.most, most, std::int64_t{std::numeric_limits<int>::max()}}));
    EXPECT_EQ(field->value(), static_cast<std::int64_t>(row.of(usual)));
    EXPECT_FALSE(field->toolTip().isEmpty());
}

TEST_F(Results, TheFieldsOfASweepAreThoseOfTheTableOfSettings) {
    auto* dialog = sweepDialog();
    const auto number = [&](const char* name) { return dialog->findChild<QSpinBox*>(QLatin1String(name)); };
    expectOfTheTable(number("seed"), jobs::kSeedSetting, jobs::kSeedSetting.kind.most);
    expectOfTheTable(number("limit"), jobs::kLimitSetting, 10'000);  // images that there are
    EXPECT_EQ(number("seed")->toolTip(), QString::fromUtf8(jobs::kSeedSetting.name.help));
    EXPECT_EQ(number("count")->maximum(), kMostConfigurations);
    const auto* latency = dialog->findChild<QComboBox*>(QStringLiteral("latency"));
    ASSERT_EQ(latency->count(), static_cast<int>(jobs::kLatencyOfSetting.kind.words.size()));
    for (const char* word : jobs::kLatencyOfSetting.kind.words)
        EXPECT_GE(latency->findData(QString::fromUtf8(word)), 0) << word;
    EXPECT_EQ(latency->currentData().toString(), QStringLiteral("front")) << "who sits here can wait for the front";
}

TEST_F(Results, ASweepIsSavedAsABatchFile) {
    auto* dialog = sweepDialog();
    dialog->findChild<QCheckBox*>(QStringLiteral("random"))->setChecked(false);
    dialog->findChild<QComboBox*>(QStringLiteral("latency"))->setCurrentIndex(2);
    click(dialog, "Save as batch file…");
    QFileDialog* files = nullptr;
    ASSERT_TRUE(QTest::qWaitFor(
        [&] { return (files = m_window->findChild<QFileDialog*>()) != nullptr && files->isVisible(); }, kPatience));
    files->setDirectory(m_folder.path());
    files->selectFile(path("night.json"));
    QMetaObject::invokeMethod(files, "accept");
    ASSERT_TRUE(QTest::qWaitFor([this] { return QFile::exists(path("night.json")); }, kPatience));
    const jobs::Batch saved = jobs::readBatch(path("night.json").toStdString());
    EXPECT_EQ(jobs::toJson(saved), jobs::toJson(dialog->batch()));
    EXPECT_EQ(saved.sweeps.at(0).latency, jobs::LatencyOf::None);
    EXPECT_EQ(saved.sweeps.at(0).configurations.size(), 2U);
}

TEST_F(Results, ASweepWithNoMixesCannotBeRun) {
    auto* dialog = sweepDialog();
    for (const char* name : {"uniform", "random", "inHand"})
        dialog->findChild<QCheckBox*>(QLatin1String(name))->setChecked(false);
    for (auto* button : dialog->findChildren<QPushButton*>())
        if (button->text() == QStringLiteral("Run")) {
            EXPECT_FALSE(button->isEnabled());
        }
    dialog->findChild<QLineEdit*>(QStringLiteral("mixFile"))->setText(QStringLiteral("mixes.txt"));
    EXPECT_EQ(dialog->batch().sweeps.at(0).configurations, std::vector<std::string>{"mixes.txt"});
}

TEST_F(Results, ASweepRunsWhileTheHandMoves) {
    ASSERT_TRUE(waitSettled());
    jobs::Batch batch = smallBatch(40, 1000);
    batch.reports.push_back({.files = {path("r.html").toStdString()}, .title = {}, .baseline = {}, .failOn = {}});
    run(batch);
    EXPECT_TRUE(m_workbench->sweep().running());
    drag(3, 4, 2);
    ASSERT_TRUE(waitSettled());
    EXPECT_EQ(bits(3), 2);
    ASSERT_TRUE(waitSwept());
    expectMessage("43 mixes evaluated");
    EXPECT_TRUE(read(path("r.html")).startsWith("<!DOCTYPE html>"));
    EXPECT_TRUE(QTest::qWaitFor([this] { return history()->rowCount() == 45; }, 5000))
        << history()->rowCount() << ": 43 of 1 000 images, two of all";
}

TEST_F(Results, ACancelledSweepGoesOnFromWhereItWas) {
    ASSERT_TRUE(waitSettled());
    run(smallBatch(120, 1000));
    ASSERT_TRUE(QTest::qWaitFor([this] { return rows().size() > 10; }, kPatience));
    QTest::mouseClick(m_window->findChild<QToolButton*>(QStringLiteral("jobCancel")), Qt::LeftButton);
    ASSERT_TRUE(waitSwept());
    const std::size_t stored = rows().size();
    EXPECT_LT(stored, 124U);
    EXPECT_TRUE(QTest::qWaitFor([&] { return history()->rowCount() == static_cast<int>(stored); }, 5000));
    run(smallBatch(120, 1000));
    ASSERT_TRUE(waitSwept());
    expectMessage(qPrintable(QStringLiteral("%1 were stored already").arg(stored - 1)));
    EXPECT_EQ(rows().size(), 124U);
}

TEST_F(Results, ASweepThatCannotBeginSaysWhy) {
    jobs::Batch batch = smallBatch(5, 100);
    batch.sweeps[0].configurations = {"no-such-mixes.txt"};
    run(batch);
    ASSERT_TRUE(waitSwept());
    expectMessage("no-such-mixes.txt");
}

TEST_F(Results, AModelThatChangedOnDiskIsNotSwept) {
    QFile::copy(startup().model, path("mine.safetensors"));
    m_workbench->openModel(path("mine.safetensors"));
    ASSERT_TRUE(QTest::qWaitFor([this] { return m_window->windowTitle().startsWith(QStringLiteral("mine")); }, 10'000));
    MetaModel other = openModel("random:resnet14", 3);
    writeModel(other, path("mine.safetensors").toStdString());
    jobs::Batch batch = smallBatch(5, 100);
    batch.sweeps[0].model = path("mine.safetensors").toStdString();
    run(batch);
    ASSERT_TRUE(waitSwept());
    expectMessage("has changed since it was opened");
}

TEST_F(Results, AReportOfTheFrontIsWritten) {
    ASSERT_TRUE(waitSettled());
    drag(3, 4, 2);
    ASSERT_TRUE(waitSettled());
    auto* dialog = reportDialog();
    ASSERT_NE(dialog, nullptr);
    EXPECT_FALSE(dialog->findChild<QRadioButton*>(QStringLiteral("inHand"))->isEnabled()) << "no baseline is pinned";
    reportBase(dialog)->setText(path("front"));
    dialog->findChild<QCheckBox*>(QStringLiteral("md"))->setChecked(true);
    dialog->findChild<QLineEdit*>(QStringLiteral("failOn"))->setText(QStringLiteral("drop>20pp; accuracy<99.9%"));
    click(dialog, "Copy as command line");
    EXPECT_TRUE(QApplication::clipboard()->text().startsWith(QStringLiteral("bitdesk report --db ")));
    EXPECT_TRUE(
        QApplication::clipboard()->text().contains(QStringLiteral("--fail-on 'drop>20pp' --fail-on 'accuracy<99.9%'")));
    click(dialog, "Write");
    expectMessage("stated limits");
    EXPECT_TRUE(read(path("front.html")).contains("all 4 (baseline)"));
    EXPECT_TRUE(read(path("front.md")).contains("broken"));
}

TEST_F(Results, AReportOfTheMixInHandAgainstTheBaseline) {
    ASSERT_TRUE(waitSettled());
    action("Pin baseline")->trigger();
    drag(0, 4, 2);
    ASSERT_TRUE(waitSettled());
    ASSERT_TRUE(QTest::qWaitFor([this] { return history()->rowCount() == 2; }, 5000));
    auto* dialog = reportDialog();
    auto* choice = dialog->findChild<QRadioButton*>(QStringLiteral("inHand"));
    ASSERT_TRUE(choice->isEnabled());
    choice->setChecked(true);
    EXPECT_EQ(dialog->ids().size(), 2U);
    reportBase(dialog)->setText(path("pair"));
    dialog->findChild<QCheckBox*>(QStringLiteral("json"))->setChecked(true);
    click(dialog, "Write");
    expectMessage("pair.json");
    const auto report = nlohmann::json::parse(read(path("pair.json")).toStdString());
    EXPECT_EQ(report["subjects"][0]["bits"][0], 4);
    EXPECT_EQ(report["subjects"][1]["bits"][0], 2);
    EXPECT_EQ(report["subjects"].size(), 2U);
}

TEST_F(Results, AReportNeverReplacesTheDatabase) {
    ASSERT_TRUE(waitSettled());
    writeReport(path("no/such/folder"));
    expectMessage("no/such/folder.html");
    QFile::copy(database(), path("copy.html"));
    writeReport(path("copy"));
    expectMessage("is a database");
}

TEST_F(Results, ASessionOpensAndStaysApart) {
    const QString session = writeSession("session.json");
    ASSERT_TRUE(waitSettled());
    const std::size_t before = rows().size();
    m_workbench->openSession(session);
    ASSERT_TRUE(QTest::qWaitFor([this] { return inSession(); }, 10'000));
    ASSERT_TRUE(QTest::qWaitFor([this] { return history()->rowCount() >= 8; }, 10'000)) << history()->rowCount();
    EXPECT_TRUE(action("Pin baseline")->isChecked()) << "its baseline is pinned";
    EXPECT_NE(mix(), (BitConfiguration{std::vector<int>(14, 4)})) << "its first other mix is in hand";
    EXPECT_GE(tradeOff()->pointCount(), 8);
    ASSERT_TRUE(waitSettled());
    for (const EvaluationSummary& row : rows())
        EXPECT_EQ(row.total, 10'000) << "nothing of the session's 300 images is stored";
    EXPECT_LE(rows().size(), before + 2) << "what was evaluated here, and nothing else";
    m_workbench->openModel(startup().model);
    EXPECT_FALSE(inSession()) << "a model of one's own leaves it";
}

/// Points that no model of ours could have given are not shown, so that a click cannot take them in hand.
TEST_F(Results, ForgedPointsOfASessionAreNotShown) {
    auto session = nlohmann::json::parse(read(writeSession("session.json")).toStdString());
    session["points"][0]["bits"][3] = 17;
    session["points"][1]["data_hash"] = "others";
    session["points"][2]["bitops"] = 1;
    const auto forged = session["points"].size();
    m_workbench->openSession(write("forged.json", QByteArray::fromStdString(session.dump())));
    ASSERT_TRUE(QTest::qWaitFor([this] { return inSession(); }, 10'000));
    ASSERT_TRUE(QTest::qWaitFor([&] { return history()->rowCount() >= static_cast<int>(forged) - 2; }, 10'000));
    int ofTheFile = 0;
    for (int i = 0; i < history()->rowCount(); ++i) {
        const EvaluationSummary& row = history()->row(i);
        ofTheFile += row.id < 0 ? 1 : 0;
        EXPECT_GT(row.bitops, 50'000'000);
        for (const int width : row.bits.bits) EXPECT_LE(width, 4);
    }
    EXPECT_EQ(ofTheFile, static_cast<int>(forged) - 2);
}

TEST_F(Results, ASessionOfAnotherModelIsRefused) {
    auto session = nlohmann::json::parse(read(writeSession("session.json")).toStdString());
    for (auto& subject : session["subjects"]) subject["model_hash"] = "0123";
    m_workbench->openSession(write("other.json", QByteArray::fromStdString(session.dump())));
    expectMessage("not the model that the session is of");
    EXPECT_FALSE(inSession());
    session["session"]["model"] = "/no/such/model.safetensors";
    m_workbench->openSession(write("gone.json", QByteArray::fromStdString(session.dump())));
    expectMessage("/no/such/model.safetensors");
    EXPECT_FALSE(inSession());
    session["session"]["model"] = "";
    m_workbench->openSession(write("unnamed.json", QByteArray::fromStdString(session.dump())));
    expectMessage("does not name its model");
    m_workbench->openSession(write("bad.json", R"({"bitdesk_report": 1, "subjects": [7]})"));
    expectMessage("bad.json");
    EXPECT_TRUE(ready());
}

TEST_F(Results, ResultsOfAnotherDatabaseOpen) {
    writeSession("session.json");  // leaves other.sqlite behind
    ASSERT_TRUE(waitSettled());
    m_workbench->openResults(path("missing.sqlite"));
    expectMessage("missing.sqlite");
    m_workbench->openResults(write("text.sqlite", QByteArray(3000, 'x')));
    expectMessage("text.sqlite");
    EXPECT_EQ(history()->rowCount(), 1) << "the present one stays";
    m_workbench->openResults(path("other.sqlite"));
    EXPECT_TRUE(QTest::qWaitFor([this] { return history()->rowCount() >= 8; }, 10'000)) << history()->rowCount();
    ASSERT_TRUE(waitSettled());
    EXPECT_EQ(rows().size(), 1U) << "what comes now goes into the other one";
}

}  // namespace
}  // namespace bitdesk
