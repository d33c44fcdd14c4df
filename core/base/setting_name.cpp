// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/setting_name.h"

#include <atomic>

namespace bitdesk {
namespace {

std::atomic<SettingNames> shellNames = nullptr;

}  // namespace

void nameSettings(SettingNames names) { shellNames = names; }

std::string settingName(std::string_view setting) {
    const SettingNames names = shellNames;
    return names != nullptr ? names(setting) : "'" + std::string(setting) + "'";
}

}  // namespace bitdesk
