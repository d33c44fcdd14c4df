// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/report/report.h"
#include "core/results/results_json.h"

namespace bitdesk::test {

/// 200 images of four classes. `wrong`: indices of images that this mix gets wrong; it then says the next class.
inline Evaluation evaluationOf(const BitConfiguration& bits, const std::vector<int>& wrong, std::int64_t id) {
    constexpr int kImages = 200, kClasses = 4;
    Evaluation e;
    e.id = id;
    e.setKey({.modelHash = "hash",
              .dataHash = "pixels",
              .split = "test",
              .subset = kImages,
              .orderSeed = 0xFFFFFFFFFFFFFFFF,
              .bits = bits,
              .numericsVersion = 1});
    e.modelName = "model";
    e.dataName = "data";
    e.total = kImages;
    for (int i = 0; i < kImages; ++i) {
        e.predictions.push_back(static_cast<std::uint16_t>(i % kClasses));
        e.correctMask.push_back(1);
    }
    for (const int i : wrong) {
        e.correctMask[static_cast<std::size_t>(i)] = 0;
        e.predictions[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>((i + 1) % kClasses);
    }
    e.correct = kImages - static_cast<std::int64_t>(wrong.size());
    for (const int b : bits.bits) e.bitops += 1'000'000LL * b * b;
    e.weightBytes = 1000;
    e.normBytes = 500;
    e.device = "cpu";
    e.backend = "packed";
    e.createdAt = "2026-11-25T06:00:00Z";
    e.facts = {.preparation = "as they are", .skipped = 3};
    return e;
}

inline Measurement measurementOf(const BitConfiguration& bits, double ms, std::int64_t id) {
    Measurement m;
    m.id = id;
    m.modelHash = "hash";
    m.modelName = "model";
    m.bits = bits;
    m.backend = "packed";
    m.device = "cpu";
    Random random(static_cast<std::uint64_t>(id));
    for (int i = 0; i < 60; ++i) m.samplesMs.push_back(ms * (1 + 0.001 * random.uniform()));
    m.summarize();
    m.stopReason = "target";
    m.machine = "machine";
    m.build = "build";
    m.conditions = conditionsFromJson(R"({"cpu":"a CPU","logical_cpus":2,"after":{"load_1min":0.5}})");
    m.runGroup = 77;
    m.createdAt = "2026-11-25T06:00:00Z";
    for (const int b : bits.bits)
        m.layers.push_back({.name = "layer" + std::to_string(m.layers.size()),
                            .requestedBits = b,
                            .executedBits = b,
                            .kernel = "kernel",
                            .milliseconds = {ms / 2, ms / 2.1, ms / 1.9, 30}});
    return m;
}

inline ReportSubject subjectOf(const Evaluation& e, const Measurement& m) {
    return {.label = {},
            .modelName = e.modelName,
            .modelHash = e.modelHash,
            .bits = e.bits,
            .evaluation = e,
            .measurement = m};
}

inline ReportPoint pointOf(const ReportSubject& s) {
    ReportPoint point;
    const Evaluation& e = *s.evaluation;
    point.evaluation.id = e.id;
    point.evaluation.modelName = e.modelName;
    point.evaluation.modelHash = e.modelHash;
    point.evaluation.dataName = e.dataName;
    point.evaluation.dataHash = e.dataHash;
    point.evaluation.split = e.split;
    point.evaluation.bits = e.bits;
    point.evaluation.correct = e.correct;
    point.evaluation.total = e.total;
    point.evaluation.bitops = e.bitops;
    point.evaluation.weightBytes = e.weightBytes;
    point.evaluation.normBytes = e.normBytes;
    point.evaluation.device = e.device;
    point.evaluation.backend = e.backend;
    point.evaluation.createdAt = e.createdAt;
    point.latency = {
        .ms = s.measurement->latencyMs, .ci95 = s.measurement->medianCi95, .runGroup = s.measurement->runGroup};
    return point;
}

/// A: 10 wrong of 200 (0 … 9). B: wrong on 1 … 10, so one lost (image 10, class 2) and one gained (image 0, class 0);
/// takes 0.9 of the time. C: wrong on 0 … 39, thirty lost; takes 0.8.
inline ReportInput threeMixes() {
    std::vector<int> ten, shifted, forty;
    for (int i = 0; i < 40; ++i) {
        if (i < 10) ten.push_back(i);
        if (i < 10) shifted.push_back(i + 1);
        forty.push_back(i);
    }
    ReportInput input;
    input.command = "bitdesk report --out x.html";
    input.version = "0.1.0";
    input.createdAt = "2026-11-25T06:00:00Z";
    const BitConfiguration a{{4, 4}}, b{{4, 2}}, c{{2, 2}};
    input.subjects = {subjectOf(evaluationOf(a, ten, 1), measurementOf(a, 1.0, 11)),
                      subjectOf(evaluationOf(b, shifted, 2), measurementOf(b, 0.9, 12)),
                      subjectOf(evaluationOf(c, forty, 3), measurementOf(c, 0.8, 13))};
    for (const ReportSubject& s : input.subjects) input.points.push_back(pointOf(s));
    input.layers = {{"stem", -1, 1000}, {"first", 0, 1'000'000}, {"second", 1, 1'000'000}};
    input.classNames = {"zero", "one", "two", "three"};
    input.findings = {{.layer = "first",
                       .fromBits = 4,
                       .toBits = 2,
                       .bitopsRatio = 0.25,
                       .from = {},
                       .to = {},
                       .cause = SlowCause::MemoryBound,
                       .explanation = "it reads too much"}};
    input.limits = {{"B (42)", "drop>0.5pp", false, "it does not"}, {"C (all 2)", "drop>0.5pp", true, "it does"}};
    input.modelFile = "/m.safetensors";
    input.dataSpec = "data";
    input.split = "test";
    input.database = "/r.sqlite";
    input.accuracyMargin = 0.02;
    return input;
}

/// The same with texts that want to be more than text.
inline ReportInput hostileMixes() {
    ReportInput input = threeMixes();
    const std::string script = "<script>alert(1)</script>",
                      image = "\"><img src=http://example.invalid/x onerror=alert(1)>";
    input.title = script;
    input.command = "bitdesk report '" + script + "' ``` \n# heading";
    input.classNames = {script, "| a | b |", "=1+1", std::string("\xff\xfe broken \xc3")};
    input.layers[1].name = script;
    input.layers[2].name = std::string(2000, 'x');
    input.findings[0].explanation = image;
    input.limits[0].reason = "[link](javascript:alert(1)) @everyone #123 http://example.invalid/ `code` $x$";
    input.limits[1].name = script;
    for (ReportSubject& s : input.subjects) {
        s.label = "=cmd|' /C calc'!A0";
        s.modelName = image;
        s.evaluation->dataName = script;
        s.evaluation->device = "\x1b[31m\u202e";
        s.measurement->warnings = {script + "\nline", image};
        s.measurement->unreadable = {"]]>" + script};
        s.measurement->machine = "&amp; ' \"";
        s.measurement->layers[0].name = script;
        s.measurement->layers[0].kernel = "</td>" + image;
        s.measurement->conditions = conditionsFromJson(R"({"cpu":"<b>","after":{"load_1min":1e400}})");
    }
    for (ReportPoint& p : input.points) p.evaluation.modelName = "+" + script;
    return input;
}

}  // namespace bitdesk::test
