// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/results/layer_table.h"
#include "core/results/trade_off.h"

namespace bitdesk {

/// What a network says of one of its layers, where the model is at hand; quantizable and fixed ones, in graph order.
struct ReportLayer {
    std::string name;
    int quantizable = -1;  ///< its index among the quantizable layers; −1: fixed
    std::int64_t macs = 0;
};
template <SelfOf<ReportLayer> Self>
void fields(Self& s, const auto& visit) {
    visit("name", s.name);
    visit("fader", IndexOrNone{s.quantizable});
    visit("macs", s.macs);
}

/// One mix under comparison, of whichever model, run or machine. At least one of the two results is there.
struct ReportSubject {
    std::string label;  ///< as the user named it; empty: none
    std::string modelName, modelHash;
    BitConfiguration bits;
    std::optional<Evaluation> evaluation;
    std::optional<Measurement> measurement;
};

/// A point of the trade-off plot: a mix that was evaluated, with its latency where it was measured.
struct ReportPoint {
    EvaluationSummary evaluation;
    std::optional<RunLatency> latency;
};

/// A limit that a script stated, held against what was found.
struct ReportLimit {
    std::string subject;  ///< what it is of: a label or a mix
    std::string name;     ///< as it was stated: "drop>0.5pp"
    bool broken = false;
    std::string reason;  ///< one sentence with the figures
};
template <SelfOf<ReportLimit> Self>
void fields(Self& s, const auto& visit) {
    visit("subject", s.subject);
    visit("name", s.name);
    visit("broken", s.broken);
    visit("reason", s.reason);
}

/// What a user says of a report.
struct ReportWishes {
    std::string title;    ///< empty: one is made
    std::string command;  ///< that repeats the report, as typed
    double accuracyMargin = AccuracyLimits().margin, latencyMargin = LatencyLimits().margin;
    /// What a session needs to be opened again: as the user named them; may be empty.
    std::string modelFile, dataSpec, split, database;
};

/// What a report is made from: gathered by a job, compared by makeReport(). Every text in it may come from a file
/// or a user, and is data: a format escapes it.
struct ReportInput : ReportWishes {
    std::string version;  ///< of the program
    std::string createdAt;
    std::vector<ReportSubject> subjects;  ///< at least one; the first is the baseline
    std::vector<ReportPoint> points;      ///< all mixes of the trade-off, the subjects' among them
    std::vector<ReportLayer> layers;      ///< empty: the model is not at hand
    std::vector<std::string> classNames;  ///< empty: not known
    std::vector<LayerFinding> findings;   ///< layers that fewer bits do not make faster, where a table is stored
    std::vector<ReportLimit> limits;
    std::vector<std::string> notes;  ///< what the gathering left out, a sentence each
};

/// Images on which a subject and the baseline differ, of one true class.
struct ClassFlips {
    int label = 0;
    std::int64_t bothRight = 0;
    std::int64_t lost = 0;    ///< right in the baseline alone
    std::int64_t gained = 0;  ///< right in the subject alone
};
template <SelfOf<ClassFlips> Self>
void fields(Self& s, const auto& visit) {
    visit("class", s.label);
    visit("both_right", s.bothRight);
    visit("lost", s.lost);
    visit("gained", s.gained);
}

/// How a subject compares with the baseline.
struct ReportComparison {
    std::optional<AccuracyComparison> accuracy;  ///< nothing for the baseline itself
    std::optional<LatencyComparison> latency;
    std::vector<ClassFlips> flips;  ///< empty where they share no images
    std::string verdict;            ///< one sentence
};

/// A whole report, whatever the format.
struct Report {
    ReportInput input;
    std::string summary;                        ///< the verdict over all, one to three sentences
    std::vector<ReportComparison> comparisons;  ///< by subject
    std::vector<std::size_t> tradeOff;          ///< indices of the points on the baseline's images: no others mix
    std::vector<std::size_t> bitopsFront;       ///< indices into input.points, by ascending cost
    std::vector<std::size_t> latencyFront;      ///< of those measured in one run group, the newest
    std::vector<std::string> warnings;          ///< of the gathering and of all measurements, each once
};

/// The points on the baseline's images, by Report::tradeOff; they point into the report.
std::vector<TradeOffPoint> tradeOffPoints(const Report& report);

/// Compares, finds the fronts and says the verdict. Throws Error (BadInput) without a subject.
Report makeReport(ReportInput input);

// How a report names things, whatever the format.

/// "A" … "Z", "AA" …: what plots and tables call a subject.
std::string letterOf(std::size_t subject);
/// "B: my label, 4423…" as a sentence names a subject.
std::string nameOf(const ReportInput& input, std::size_t subject);
/// A subject's model, with its hash where several models of the report have that name.
std::string modelName(const ReportInput& input, std::size_t subject);
/// "−0.31 pp [−0.60, −0.02]"
std::string pointsText(const PairedDifference& difference);
/// The class as the data set calls it, else its number.
std::string className(const ReportInput& input, int label);

/// A report as a file, and what its reader and the user must be told of it: letters that could not be drawn.
struct ReportFile {
    std::string bytes;
    std::vector<std::string> notes;
};

/// The format that a file's ending names.
struct ReportFormat {
    const char* ending;       ///< "html", without a dot
    const char* description;  ///< for a file dialog
    ReportFile (*write)(const Report& report);
    void (*check)() = nullptr;  ///< throws Error (Resource) where this machine cannot write it
};
/// html, pdf, md, csv, json. A new one is a file of its own and a line in catalogue.cpp.
const std::vector<ReportFormat>& reportFormats();
/// Throws Error (Usage) naming the file and the known endings.
const ReportFormat& reportFormatOf(const std::string& file);
/// The same, and that this machine can write it: throws Error (Resource) naming the file, before a night's work.
void checkReportFile(const std::string& file);

/// What a report's JSON holds of a session, to be opened in the workbench: untrusted text until it is read. Throws
/// Error (BadInput) naming `where`, the place and the reason.
ReportInput readReportJson(const std::string& text, const std::string& where);

}  // namespace bitdesk
