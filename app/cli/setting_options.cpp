// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/setting_options.h"

#include <fmt/format.h>

#include "app/cli/options.h"

namespace bitdesk::cli {
namespace {

template <typename Number>
void addRange(CLI::App& command, const jobs::SettingName& name, Number least, Number most, Number& value) {
    command.add_option(name.option, value, name.help)->capture_default_str()->check(CLI::Range(least, most));
}

/// One that is read at once, by `parse(text, option)`.
template <typename Value, typename Parse>
CLI::Option* addParsed(CLI::App& command, const jobs::SettingName& name, Value& value, const Parse& parse) {
    const auto take = [&value, option = name.option, parse](const std::string& text) { value = parse(option, text); };
    return command.add_option_function<std::string>(name.option, take, name.help);
}

}  // namespace

void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Text kind, std::string& value) {
    CLI::Option* option = command.add_option(name.option, value, name.help)->capture_default_str();
    if (kind.need == jobs::Text::Required) option->required();
    else if (kind.need != jobs::Text::Nothing) option->check(namesAFile());
}

void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Texts kind, std::vector<std::string>& value) {
    CLI::Option* option = command.add_option(name.option, value, name.help);
    if (kind.required) option->check(namesAFile());
}

void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Mixes, std::vector<std::string>& value) {
    command.add_option(name.option, value, name.help)
        ->required()
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->take_all();
}

void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Flag, bool& value) {
    command.add_flag(name.option, value, name.help);
}

void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Whole kind, int& value) {
    addRange(command, name, static_cast<int>(kind.least), static_cast<int>(kind.most), value);
}
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Whole kind, std::int64_t& value) {
    addRange(command, name, kind.least, kind.most, value);
}
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Whole, std::uint64_t& value) {
    command.add_option(name.option, value, name.help)->capture_default_str();
}
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Real kind, double& value) {
    addRange(command, name, kind.least, kind.most, value);
}

void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Bytes, std::int64_t& value) {
    addParsed(command, name, value, [](const char*, const std::string& text) { return parseDataMemory(text); });
}
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::RatioMargin, double& value) {
    addParsed(command, name, value, parseRatioMargin)->default_str(fmt::format("{}%", 100 * value));
}
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Points, double& value) {
    addParsed(command, name, value, parsePoints)->default_str(fmt::format("{}pp", 100 * value));
}

void addMargins(CLI::App& command, double& latency, double& accuracy) {
    addSetting(command, {nullptr, "--latency-margin", "ratios that do not matter: 2%, or 1.02"},
               jobs::RatioMargin{jobs::kMostMargin}, latency);
    addSetting(command, {nullptr, "--accuracy-margin", "differences that do not matter: 0.5pp"}, jobs::Points{},
               accuracy);
}

void addWord(CLI::App& command, const jobs::SettingName& name, std::string& value) {
    command.add_option(name.option, value, name.help)->capture_default_str();
}
void addWord(CLI::App& command, const jobs::SettingName& name, jobs::LatencyOf& value) {
    addParsed(command, name, value, [](const char* option, const std::string& text) {
        return jobs::parseLatencyOf(text, option);
    })->default_str(toText(value));
}

}  // namespace bitdesk::cli
