// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <QApplication>
#include <QStandardPaths>

#include "app/gui/window_settings.h"
#include "core/base/setting_name.h"

int main(int argc, char** argv) {
    QStandardPaths::setTestModeEnabled(true);  // no test touches the user's settings
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("bitdesk-gui-tests"));
    QApplication::setOrganizationName(QStringLiteral("bitdesk-gui-tests"));
    bitdesk::nameSettings(bitdesk::windowSettingName);
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
