// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/job_dialog.h"

#include <QDialogButtonBox>
#include <QEvent>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>
#include <filesystem>

#include "app/gui/progress_strip.h"
#include "core/present/words.h"
#include "widgets/building_blocks.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {

JobDialog::JobDialog(const QString& name, const QString& title, const QString& startText, QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(title);
    setObjectName(name);
    setAttribute(Qt::WA_DeleteOnClose);
    m_fields = new QWidget;
    m_form = new QFormLayout(m_fields);
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_fields->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_fields);
    column->addWidget(createOutcome(), 1);
    column->addWidget(createButtons(startText));
    connect(&m_task, &Task::progressed, this, [this](const Progress& progress) {
        m_activity->setText(QString::fromStdString(progress.activity + remainingText(progress.remainingSeconds)));
        m_bar->setValue(static_cast<int>(progress.fraction * m_bar->maximum()));
    });
    connect(&m_task, &Task::failed, this, [this](const Error& error) {
        end();
        showProblem(m_failure, QString::fromUtf8(error.what()));
    });
    connect(&m_task, &Task::cancelled, this, [this] {
        end();
        showCancelled();
    });
}

QWidget* JobDialog::createOutcome() {
    m_activity = new QLabel;
    m_activity->setTextFormat(Qt::PlainText);
    m_bar = new QProgressBar;
    m_bar->setRange(0, 1000);
    m_bar->setTextVisible(false);
    m_bar->setFixedHeight(fontMetrics().height() - 4);
    m_bar->setAccessibleName(u"Progress"_s);
    m_headline = named(u"headline"_s, new QLabel);
    m_headline->setTextFormat(Qt::PlainText);
    m_headline->setFont(Theme::figures(font(), 1, true));
    m_outcome = named(u"outcome"_s, new QPlainTextEdit, u"What came of it"_s);
    m_outcome->setReadOnly(true);
    m_outcome->setTabChangesFocus(true);
    constexpr int kLines = 9;
    m_outcome->setMinimumHeight(kLines * fontMetrics().lineSpacing());
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    for (QWidget* part : {static_cast<QWidget*>(m_activity), static_cast<QWidget*>(m_bar),
                          static_cast<QWidget*>(m_headline), static_cast<QWidget*>(m_outcome)}) {
        column->addWidget(part);
        part->hide();
    }
    column->addStretch();
    column->setStretchFactor(m_outcome, 1);
    return box;
}

QWidget* JobDialog::createButtons(const QString& startText) {
    auto* buttons = named(u"buttons"_s, new QDialogButtonBox(QDialogButtonBox::Close));
    m_start = named(u"start"_s, buttons->addButton(startText, QDialogButtonBox::AcceptRole));
    m_start->setDefault(true);
    m_close = named(u"close"_s, buttons->button(QDialogButtonBox::Close));
    m_close->setAutoDefault(false);
    m_close->setText(u"Close"_s);
    connect(m_start, &QPushButton::clicked, this, &JobDialog::startWanted);
    connect(m_close, &QPushButton::clicked, this, &JobDialog::reject);
    return buttons;
}

QPushButton* JobDialog::addButton(const QString& text) {
    auto* button = findChild<QDialogButtonBox*>(u"buttons"_s)->addButton(text, QDialogButtonBox::ActionRole);
    button->setAutoDefault(false);
    m_afterwards << button;
    return button;
}

void JobDialog::reject() {
    if (!running()) return QDialog::reject();
    m_ending = true;
    m_activity->setText(u"ending …"_s);
    m_close->setEnabled(false);
    m_task.cancel();
}

void JobDialog::refresh() {
    const QString reason = missing();
    m_start->setEnabled(!running() && reason.isEmpty());
    m_start->setToolTip(reason);
    m_start->setDefault(true);
    for (QPushButton* button : m_afterwards) button->setEnabled(!running() && m_done);
}

void JobDialog::begin(const QString& activity, const QString& failure) {
    m_failure = failure;
    m_done = m_ending = false;
    m_fields->setEnabled(false);
    m_headline->hide();
    m_outcome->hide();
    m_headline->clear();
    m_outcome->clear();
    m_activity->setText(activity);
    m_bar->setValue(0);
    m_activity->show();
    m_bar->show();
    m_close->setText(u"Cancel"_s);
    m_start->setEnabled(false);
    for (QPushButton* button : m_afterwards) button->setEnabled(false);
    m_close->setFocus();
}

void JobDialog::end() {
    m_fields->setEnabled(true);
    m_activity->hide();
    m_bar->hide();
    m_close->setText(u"Close"_s);
    m_close->setEnabled(true);
    refresh();
}

void JobDialog::showOutcome(const QString& headline, const QString& text) { tell(headline, text, false); }
void JobDialog::showProblem(const QString& headline, const QString& text) { tell(headline, text, true); }

void JobDialog::showCancelled() {
    tell(u"Cancelled"_s, u"Nothing was written."_s, false);
    m_done = false;
    refresh();
}

void JobDialog::tell(const QString& headline, const QString& text, bool failed) {
    m_failed = failed;
    m_done = !failed;
    m_headline->setText(headline);
    m_outcome->setPlainText(text);
    m_headline->show();
    m_outcome->setVisible(!text.isEmpty());
    colourHeadline();
    refresh();
    if (m_done) m_close->setDefault(true);  // Enter must not do it all again
    emit ended();
}

void JobDialog::colourHeadline() {
    const Theme theme = Theme::of(palette());
    setTextColour(*m_headline, m_failed ? theme.warning : theme.text);
}

void JobDialog::changeEvent(QEvent* event) {
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_headline != nullptr) colourHeadline();
}

void JobDialog::confirmReplacing(const QString& file, const std::function<void()>& go) {
    if (file == m_confirmed) {
        m_confirmed.clear();
        return go();
    }
    const auto isThere = [path = std::filesystem::path(file.toStdString())] {
        std::error_code code;
        return std::filesystem::is_regular_file(path, code);
    };
    run(u"looking at %1"_s.arg(QFileInfo(file).fileName()), QString(), isThere, [this, file, go](bool there) {
        if (m_ending) showCancelled();
        else if (there) askReplacing(file, go);
        else go();
    });
}

void JobDialog::askReplacing(const QString& file, std::function<void()> go) {
    auto* box = new QMessageBox(QMessageBox::Question, windowTitle(),
                                u"%1 exists already."_s.arg(QFileInfo(file).fileName()), QMessageBox::Cancel, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(u"Replace it? What it holds is lost."_s);
    auto* replace = box->addButton(u"Replace"_s, QMessageBox::AcceptRole);
    box->setDefaultButton(QMessageBox::Cancel);
    connect(replace, &QPushButton::clicked, this, [go = std::move(go)] { go(); });
    box->open();
}

}  // namespace bitdesk
