// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>

#include "core/base/error.h"

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
    bool always = true;  ///< written into a batch file at its default, too
};
template <std::size_t N, typename Value>
std::string wordOf(const OneOf<N>& kind, const Value& value) {
    if constexpr (std::is_enum_v<Value>) return kind.words[static_cast<std::size_t>(value)];
    else return value;
}
/// Throws Error (Usage) that names `where` the word stands and lists the known ones.
template <typename Value, std::size_t N>
Value valueOfWord(const OneOf<N>& kind, const std::string& word, const std::string& where) {
    std::string known;
    for (std::size_t i = 0; i < N; ++i) {
        if (word == kind.words[i]) return static_cast<Value>(i);
        known += (i == 0 ? "" : ", ") + std::string(kind.words[i]);
    }
    throw Error(ErrorKind::Usage, where, "'" + word + "' is not known", "Known: " + known);
}

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

// Every setting of a sweep, of its latencies, of a report and of the place where they run: a row each, in the order of
// a command line. A new one is a row here, a member of the struct that holds it, and its use.

/// A member of whichever struct has it.
#define BITDESK_OF(member) ([](auto& s) -> auto& { return s.member; })

inline constexpr std::int64_t kLargestLimit = std::int64_t{1} << 40;  ///< of any --limit
inline constexpr double kMostMargin = 0.5;                            ///< of a ratio: more cannot be of no matter

inline constexpr Setting kModelSetting{
    {"model", "MODEL", "a .safetensors model, or random:NETWORK"}, Text{Text::Required}, BITDESK_OF(model)};
inline constexpr Setting kConfigurationsSetting{
    {"configurations", "--configs",
     "all, uniform, random:N, a mix such as 4,4,3,…, or a file of them; may be repeated"},
    Mixes{},
    BITDESK_OF(configurations)};
inline constexpr Setting kSeedSetting{{"seed", "--seed", "of random:N and of random:NETWORK's weights"},
                                      Whole{0, std::int64_t{1} << 53},
                                      BITDESK_OF(seed)};
inline constexpr Setting kDataSetting{
    {"data", "--data", "fashion-mnist, or a folder or file"}, Text{Text::Required}, BITDESK_OF(data)};
inline constexpr Setting kSplitSetting{
    {"split", "--split", "train, val or test"}, OneOf<3>{{"train", "val", "test"}}, BITDESK_OF(split)};
inline constexpr Setting kLimitSetting{
    {"limit", "--limit", "images, 0: all"}, Whole{0, kLargestLimit}, BITDESK_OF(limit)};
inline constexpr Setting kBatchSetting{{"batch", "--batch", "images a mini-batch"}, Whole{1, 65536}, BITDESK_OF(batch)};
inline constexpr Setting kResizeSetting{
    {"resize", "--resize",
     "image folders: shorter side before the centre is cut out; 0: the model's own, else the smallest that covers the "
     "input"},
    Whole{0, 16384},
    BITDESK_OF(choices.resize)};
inline constexpr Setting kInterpolationSetting{
    {"interpolation", "--interpolation",
     "image folders: filter of the resizing, bilinear or bicubic; auto: the model's own, else bilinear"},
    OneOf<3>{{"auto", "bilinear", "bicubic"}, false},
    BITDESK_OF(choices.interpolation)};
inline constexpr Setting kDataMemorySetting{
    {"data_memory", "--data-memory", "image folders: decoded pixels at most, as 256M or 2G (default: 1G)"},
    Bytes{{16 << 20, std::int64_t{1} << 40}},
    BITDESK_OF(choices.memory)};
inline constexpr Setting kSkipBadSetting{
    {"skip_bad", "--skip-bad", "image folders: leave out files that cannot be read"},
    Flag{},
    BITDESK_OF(choices.skipBad)};
inline constexpr Setting kClassMapSetting{{"class_map", "--class-map",
                                           "where names do not tell which class of the model each class of the data "
                                           "is: by-number (from-0, from-1), or a JSON "
                                           "file of {\"data's class\": \"model's class\", …}"},
                                          Text{Text::NotEmpty},
                                          BITDESK_OF(choices.classes)};
inline constexpr Setting kExifSetting{
    {"exif", "--exif", "image folders: turn images as their EXIF orientation says"}, Flag{}, BITDESK_OF(choices.exif)};

/// Of a sweep, as a user writes it (SweepSpec).
inline constexpr std::tuple kSweepSettings{
    kModelSetting,   kDataSetting,     kSplitSetting,  kConfigurationsSetting, kSeedSetting,
    kLimitSetting,   kBatchSetting,    kResizeSetting, kInterpolationSetting,  kDataMemorySetting,
    kSkipBadSetting, kClassMapSetting, kExifSetting};

inline constexpr Setting kLatencyOfSetting{{"of", "--latency", "whose latency to measure: none, front or all"},
                                           OneOf<3>{{"none", "front", "all"}},
                                           BITDESK_OF(latency),
                                           InJob{"latency", true}};

/// Of the latencies that a sweep measures (SweepLatency): in a batch file an object of its own.
inline constexpr std::tuple kLatencySettings{
    kLatencyOfSetting,
    Setting{{"batch", "--latency-batch", "images a timed run"},
            Whole{1, 65536},
            BITDESK_OF(latencyBatch),
            InJob{"latency_batch", true}},
    Setting{{"noise", "--noise", "latency: stop when each median is known to this share"},
            Real{0, 1},
            BITDESK_OF(effort.noise),
            InJob{"noise", true}},
    Setting{{"max_seconds", "--max-seconds", "latency: of a run of some two dozen mixes, at most"},
            Real{0.001, 1e6},
            BITDESK_OF(effort.maxSeconds),
            InJob{"max_seconds", true}},
    Setting{{"samples", "--samples", "latency: exactly so many runs; 0: as many as --noise takes"},
            Whole{0, 10'000'000},
            BITDESK_OF(effort.samples),
            InJob{"samples", true}},
    // Nobody sets it apart: it is the sweep's.
    Setting{{}, Whole{}, BITDESK_OF(effort.seed), InJob{"seed", true}},
    Setting{{"margin", "--margin", "ratios of latencies that do not matter"},
            RatioMargin{kMostMargin},
            BITDESK_OF(margin),
            InJob{"margin", true}}};

/// Of a report on what sweeps found (ReportSpec).
inline constexpr std::tuple kReportSettings{
    Setting{{"out", "--report", "write a report to FILE.{html,pdf,md,csv,json}; may be repeated"},
            Texts{true},
            BITDESK_OF(files)},
    Setting{{"fail_on", "--fail-on", "exit code 1 where a mix of the report breaks it: drop>0.5pp"},
            Texts{},
            BITDESK_OF(failOn)},
    Setting{{"baseline", "--baseline", "BITS that the report compares with"}, Text{}, BITDESK_OF(baseline)},
    Setting{{"title", "--title", "of the report"}, Text{}, BITDESK_OF(title)}};

/// Which executor, and where (Batch).
inline constexpr std::tuple kDeviceSettings{
    Setting{{"device", "--device", "cpu or cuda:N"}, Text{}, BITDESK_OF(device)},
    Setting{{"backend", "--backend", "which executor"}, Text{}, BITDESK_OF(backend)},
    Setting{{"threads", "--threads", "0: all CPUs"}, Whole{0, 4096}, BITDESK_OF(threads)}};

/// Where results are kept (Batch).
inline constexpr std::tuple kStoreSettings{Setting{
    {"db", "--db", "results database (default: the user's data folder)"}, Text{Text::NamedOption}, BITDESK_OF(db)}};

#undef BITDESK_OF

}  // namespace bitdesk::jobs
