// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/ranges.h>
#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/error.h"
#include "core/present/words.h"
#include "core/report/report.h"
#include "core/results/trade_off.h"

namespace bitdesk {
namespace {

/// The true class of an image is what the evaluation that was right on it says.
std::vector<ClassFlips> flipsOf(const Evaluation& a, const Evaluation& b) {
    std::map<int, ClassFlips> byClass;
    const std::size_t count =
        std::min({a.predictions.size(), b.predictions.size(), a.correctMask.size(), b.correctMask.size()});
    for (std::size_t i = 0; i < count; ++i) {
        const bool inA = a.correctMask[i] != 0, inB = b.correctMask[i] != 0;
        if (!inA && !inB) continue;
        const int label = inA ? a.predictions[i] : b.predictions[i];
        ClassFlips& flips = byClass[label];
        flips.label = label;
        ++(inA && inB ? flips.bothRight : inA ? flips.lost : flips.gained);
    }
    std::vector<ClassFlips> all;
    all.reserve(byClass.size());
    for (const auto& [label, flips] : byClass) all.push_back(flips);
    return all;
}

std::string accuracyWords(const AccuracyComparison& c) {
    const PairedDifference& d = c.difference;
    if (d.total == 0) return "accuracy cannot be compared: " + printable(c.reason);
    return fmt::format("accuracy {} on the same {} images, {} (p = {:.2g})", pointsText(d), grouped(d.total),
                       toText(c.verdict), c.pValue);
}

std::string latencyWords(const LatencyComparison& c) {
    if (!c.ci95) return "latency is not compared: " + printable(c.reason);
    return fmt::format("{:.3f} of the time [{:.3f}, {:.3f}], {}", c.ratio, c.ci95->low, c.ci95->high,
                       toText(c.verdict)) +
           (c.belowNoise ? " (below the noise floor)" : "");
}

std::string bitopsWords(const ReportSubject& baseline, const ReportSubject& subject) {
    if (!baseline.evaluation || !subject.evaluation || baseline.evaluation->bitops <= 0) return {};
    const double change =
        static_cast<double>(subject.evaluation->bitops) / static_cast<double>(baseline.evaluation->bitops) - 1;
    if (std::abs(change) < 0.0005) return "as many BitOPs";
    return fmt::format("{:.1f} % {} BitOPs", 100 * std::abs(change), change < 0 ? "fewer" : "more");
}

ReportComparison compare(const ReportInput& input, std::size_t index) {
    const ReportSubject &baseline = input.subjects.front(), &subject = input.subjects[index];
    ReportComparison found;
    if (index == 0) {
        found.verdict = nameOf(input, 0) + " is what the others are compared with.";
        return found;
    }
    std::vector<std::string> parts;
    if (baseline.evaluation && subject.evaluation) {
        found.accuracy = compareAccuracy(*baseline.evaluation, *subject.evaluation, input.accuracyMargin);
        if (sameImages(*baseline.evaluation, *subject.evaluation))
            found.flips = flipsOf(*baseline.evaluation, *subject.evaluation);
        parts.push_back(accuracyWords(*found.accuracy));
    } else {
        parts.emplace_back("accuracy cannot be compared: not both were evaluated");
    }
    if (baseline.measurement && subject.measurement) {
        found.latency = compareLatency(*baseline.measurement, *subject.measurement, input.latencyMargin);
        parts.push_back(latencyWords(*found.latency));
    }
    if (std::string words = bitopsWords(baseline, subject); !words.empty()) parts.push_back(std::move(words));
    found.verdict = fmt::format("{}: {}.", nameOf(input, index), fmt::join(parts, "; "));
    return found;
}

bool keepsAccuracy(const ReportComparison& c) {
    return c.accuracy &&
           (c.accuracy->verdict == AccuracyVerdict::Same || c.accuracy->verdict == AccuracyVerdict::Better);
}

/// The subject with the fewest BitOPs of those that keep the baseline's accuracy; nothing where none does.
std::optional<std::size_t> cheapest(const Report& report) {
    std::optional<std::size_t> best;
    const auto& subjects = report.input.subjects;
    const auto bitops = [&](std::size_t i) { return subjects[i].evaluation->bitops; };
    for (std::size_t i = 1; i < subjects.size(); ++i)
        if (keepsAccuracy(report.comparisons[i]) && bitops(i) < bitops(0) && (!best || bitops(i) < bitops(*best)))
            best = i;
    return best;
}

/// Of measurements alone: the subject that takes the least of the baseline's time.
std::string latencySummary(const Report& report) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < report.comparisons.size(); ++i) {
        const auto& c = report.comparisons[i].latency;
        if (c && c->verdict == LatencyVerdict::Faster &&
            (best == 0 || c->ratio < report.comparisons[best].latency->ratio))
            best = i;
    }
    if (best == 0) return "No accuracies could be compared, and no mix is shown to be faster than the baseline.";
    return nameOf(report.input, best) + " is the fastest: " + latencyWords(*report.comparisons[best].latency) +
           ". No accuracies could be compared.";
}

std::string tradeOffSummary(const Report& report) {
    const ReportInput& input = report.input;
    const bool compared = std::ranges::any_of(
        report.comparisons, [](const ReportComparison& c) { return c.accuracy && c.accuracy->difference.total > 0; });
    if (!compared)
        return input.subjects.size() == 1 ? nameOf(input, 0) + " alone; there is nothing to compare it with."
                                          : latencySummary(report);
    const auto best = cheapest(report);
    if (!best)
        return fmt::format("No cheaper mix is shown to keep the accuracy of {} within ± {:.2g} pp.", nameOf(input, 0),
                           100 * input.accuracyMargin);
    const ReportComparison& c = report.comparisons[*best];
    std::string text =
        fmt::format("{} is the cheapest that keeps the accuracy of {}: {}, {}", nameOf(input, *best), nameOf(input, 0),
                    pointsText(c.accuracy->difference), bitopsWords(input.subjects.front(), input.subjects[*best]));
    if (c.latency && c.latency->ci95) text += ", " + latencyWords(*c.latency);
    return text + ".";
}

