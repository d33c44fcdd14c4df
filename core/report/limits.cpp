// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/report/limits.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/error.h"
#include "core/base/number_text.h"

namespace bitdesk {
namespace {

struct Unit {
    std::string_view suffix;
    double factor = 1, offset = 0;
};

struct Quantity {
    LimitOf of;
    const char* name;
    bool above;  ///< what breaks it
    const char* example;
    std::vector<Unit> units;
};

const std::vector<Quantity>& quantities() {
    static const std::vector<Quantity> kQuantities{
        {LimitOf::Drop, "drop", true, "drop>0.5pp", {{"pp", 0.01}}},
        {LimitOf::Slowdown, "slowdown", true, "slowdown>1.05 (or 5%)", {{"", 1}, {"%", 0.01, 1}}},
        {LimitOf::Accuracy, "accuracy", false, "accuracy<91%", {{"%", 0.01}, {"", 1}}},
        {LimitOf::Latency,
         "latency",
         true,
         "latency>0.2ms (or 200us)",
         {{"ms", 1}, {"us", 1e-3}, {"µs", 1e-3}, {"s", 1e3}}},
        {LimitOf::BitOps, "bitops", true, "bitops>40M", {{"", 1}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}}},
        {LimitOf::Bytes, "bytes", true, "bytes>100K", {{"", 1}, {"K", 1024}, {"M", 1048576.0}}},
    };
    return kQuantities;
}

std::string examples() {
    std::string text;
    for (const Quantity& quantity : quantities()) text += std::string(text.empty() ? "" : ", ") + quantity.example;
    return text;
}

/// The figure of a subject that no comparison is needed for, in the limit's unit; nothing where it has none.
std::optional<double> figureOf(LimitOf of, const ReportSubject& subject) {
    const bool evaluated = subject.evaluation.has_value();
    switch (of) {
        case LimitOf::Accuracy: return evaluated ? std::optional(subject.evaluation->accuracy()) : std::nullopt;
        case LimitOf::BitOps:
            return evaluated ? std::optional(static_cast<double>(subject.evaluation->bitops)) : std::nullopt;
        case LimitOf::Bytes:
            return evaluated ? std::optional(static_cast<double>(subject.evaluation->weightBytes)) : std::nullopt;
        case LimitOf::Latency:
            return subject.measurement && !subject.measurement->simulated
                       ? std::optional(subject.measurement->latencyMs.median)
                       : std::nullopt;
        case LimitOf::Drop:
        case LimitOf::Slowdown: break;
    }
    return std::nullopt;
}

/// What is not exact of it.
std::optional<Interval> intervalOf(LimitOf of, const ReportSubject& subject) {
    if (of == LimitOf::Accuracy && subject.evaluation)
        return wilson(subject.evaluation->correct, subject.evaluation->total);
    if (of == LimitOf::Latency && subject.measurement) return subject.measurement->medianCi95;
    return std::nullopt;
}

std::string figureText(LimitOf of, double value) {
    switch (of) {
        case LimitOf::Drop: return fmt::format("{:.2f} pp", 100 * value);
        case LimitOf::Slowdown: return fmt::format("{:.3f}", value);
        case LimitOf::Accuracy: return fmt::format("{:.2f} %", 100 * value);
        case LimitOf::Latency: return fmt::format("{:.4g} ms", value);
        case LimitOf::BitOps:
        case LimitOf::Bytes: return fmt::format("{:.0f}", value);
    }
    return {};
}

HeldLimit hold(const StatedLimit& limit, const char* name, double value, const std::optional<Interval>& interval) {
    HeldLimit held{.value = value, .broken = limit.above ? value > limit.value : value < limit.value, .reason = {}};
    const char* const relation = limit.above ? "above" : "below";
    held.reason = fmt::format("{} {} is {}{} {}", name, figureText(limit.of, value), held.broken ? "" : "not ",
                              relation, figureText(limit.of, limit.value));
    if (interval && interval->low <= limit.value && limit.value <= interval->high)
        held.reason += fmt::format(" (not settled: the interval [{}, {}] holds the limit)",
                                   figureText(limit.of, interval->low), figureText(limit.of, interval->high));
    return held;
}

HeldLimit unchecked(const std::string& reason) {
    return {.value = std::nullopt, .broken = true, .reason = "cannot be checked: " + reason};
}

HeldLimit holdFigure(const StatedLimit& limit, const ReportSubject& subject) {
    const auto found =
        std::ranges::find_if(quantities(), [&](const Quantity& quantity) { return quantity.of == limit.of; });
    const auto value = figureOf(limit.of, subject);
    if (value) return hold(limit, found->name, *value, intervalOf(limit.of, subject));
    const bool measured = limit.of == LimitOf::Latency;
    return unchecked(measured ? "no latency on real low bits is stored" : "no evaluation is stored");
}

HeldLimit holdSubject(const StatedLimit& limit, const ReportSubject& baseline, const ReportSubject& subject,
                      const ReportInput& input) {
    if (limit.of == LimitOf::Drop) {
        if (!baseline.evaluation || !subject.evaluation) return holdDrop(limit, nullptr);
        const auto found = compareAccuracy(*baseline.evaluation, *subject.evaluation, input.accuracyMargin);
        return holdDrop(limit, &found);
    }
    if (limit.of == LimitOf::Slowdown) {
        if (!baseline.measurement || !subject.measurement) return holdSlowdown(limit, nullptr);
        const auto found = compareLatency(*baseline.measurement, *subject.measurement, input.latencyMargin);
        return holdSlowdown(limit, &found);
    }
    return holdFigure(limit, subject);
}

}  // namespace

