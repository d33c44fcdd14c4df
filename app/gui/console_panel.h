// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QStackedWidget>

namespace bitdesk {

class Workbench;

/// The faders below, their consequences above; before there is a model, what to do.
class ConsolePanel : public QStackedWidget {
    Q_OBJECT
public:
    explicit ConsolePanel(Workbench& workbench, QWidget* parent = nullptr);
};

}  // namespace bitdesk
