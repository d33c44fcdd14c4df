// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/progress_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include "core/present/words.h"
#include "widgets/building_blocks.h"
#include "widgets/format.h"

namespace bitdesk {

ProgressStrip::ProgressStrip(const QString& name, const QString& widest, const QString& cancelToolTip) {
    setObjectName(name);
    m_text = named(name + u"Text"_s, new QLabel);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setMinimumWidth(fontMetrics().horizontalAdvance(widest));
    m_bar = new QProgressBar;
    m_bar->setRange(0, 1000);
    m_bar->setTextVisible(false);
    m_bar->setFixedWidth(110);
    m_bar->setFixedHeight(fontMetrics().height() - 4);
    m_bar->setAccessibleName(u"Progress"_s);
    m_cancel = named(name + u"Cancel"_s, new QToolButton);
    m_cancel->setText(u"Cancel"_s);
    m_cancel->setToolTip(cancelToolTip);
    connect(m_cancel, &QToolButton::clicked, this, [this] {
        m_text->setText(u"ending …"_s);
        m_cancel->setEnabled(false);
        emit cancelled();
    });
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(6, 0, 6, 0);
    row->addWidget(m_text);
    row->addWidget(m_bar);
    row->addWidget(m_cancel);
    hide();
}

void ProgressStrip::begin(const QString& text) {
    m_cancel->setEnabled(true);
    m_text->setText(text);
    m_bar->setValue(0);
    setVisible(true);
}

void ProgressStrip::tell(const Progress& progress, const QString& of) {
    if (m_cancel->isEnabled())
        m_text->setText(of + QString::fromStdString(progress.activity + remainingText(progress.remainingSeconds)));
    m_bar->setValue(static_cast<int>(progress.fraction * m_bar->maximum()));
}

}  // namespace bitdesk
