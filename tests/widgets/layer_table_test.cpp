// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QListWidget>
#include <QStackedWidget>
#include <QTableView>
#include <QTest>

#include "tests/widgets/samples.h"
#include "widgets/layer_table_model.h"
#include "widgets/layer_table_view.h"

namespace bitdesk {
namespace {

using Model = LayerTableModel;

struct LayerTableTest : testing::Test {
    Model model;
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};

    void SetUp() override {
        model.setTheme(Theme::of(QPalette()));
        model.setTable(samples::table());
        model.setMix({{4, 2}});
    }
    QVariant at(int row, int column, int role = Qt::DisplayRole) const {
        return model.data(model.index(row, column), role);
    }
    std::string text(int row, int column) const { return at(row, column).toString().toStdString(); }
};

TEST_F(LayerTableTest, ShowsEveryWidthWithThePresentOneMarked) {
    ASSERT_EQ(model.rowCount(), 5);
    ASSERT_EQ(model.columnCount(), 7);
    EXPECT_EQ(text(2, Model::Layer), "conv2");
    EXPECT_EQ(text(2, Model::Requested), "2");
    EXPECT_EQ(text(2, Model::Executed), "2");
    EXPECT_EQ(text(2, model.kernelColumn()), "planes");
    EXPECT_EQ(text(2, Model::FirstWidth), "30.00");
    EXPECT_EQ(text(2, Model::FirstWidth + 1), "50.00");
    EXPECT_TRUE(at(2, Model::FirstWidth, Model::kPresentRole).toBool());
    EXPECT_FALSE(at(2, Model::FirstWidth + 1, Model::kPresentRole).toBool());
    EXPECT_EQ(text(2, model.shareColumn()), "28.6 %");  // 0.03 of 0.105
    const QString tip = at(2, Model::FirstWidth + 1, Qt::ToolTipRole).toString();
    EXPECT_TRUE(tip.contains(QStringLiteral("[49.50, 50.50]"))) << tip.toStdString();
    EXPECT_TRUE(tip.contains(QStringLiteral("n = 240")));
}

TEST_F(LayerTableTest, TimesFollowTheWidthOfTheNextLayer) {
    EXPECT_EQ(text(1, Model::FirstWidth + 1), "45.00");
    model.setMix({{4, 4}});
    EXPECT_EQ(text(1, Model::FirstWidth + 1), "46.00");
    EXPECT_EQ(text(2, model.kernelColumn()), "vnni");
}

TEST_F(LayerTableTest, OtherBitsThanAskedAreInTheWarningColour) {
    const Theme theme = Theme::of(QPalette());
    EXPECT_NE(at(1, Model::Executed, Qt::ForegroundRole).value<QColor>(), theme.warning);
    model.setMix({{2, 2}});
    EXPECT_EQ(text(1, Model::Requested), "2");
    EXPECT_EQ(text(1, Model::Executed), "4");
    EXPECT_EQ(at(1, Model::Executed, Qt::ForegroundRole).value<QColor>(), theme.warning);
    EXPECT_EQ(text(0, Model::Requested), "–");  // no fader: nothing was asked
    EXPECT_NE(at(0, Model::Executed, Qt::ForegroundRole).value<QColor>(), theme.warning);
}

TEST_F(LayerTableTest, TheClosingRowsReconcileLayersAndWholeRun) {
    EXPECT_EQ(text(model.outsideRow(), Model::Layer), "outside");
    EXPECT_EQ(text(model.outsideRow(), Model::FirstWidth), "20.00");
    EXPECT_EQ(text(model.wholeRow(), Model::Requested), "predicted 105.00 µs\nnot measured yet");
    model.setMeasured(samples::measured({{4, 2}}, std::vector<double>(40, 0.112)));
    EXPECT_EQ(text(model.wholeRow(), Model::Requested),
              "predicted 105.00 µs, error −6.2 % (−7.00 µs)\nmeasured 112.00 [109.00, 115.00] µs, n = 40");
    EXPECT_TRUE(at(model.wholeRow(), Model::Requested, Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("layers 85.00 + outside 20.00 = predicted 105.00")));
}

TEST_F(LayerTableTest, AnotherMixAndSimulatedBitsAreNotReconciled) {
    model.setMeasured(samples::measured({{4, 4}}, {0.2, 0.2}));
    EXPECT_NE(text(model.wholeRow(), Model::Requested).find("not measured yet"), std::string::npos);
    Measurement simulated = samples::measured({{4, 2}}, {0.2, 0.2});
    simulated.simulated = true;
    model.setMeasured(simulated);
    EXPECT_NE(text(model.wholeRow(), Model::Requested).find("not measured yet"), std::string::npos);
}

TEST_F(LayerTableTest, PredictsWhatTheTablePredicts) {
    for (const BitConfiguration& bits : {BitConfiguration{{2, 2}}, {{2, 4}}, {{4, 2}}, {{4, 4}}}) {
        model.setMix(bits);
        const QString predicted = QString::number(1000 * model.table()->predict(bits), 'f', 1);
        EXPECT_TRUE(at(model.wholeRow(), Model::Requested).toString().contains(predicted));
    }
}

TEST_F(LayerTableTest, SurvivesMixesAndTablesThatDoNotFit) {
    for (const BitConfiguration& bits : {BitConfiguration{}, {{4}}, {{3, 3}}, {{4, 4, 4}}}) {
        model.setMix(bits);
        for (int row = 0; row < model.rowCount(); ++row)
            for (int column = 0; column < model.columnCount(); ++column)
                for (const int role : {int{Qt::DisplayRole}, int{Qt::ToolTipRole}, int{Qt::ForegroundRole}})
                    at(row, column, role);
    }
    model.setMix({{3, 3}});
    EXPECT_EQ(text(1, model.kernelColumn()), "–");
    EXPECT_EQ(text(model.wholeRow(), Model::Requested), "no time for this mix in the table");
    LayerTable hollow;
    hollow.rows.resize(2);
    model.setTable(hollow);
    EXPECT_EQ(text(0, model.kernelColumn()), "–");
    model.setTable(std::nullopt);
    EXPECT_EQ(model.rowCount(), 0);
}

TEST_F(LayerTableTest, NamesFromFilesAreShownNotObeyed) {
    EXPECT_EQ(at(1, Model::Layer).toString().count('\n'), 0);
    EXPECT_FALSE(at(1, Model::Layer).toString().contains(QChar(0x202e)));
    EXPECT_FALSE(at(1, Model::Layer, Qt::ToolTipRole).toString().contains(QStringLiteral("<b>")));
}

LayerFinding finding() {
    return {.layer = samples::kHostile,
            .fromBits = 4,
            .toBits = 3,
            .bitopsRatio = 0.5625,
            .from = samples::cell(0.0123),
            .to = samples::cell(0.0124),
            .cause = SlowCause::MemoryBound,
            .explanation = "reads 1.2 MB at 11.3 GB/s"};
}

TEST(LayerTableView, SaysThatNothingWasMeasuredUntilItIs) {
    LayerTableView view;
    auto* pages = view.findChild<QStackedWidget*>();
    EXPECT_EQ(pages->currentIndex(), 0);
    EXPECT_TRUE(samples::label(view, "layerTableEmpty").contains(QStringLiteral("measured when the hand rests")));
    view.setMix({{4, 2}});
    view.setTable(samples::table());
    EXPECT_EQ(pages->currentIndex(), 1);
    EXPECT_TRUE(samples::label(view, "layerTableCaption").contains(QStringLiteral("Fitted from 81 mixes")));
    view.clear();
    EXPECT_EQ(pages->currentIndex(), 0);
    EXPECT_TRUE(view.model().empty());
}

TEST(LayerTableView, TheClosingRowsAndAThirdOfFindingsAreSeenWithoutScrolling) {
    LayerTableView view;
    LayerTable table = samples::table();
    while (table.rows.size() < 40) table.rows.push_back(table.rows.back());
    table.findings.assign(24, finding());
    view.resize(440, 360);
    view.setTable(table);
    view.show();
    QTest::qWait(50);
    const auto* layers = view.findChild<QTableView*>(QStringLiteral("layerTable"));
    const auto* closing = view.findChild<QTableView*>(QStringLiteral("layerTableClosing"));
    const QRect seen = closing->viewport()->rect();
    for (const int row : {view.model().outsideRow(), view.model().wholeRow()}) {
        EXPECT_TRUE(layers->isRowHidden(row));
        EXPECT_TRUE(seen.contains(closing->visualRect(view.model().index(row, Model::Layer)))) << row;
    }
    EXPECT_GE(3 * (view.findChild<QListWidget*>()->height() + 20), view.height());
    for (int column = 0; column < view.model().columnCount(); ++column) {
        EXPECT_EQ(layers->columnWidth(column), closing->columnWidth(column)) << column;
        EXPECT_LE(layers->visualRect(view.model().index(0, column)).right(), layers->viewport()->width()) << column;
    }
}

TEST(LayerTableView, ListsWhereFewerBitOpsDidNotHelp) {
    LayerTableView view;
    LayerTable table = samples::table();
    table.findings = {finding(), finding()};
    view.setTable(table);
    auto* list = view.findChild<QListWidget*>();
    ASSERT_EQ(list->count(), 2);
    EXPECT_TRUE(list->item(0)->text().endsWith(QStringLiteral(
        "4 → 3 bits · memory-bound · 12.30 [12.18, 12.42] → 12.40 [12.28, 12.52] µs\nreads 1.2 MB at 11.3 GB/s")))
        << list->item(0)->text().toStdString();
    EXPECT_TRUE(list->item(0)->toolTip().contains(QStringLiteral("11.3 GB/s")));
    EXPECT_FALSE(list->item(0)->toolTip().contains(QStringLiteral("<b>")));
    EXPECT_TRUE(samples::label(view, "findingsHeading").contains(QStringLiteral("BitOPs fell, latency did not")));
    table.findings.clear();
    view.setTable(table);
    EXPECT_EQ(list->count(), 0);
}

}  // namespace
}  // namespace bitdesk
