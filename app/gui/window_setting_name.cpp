// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/window_setting_name.h"

#include <algorithm>
#include <array>

namespace bitdesk {
namespace {

struct WindowSetting {
    std::string_view setting;
    const char* name;
};
constexpr std::array kSettings{
    WindowSetting{"bits", "“Bit-widths”"}, WindowSetting{"configs", "“Mixes”"},
    WindowSetting{"data", "“Images”"},     WindowSetting{"db", "File ▸ Open results…"},
    WindowSetting{"device", "--device"},   WindowSetting{"fail-on", "“Limits”"},
    WindowSetting{"format", "“Format”"},   WindowSetting{"input", "“Input”"},
    WindowSetting{"latency", "“Latency”"}, WindowSetting{"mean", "“Mean”"},
    WindowSetting{"metric", "“Figure”"},   WindowSetting{"network", "“Network”"},
    WindowSetting{"report", "“Report”"},   WindowSetting{"std", "“standard deviation”"},
    WindowSetting{"suggest", "“Draft…”"},  WindowSetting{"threads", "--threads"},
    WindowSetting{"title", "“Title”"},
};

}  // namespace

std::string windowSettingName(std::string_view setting) {
    const auto found = std::ranges::find(kSettings, setting, &WindowSetting::setting);
    return found != kSettings.end() ? found->name : "bitdesk's --" + std::string(setting);
}

}  // namespace bitdesk
