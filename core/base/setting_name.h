// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

// A text that tells a user what to set names it as the shell does that he sits at: "--db" on a command line, "Open
// results…" in a window. Core knows settings by one word each: "db", "data-memory".
namespace bitdesk {

using SettingNames = std::string (*)(std::string_view setting);

/// Tells how this process's shell calls its settings; once, before any work.
void nameSettings(SettingNames names);

/// What the user knows the setting by. Without a shell the word itself, quoted: "'db'".
std::string settingName(std::string_view setting);

}  // namespace bitdesk
