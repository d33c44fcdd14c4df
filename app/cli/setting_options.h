// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <string>
#include <type_traits>

#include "app/cli/options.h"
#include "app/jobs/settings.h"
#include "app/jobs/sweep_job.h"

// Options of the command line for settings.
namespace bitdesk::cli {

/// One that is read at once, by `parse(option, text)`; help shows `usual` as its default.
template <typename Value, typename Parse>
void addParsed(CLI::App& command, const jobs::SettingName& name, Value& value, const Parse& parse,
               const std::string& usual) {
    const auto take = [&value, option = name.option, parse](const std::string& text) { value = parse(option, text); };
    command.add_option_function<std::string>(name.option, take, name.help)->default_str(usual);
}

/// Is set where the option is given, else stays as it is, which help shows as the default. `value` must outlive the
/// command.
template <typename Kind, typename Value>
void addSetting(CLI::App& command, const jobs::SettingName& name, const Kind& kind, Value& value) {
    if constexpr (std::is_same_v<Kind, jobs::Flag>) {
        command.add_flag(name.option, value, name.help);
    } else if constexpr (std::is_same_v<Kind, jobs::Bytes>) {
        addParsed(
            command, name, value, [](const char*, const std::string& text) { return parseDataMemory(text); }, "");
    } else if constexpr (std::is_same_v<Kind, jobs::RatioMargin>) {
        addParsed(command, name, value, parseRatioMargin, fmt::format("{}%", 100 * value));
    } else if constexpr (std::is_same_v<Kind, jobs::Points>) {
        addParsed(command, name, value, parsePoints, fmt::format("{}pp", 100 * value));
    } else if constexpr (std::is_enum_v<Value>) {
        const auto parse = [kind](const char* option, const std::string& text) {
            return jobs::valueOfWord<Value>(kind, text, option);
        };
        addParsed(command, name, value, parse, jobs::wordOf(kind, value));
    } else if constexpr (std::is_same_v<Kind, jobs::Texts>) {
        CLI::Option* option = command.add_option(name.option, value, name.help);
        if (kind.required) option->check(namesAFile());
    } else if constexpr (std::is_same_v<Kind, jobs::Mixes>) {
        repeated(command.add_option(name.option, value, name.help))->required();
    } else {
        CLI::Option* option = command.add_option(name.option, value, name.help)->capture_default_str();
        if constexpr (std::is_same_v<Kind, jobs::Text>) {
            option->required(kind.need == jobs::Text::Required);
            if (kind.need == jobs::Text::NamedOption || kind.need == jobs::Text::NotEmpty) option->check(namesAFile());
        } else if constexpr (!std::is_unsigned_v<Value> && !std::is_same_v<Value, std::string>) {
            option->check(CLI::Range(static_cast<Value>(kind.least), static_cast<Value>(kind.most)));
        }
    }
}

/// An option for each row that has one.
template <typename Table, typename Spec>
void addSettings(CLI::App& command, const Table& table, Spec& spec) {
    jobs::eachSetting(table, [&](const auto& row) {
        if (row.name.option != nullptr) addSetting(command, row.name, row.kind, row.of(spec));
    });
}

/// --latency-margin, --accuracy-margin
inline void addMargins(CLI::App& command, double& latency, double& accuracy) {
    addSetting(command, {nullptr, "--latency-margin", "ratios that do not matter: 2%, or 1.02"},
               jobs::RatioMargin{jobs::kMostMargin}, latency);
    addSetting(command, {nullptr, "--accuracy-margin", "differences that do not matter: 0.5pp"}, jobs::Points{},
               accuracy);
}

}  // namespace bitdesk::cli
