// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Tests without a window read errors as a command line tells them.
#include "core/base/setting_name.h"

namespace bitdesk {
namespace {

[[maybe_unused]] const bool named = [] {
    nameSettings([](std::string_view setting) { return "--" + std::string(setting); });
    return true;
}();

}  // namespace
}  // namespace bitdesk
