// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/segment_switch.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>

#include "widgets/theme.h"

namespace bitdesk {

SegmentSwitch::SegmentSwitch(const QStringList& choices, QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    m_buttons = new QButtonGroup(this);
    for (int i = 0; i < choices.size(); ++i) {
        auto* button = new QToolButton;
        button->setText(choices[i]);
        button->setCheckable(true);
        button->setChecked(i == 0);
        button->setAutoRaise(true);
        button->setFont(Theme::figures(font(), 0.85, false));
        m_buttons->addButton(button, i);
        row->addWidget(button);
    }
    connect(m_buttons, &QButtonGroup::idClicked, this, &SegmentSwitch::chosen);
}

void SegmentSwitch::setChoice(int index) { m_buttons->button(index)->setChecked(true); }
int SegmentSwitch::choice() const { return m_buttons->checkedId(); }

}  // namespace bitdesk
