// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What the window looks like on another desktop than the developer's.
#include <QAbstractItemView>
#include <QApplication>
#include <QLabel>
#include <QTabWidget>
#include <cmath>

#include "tests/app/gui/workbench.h"

namespace bitdesk {
namespace {

/// Relative luminance and contrast as WCAG 2 defines them: 1 (the same colour) … 21 (black on white).
double luminance(const QColor& colour) {
    const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}
double contrast(const QColor& a, const QColor& b) {
    const double first = luminance(a), second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

/// A desktop that tells these colours and no others: placeholders and the like stay those of a light one.
QPalette darkPalette(const QPalette& light) {
    QPalette dark = light;
    for (const auto role : {QPalette::Window, QPalette::Base, QPalette::Button})
        dark.setColor(role, {0x23, 0x26, 0x29});
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        dark.setColor(role, {0xfc, 0xfc, 0xfc});
    dark.setColor(QPalette::PlaceholderText, light.color(QPalette::WindowText));
    return dark;
}

class Appearance : public test::Workbench {
protected:
    void TearDown() override { QApplication::setPalette(m_light); }

    /// Of every label that has something to say, in every tab, and of the rows of every table.
    void expectLegible() const {
        int seen = 0;
        for (int tab = 0; tab < widget<QTabWidget>()->count(); ++tab) {
            widget<QTabWidget>()->setCurrentIndex(tab);
            QCoreApplication::processEvents();
            for (const QLabel* label : m_window->findChildren<QLabel*>()) {
                if (!label->isVisible() || label->text().trimmed().isEmpty()) continue;
                ++seen;
                EXPECT_GE(contrast(label->palette().color(label->foregroundRole()),
                                   label->palette().color(label->backgroundRole())),
                          3)
                    << label->text().toStdString() << " in tab " << tab;
            }
        }
        for (const auto* view : m_window->findChildren<QAbstractItemView*>())
            for (const auto role : {QPalette::Base, QPalette::AlternateBase})
                EXPECT_GE(contrast(view->palette().color(QPalette::Text), view->palette().color(role)), 3)
                    << view->accessibleName().toStdString();
        EXPECT_GT(seen, 80) << "captions, figures, details and stages in five tabs";
    }

    const QPalette m_light = QApplication::palette();
};

TEST_F(Appearance, EveryLabelIsLegibleOnADarkDesktop) {
    QApplication::setPalette(darkPalette(m_light));
    open();
    ASSERT_TRUE(waitSettled());
    expectLegible();
}

TEST_F(Appearance, EveryLabelFollowsTheDesktopsChange) {
    ASSERT_TRUE(waitSettled());
    expectLegible();
    QApplication::setPalette(darkPalette(m_light));
    expectLegible();
    QApplication::setPalette(m_light);
    expectLegible();
}

TEST_F(Appearance, NothingIsCutInTheSmallestWindow) {
    ASSERT_TRUE(waitSettled());
    drag(3, 4, 2);
    ASSERT_TRUE(waitSettled());
    m_window->resize(1, 1);
    QTest::qWait(100);
    EXPECT_LE(m_window->width(), 1024);
    EXPECT_LE(m_window->height(), 700);
    for (const char* name : {"accuracyValue", "differenceValue", "bitopsValue", "weightsValue", "latencyValue"}) {
        const auto* label = m_window->findChild<QLabel*>(QLatin1String(name));
        EXPECT_LE(label->fontMetrics().horizontalAdvance(label->text()), label->width()) << name;
    }
    const auto* verdict = m_window->findChild<QLabel*>(QStringLiteral("latencyVerdict"));
    EXPECT_LE(verdict->fontMetrics().horizontalAdvance(QStringLiteral("unclear · 0.996 [0.991, 1.001]")),
              verdict->width());
    const Fader* master = faders()->master();
    EXPECT_GE(master->height(), master->minimumSizeHint().height());
    const QRect seen(master->mapTo(m_window.get(), QPoint()), master->size());
    EXPECT_TRUE(m_window->centralWidget()->geometry().contains(seen)) << "MASTER is cut";
}

}  // namespace
}  // namespace bitdesk
