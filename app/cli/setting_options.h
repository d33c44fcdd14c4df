// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "app/cli/verb.h"
#include "app/jobs/settings.h"
#include "app/jobs/sweep_job.h"

// Options of the command line for tables of settings: a kind of setting has one overload.
namespace bitdesk::cli {

// Each is set where the option is given, else stays as it is, which help shows as the default.
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Text kind, std::string& value);
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Texts kind, std::vector<std::string>& value);
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Mixes kind, std::vector<std::string>& value);
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Flag kind, bool& value);
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Whole kind, int& value);
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Whole kind, std::int64_t& value);
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Whole kind, std::uint64_t& value);
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Bytes kind, std::int64_t& value);
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Real kind, double& value);
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::RatioMargin kind, double& value);
void addSetting(CLI::App& command, const jobs::SettingName& name, jobs::Points kind, double& value);
/// --latency-margin, --accuracy-margin
void addMargins(CLI::App& command, double& latency, double& accuracy);
/// Of a word that is looked up with what it names.
void addWord(CLI::App& command, const jobs::SettingName& name, std::string& value);
void addWord(CLI::App& command, const jobs::SettingName& name, jobs::LatencyOf& value);
template <std::size_t N, typename Value>
void addSetting(CLI::App& command, const jobs::SettingName& name, const jobs::OneOf<N>&, Value& value) {
    addWord(command, name, value);
}

/// An option for each row that has one. `spec` must outlive the command.
template <typename Table, typename Spec>
void addSettings(CLI::App& command, const Table& table, Spec& spec) {
    jobs::eachSetting(table, [&](const auto& row) {
        if (row.name.option != nullptr) addSetting(command, row.name, row.kind, row.of(spec));
    });
}

}  // namespace bitdesk::cli