StatedLimit parseLimit(const std::string& text, const std::string& where) {
    const auto refuse = [&](const std::string& reason) -> Error {
        return {ErrorKind::Usage, where, "'" + text + "' " + reason, "Write " + examples()};
    };
    const auto operation = text.find_first_of("<>");
    if (operation == std::string::npos) throw refuse("states no limit");
    const auto found = std::ranges::find_if(
        quantities(), [&](const Quantity& quantity) { return text.substr(0, operation) == quantity.name; });
    if (found == quantities().end()) throw refuse("is of nothing that is known");
    StatedLimit limit{.of = found->of, .above = text[operation] == '>', .value = 0, .text = text};
    if (limit.above != found->above) throw refuse("is the wrong way round");
    if (const auto pointed = withDecimalPoint(std::string_view(text).substr(operation + 1)))
        throw Error(ErrorKind::Usage, where, "'" + text + "' has a decimal comma",
                    "Write " + text.substr(0, operation + 1) + *pointed);
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + operation + 1, end, value);
    if (parsed.ec != std::errc{} || !std::isfinite(value) || value < 0) throw refuse("holds no number of 0 or more");
    const std::string_view suffix(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
    const auto unit = std::ranges::find(found->units, suffix, &Unit::suffix);
    if (unit == found->units.end()) throw refuse("has no unit that fits");
    limit.value = unit->offset + unit->factor * value;
    if (limit.of == LimitOf::Slowdown && limit.value < 1) throw refuse("is no ratio of 1 or more");
    if (limit.of == LimitOf::Accuracy && limit.value > 1) throw refuse("is more than 100 %");
    return limit;
}

std::vector<StatedLimit> parseLimits(std::span<const std::string> texts, const std::string& where) {
    std::vector<StatedLimit> limits;
    limits.reserve(texts.size());
    for (const std::string& text : texts) limits.push_back(parseLimit(text, where));
    return limits;
}

HeldLimit holdDrop(const StatedLimit& limit, const AccuracyComparison* accuracy) {
    if (accuracy == nullptr) return unchecked("there are not two evaluations");
    const PairedDifference& d = accuracy->difference;
    if (d.total == 0) return unchecked(accuracy->reason);
    return hold(limit, "drop of", -d.delta, Interval{-d.interval.high, -d.interval.low});
}

HeldLimit holdSlowdown(const StatedLimit& limit, const LatencyComparison* latency) {
    if (latency == nullptr) return unchecked("there are not two measurements");
    if (!latency->ci95) return unchecked(latency->reason);
    return hold(limit, "ratio", latency->ratio, latency->ci95);
}

std::vector<ReportLimit> holdLimits(const ReportInput& input, std::span<const StatedLimit> limits) {
    std::vector<ReportLimit> held;
    for (const StatedLimit& limit : limits)
        for (std::size_t i = input.subjects.size() > 1 ? 1 : 0; i < input.subjects.size(); ++i) {
            const ReportSubject& subject = input.subjects[i];
            HeldLimit found = holdSubject(limit, input.subjects.front(), subject, input);
            held.push_back({.subject = nameOf(input, i),
                            .name = limit.text,
                            .broken = found.broken,
                            .reason = std::move(found.reason)});
        }
    return held;
}

}  // namespace bitdesk
