// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>

// What a setting is, whoever asks: the command line, a batch file, the key of a resumed job, a dialog, a test of docs.
namespace bitdesk::jobs {

/// Kinds of settings: of which type the value is, and in which range. What reads, writes or offers settings has a case
/// for each; a kind that one of them does not know does not compile.
/// A std::string.
struct Text {
    enum Need {
        Nothing,      ///< empty: not said
        NamedOption,  ///< an option is not given empty; a batch file may
        NotEmpty,     ///< not empty once it is said
        Required      ///< and said
    } need = Nothing;
};
/// A std::vector<std::string>.
struct Texts {
    bool required = false;  ///< at least one
};
struct Mixes {};  ///< configurations, the same: words, in a batch file also lists of bits; at least one
struct Flag {};   ///< a bool
/// A whole number. The command line lets unsigned ones be larger.
struct Whole {
    std::int64_t least = 0, most = 0;
};
struct Real {
    double least = 0, most = 0;
};
/// A std::int64_t: bytes in a batch file, "256M" on a command line; 0: not said.
struct Bytes : Whole {};
/// A double: a share in a batch file, "2%" or "1.02" on a command line.
struct RatioMargin {
    double most = 0;
};
/// A double: a difference of accuracies, "0.5pp" on a command line.
struct Points {};
/// One of some words: a std::string, or an enum that counts them from 0.
template <std::size_t N>
struct OneOf {
    std::array<const char*, N> words;
};

/// Under which key a job tells a setting that makes it another work than with another value.
struct InJob {
    const char* key = nullptr;  ///< nullptr: it does not, or the hash of model, data or mixes says it already
    /// Also at its default. Settings that came after 0.1 are told only where they differ: older jobs are resumed.
    bool always = false;
};

/// How a setting is called.
struct SettingName {
    const char* key = nullptr;     ///< in a batch file; nullptr: it is in none
    const char* option = nullptr;  ///< on the command line, "MODEL" for the first word; nullptr: there is none
    const char* help = nullptr;
};

/// One row of a table of settings. `of(spec)` is the value in whatever struct has it; its default is that of the
/// struct.
template <typename Kind, typename Of>
struct Setting {
    SettingName name;
    Kind kind;
    Of of;
    InJob inJob = {};
};
template <typename Kind, typename Of>
Setting(SettingName, Kind, Of, InJob = {}) -> Setting<Kind, Of>;

/// Calls `visit(row)` for each row of a table, in its order.
template <typename Table, typename Visit>
void eachSetting(const Table& table, const Visit& visit) {
    std::apply([&](const auto&... row) { (visit(row), ...); }, table);
}

}  // namespace bitdesk::jobs
