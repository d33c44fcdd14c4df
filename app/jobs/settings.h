// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <tuple>

#include "app/jobs/setting.h"

// Every setting of a sweep, of its latencies, of a report and of the place where they run: a row each, in the order of
// a command line. A new one is a row here, a member of the struct that holds it, and its use.
namespace bitdesk::jobs {

inline constexpr std::int64_t kLargestLimit = std::int64_t{1} << 40;  ///< of any --limit
inline constexpr double kMostMargin = 0.5;                            ///< of a ratio: more cannot be of no matter

inline constexpr Setting kModelSetting{{"model", "MODEL", "a .safetensors model, or random:NETWORK"},
                                       Text{Text::Required}, [](auto& s) -> auto& {return s.model;
}  // namespace bitdesk::jobs
}
;
inline constexpr Setting kConfigurationsSetting{
    {"configurations", "--configs",
     "all, uniform, random:N, a mix such as 4,4,3,…, or a file of them; may be repeated"},
    Mixes{}, [](auto& s) -> auto& {return s.configurations;
}
}
;
inline constexpr Setting kSeedSetting{{"seed", "--seed", "of random:N and of random:NETWORK's weights"},
                                      Whole{0, std::int64_t{1} << 53}, [](auto& s) -> auto& {return s.seed;
}
}
;
inline constexpr Setting kDataSetting{{"data", "--data", "fashion-mnist, or a folder or file"}, Text{Text::Required},
                                      [](auto& s) -> auto& {return s.data;
}
}
;
inline constexpr Setting kSplitSetting{{"split", "--split", "train, val or test"}, OneOf<3>{{"train", "val", "test"}},
                                       [](auto& s) -> auto& {return s.split;
}
}
;
inline constexpr Setting kLimitSetting{{"limit", "--limit", "images, 0: all"}, Whole{0, kLargestLimit},
                                       [](auto& s) -> auto& {return s.limit;
}
}
;
inline constexpr Setting kBatchSetting{{"batch", "--batch", "images a mini-batch"}, Whole{1, 65536},
                                       [](auto& s) -> auto& {return s.batch;
}
}
;
inline constexpr Setting kResizeSetting{
    {"resize", "--resize",
     "image folders: shorter side before the centre is cut out; 0: the smallest that covers the input"},
    Whole{0, 16384}, [](auto& s) -> auto& {return s.choices.resize;
}
}
;
inline constexpr Setting kDataMemorySetting{
    {"data_memory", "--data-memory", "image folders: decoded pixels at most, as 256M or 2G (default: 1G)"},
    Bytes{{16 << 20, std::int64_t{1} << 40}}, [](auto& s) -> auto& {return s.choices.memory;
}
}
;
inline constexpr Setting kSkipBadSetting{
    {"skip_bad", "--skip-bad", "image folders: leave out files that cannot be read"}, Flag{},
    [](auto& s) -> auto& {return s.choices.skipBad;
}
}
;
inline constexpr Setting kClassMapSetting{{"class_map", "--class-map",
                                           "where names do not tell which class of the model each class of the data "
                                           "is: by-number (from-0, from-1), or a JSON "
                                           "file of {\"data's class\": \"model's class\", …}"},
                                          Text{Text::NotEmpty}, [](auto& s) -> auto& {return s.choices.classes;
}
}
;
inline constexpr Setting kExifSetting{{"exif", "--exif", "image folders: turn images as their EXIF orientation says"},
                                      Flag{}, [](auto& s) -> auto& {return s.choices.exif;
}
}
;

/// Of a sweep, as a user writes it (SweepSpec).
inline constexpr std::tuple kSweepSettings{
    kModelSetting, kDataSetting,   kSplitSetting,      kConfigurationsSetting, kSeedSetting,     kLimitSetting,
    kBatchSetting, kResizeSetting, kDataMemorySetting, kSkipBadSetting,        kClassMapSetting, kExifSetting};

/// Of the latencies that a sweep measures (SweepLatency): in a batch file an object of its own.
inline constexpr std::tuple kLatencySettings{
    Setting{{"of", "--latency", "whose latency to measure: none, front or all"}, OneOf<3>{{"none", "front", "all"}},
            [](auto& s) -> auto& {return s.latency;
}
, InJob { "latency", true }
}
, Setting{{"batch", "--latency-batch", "images a timed run"}, Whole{1, 65536},
          [](auto& s) -> auto& {return s.latencyBatch;
}
, InJob { "latency_batch", true }
}
, Setting{{"noise", "--noise", "latency: stop when each median is known to this share"}, Real{0, 1},
          [](auto& s) -> auto& {return s.effort.noise;
}
, InJob { "noise", true }
}
, Setting{{"max_seconds", "--max-seconds", "latency: of a run of some two dozen mixes, at most"}, Real{0.001, 1e6},
          [](auto& s) -> auto& {return s.effort.maxSeconds;
}
, InJob { "max_seconds", true }
}
, Setting{{"samples", "--samples", "latency: exactly so many runs; 0: as many as --noise takes"}, Whole{0, 10'000'000},
          [](auto& s) -> auto& {return s.effort.samples;
}
, InJob { "samples", true }
}
,
    // Nobody sets it apart: it is the sweep's.
    Setting{{}, Whole{}, [](auto& s) -> auto& {return s.effort.seed;
}
, InJob { "seed", true }
}
, Setting {
    {"margin", "--margin", "ratios of latencies that do not matter"}, RatioMargin{kMostMargin}, [](auto& s) -> auto& {
        return s.margin;
    }
    , InJob { "margin", true }
}
}
;

/// Of a report on what sweeps found (ReportSpec).
inline constexpr std::tuple kReportSettings{
    Setting{{"out", "--report", "write a report to FILE.{html,pdf,md,csv,json}; may be repeated"}, Texts{true},
            [](auto& s) -> auto& {return s.files;
}
}
, Setting{{"fail_on", "--fail-on", "exit code 1 where a mix of the report breaks it: drop>0.5pp"}, Texts{},
          [](auto& s) -> auto& {return s.failOn;
}
}
, Setting{{"baseline", "--baseline", "BITS that the report compares with"}, Text{},
          [](auto& s) -> auto& {return s.baseline;
}
}
, Setting {
    {"title", "--title", "of the report"}, Text{}, [](auto& s) -> auto& { return s.title; }
}
}
;

/// Which executor, and where (Batch).
inline constexpr std::tuple kDeviceSettings{
    Setting{{"device", "--device", "cpu or cuda:N"}, Text{}, [](auto& s) -> auto& {return s.device;
}
}
, Setting{{"backend", "--backend", "packed, reference or portable (default: packed on the CPU, reference on a GPU)"},
          Text{}, [](auto& s) -> auto& {return s.backend;
}
}
, Setting {
    {"threads", "--threads", "0: all CPUs"}, Whole{0, 4096}, [](auto& s) -> auto& { return s.threads; }
}
}
;

/// Where results are kept (Batch).
inline constexpr std::tuple kStoreSettings{Setting{{"db", "--db", "results database (default: the user's data folder)"},
                                                   Text{Text::NamedOption}, [](auto& s) -> auto& {return s.db;
}
}
}
;

}  // namespace bitdesk::jobs
