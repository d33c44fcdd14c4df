// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QComboBox>
#include <QSpinBox>
#include <span>
#include <string>
#include <string_view>

#include "app/jobs/settings.h"

namespace bitdesk {

/// For nameSettings(): the menu entry or the field by which the window sets something; what only the command line can
/// set is named as its option.
std::string windowSettingName(std::string_view setting);

/// A number, as far as an int goes.
QSpinBox* fieldOf(const jobs::SettingName& name, const jobs::Whole& range, std::int64_t usual);
QComboBox* fieldOf(const jobs::SettingName& name, std::span<const char* const> words, const std::string& usual);

/// A field for a setting, found by its key: range or words, and help as a tool tip, are those of the table of settings;
/// `usual` is what the struct that holds it has at first.
template <typename Kind, typename Of, typename Value>
auto* field(const jobs::Setting<Kind, Of>& setting, const Value& usual) {
    if constexpr (std::is_same_v<Kind, jobs::Whole>)
        return fieldOf(setting.name, setting.kind, static_cast<std::int64_t>(usual));
    else return fieldOf(setting.name, setting.kind.words, usual);
}

}  // namespace bitdesk
