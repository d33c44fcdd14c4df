// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>
#include <string_view>

namespace bitdesk {

/// For nameSettings(): the menu entry or the field by which the window sets something; what only the command line can
/// set is named as its option.
std::string windowSettingName(std::string_view setting);

}  // namespace bitdesk
