// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/window_settings.h"

#include <algorithm>
#include <array>
#include <limits>

#include "widgets/building_blocks.h"

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
    WindowSetting{"epsilon", "“Epsilon”"}, WindowSetting{"weights-key", "“Weights”"},
    WindowSetting{"format", "“Format”"},   WindowSetting{"input", "“Input”"},
    WindowSetting{"latency", "“Latency”"}, WindowSetting{"mean", "“Mean”"},
    WindowSetting{"metric", "“Figure”"},   WindowSetting{"network", "“Network”"},
    WindowSetting{"report", "“Report”"},   WindowSetting{"std", "“standard deviation”"},
    WindowSetting{"suggest", "“Draft…”"},  WindowSetting{"threads", "--threads"},
    WindowSetting{"title", "“Title”"},     WindowSetting{"until", "“Up to”"},
};

}  // namespace

std::string windowSettingName(std::string_view setting) {
    const auto found = std::ranges::find(kSettings, setting, &WindowSetting::setting);
    return found != kSettings.end() ? found->name : "bitdesk's --" + std::string(setting);
}

QSpinBox* fieldOf(const jobs::SettingName& name, const jobs::Whole& range, std::int64_t usual) {
    const auto whole = [](std::int64_t value) {
        return static_cast<int>(std::min<std::int64_t>(value, std::numeric_limits<int>::max()));
    };
    auto* field = named(QString::fromUtf8(name.key), new QSpinBox);
    field->setToolTip(QString::fromUtf8(name.help));
    field->setRange(whole(range.least), whole(range.most));
    field->setValue(whole(usual));
    return field;
}

QComboBox* fieldOf(const jobs::SettingName& name, std::span<const char* const> words, const std::string& usual) {
    auto* field = named(QString::fromUtf8(name.key), new QComboBox);
    field->setToolTip(QString::fromUtf8(name.help));
    for (const char* word : words) field->addItem(QString::fromUtf8(word));
    field->setCurrentText(QString::fromStdString(usual));
    return field;
}

}  // namespace bitdesk