std::string limitSummary(const ReportInput& input) {
    const auto broken = static_cast<std::size_t>(std::ranges::count_if(input.limits, &ReportLimit::broken));
    if (input.limits.empty()) return {};
    if (broken == 0)
        return input.limits.size() == 1 ? " The stated limit holds."
                                        : fmt::format(" All {} stated limits hold.", input.limits.size());
    return fmt::format(" {} of {} stated limits {} broken.", broken, input.limits.size(), broken == 1 ? "is" : "are");
}

/// Accuracies on other images say nothing beside each other.
void chooseTradeOff(Report& report) {
    const auto& points = report.input.points;
    if (points.empty()) return;
    const auto& baseline = report.input.subjects.front().evaluation;
    const std::string data = baseline ? baseline->dataHash : points.front().evaluation.dataHash,
                      split = baseline ? baseline->split : points.front().evaluation.split;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (points[i].evaluation.dataHash == data && points[i].evaluation.split == split) report.tradeOff.push_back(i);
    if (const std::size_t others = points.size() - report.tradeOff.size(); others > 0)
        report.warnings.push_back(
            fmt::format("The trade-off shows the images of the baseline alone: {} mixes that were evaluated on others "
                        "are not in it.",
                        grouped(static_cast<std::int64_t>(others))));
}

void findFronts(Report& report) {
    for (const auto& [cost, front] :
         {std::pair(CostOf::BitOps, &report.bitopsFront), std::pair(CostOf::Latency, &report.latencyFront)}) {
        const TradeOffView view(tradeOffPoints(report), cost);
        for (const std::size_t i : view.front()) front->push_back(report.tradeOff[view.marks()[i].point]);
    }
}

void collectWarnings(Report& report) {
    const auto add = [&](const std::string& warning) {
        if (std::ranges::find(report.warnings, warning) == report.warnings.end()) report.warnings.push_back(warning);
    };
    for (const std::string& note : report.input.notes) add(note);
    const auto& subjects = report.input.subjects;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        if (subjects[i].evaluation && subjects[i].evaluation->looks > 1)
            add(letterOf(i) + " was evaluated only until its difference from another mix was settled, on " +
                grouped(subjects[i].evaluation->total) + " images.");
        if (!subjects[i].measurement) continue;
        if (subjects[i].measurement->simulated)
            add("The latency of " + letterOf(i) +
                " is of simulated bits: codes in 32-bit floats, which says nothing about low-bit speed.");
        for (const std::string& warning : subjects[i].measurement->warnings) add(warning);
    }
}

std::string titleOf(const ReportInput& input) {
    std::vector<std::string> models;
    for (const ReportSubject& subject : input.subjects)
        if (std::ranges::find(models, subject.modelName) == models.end()) models.push_back(subject.modelName);
    return fmt::format("{}: ", fmt::join(models, ", ")) +
           (input.subjects.size() == 1 ? "one mix" : fmt::format("{} mixes", input.subjects.size()));
}

}  // namespace

std::vector<TradeOffPoint> tradeOffPoints(const Report& report) {
    std::vector<TradeOffPoint> points;
    for (const std::size_t i : report.tradeOff) {
        const ReportPoint& point = report.input.points[i];
        points.push_back({.evaluation = &point.evaluation, .latency = point.latency});
    }
    return points;
}

Report makeReport(ReportInput input) {
    if (input.subjects.empty())
        throw Error(ErrorKind::BadInput, "the report", "has nothing to compare", "Name evaluations or measurements");
    Report report;
    report.input = std::move(input);
    if (report.input.title.empty()) report.input.title = titleOf(report.input);
    for (std::size_t i = 0; i < report.input.subjects.size(); ++i)
        report.comparisons.push_back(compare(report.input, i));
    chooseTradeOff(report);
    findFronts(report);
    collectWarnings(report);
    report.summary = tradeOffSummary(report) + limitSummary(report.input);
    return report;
}

std::string letterOf(std::size_t subject) {
    constexpr std::size_t kLetters = 26;
    std::string text;
    for (std::size_t rest = subject + 1; rest > 0; rest = (rest - 1) / kLetters)
        text.insert(text.begin(), static_cast<char>('A' + (rest - 1) % kLetters));
    return text;
}

std::string nameOf(const ReportInput& input, std::size_t subject) {
    const ReportSubject& s = input.subjects[subject];
    return letterOf(subject) + " (" + (s.label.empty() ? shortMix(s.bits) : printable(s.label)) + ")";
}

std::string modelName(const ReportInput& input, std::size_t subject) {
    const ReportSubject& s = input.subjects[subject];
    const bool several = std::ranges::any_of(input.subjects, [&](const ReportSubject& other) {
        return other.modelName == s.modelName && other.modelHash != s.modelHash;
    });
    return printable(s.modelName) + (several ? " " + shortHash(s.modelHash) : "");
}

std::string pointsText(const PairedDifference& difference) {
    const auto points = [](double share) { return signedText(100 * share, 2); };
    return points(difference.delta) + " pp [" + points(difference.interval.low) + ", " +
           points(difference.interval.high) + "]";
}

std::string className(const ReportInput& input, int label) {
    const auto index = static_cast<std::size_t>(std::max(label, 0));
    return index < input.classNames.size() ? printable(input.classNames[index]) : "class " + std::to_string(label);
}

}  // namespace bitdesk
