// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/exchange/export_format.h"
#include "tests/core/model/tiny_model.h"

namespace bitdesk::test {
namespace {

std::string formatOf(const std::string& file, const std::string& name = {}) { return exportFormatOf(file, name).name; }

ErrorKind refusal(const auto& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.kind();
    }
    ADD_FAILURE() << "was not refused";
    return ErrorKind::Internal;
}

nlohmann::json written(const char* format, const ExportInput& input) {
    return nlohmann::json::parse(exportFormatOf("", format).write(input).bytes);
}

Measurement measurement(const MetaModel& model, const BitConfiguration& bits) {
    Measurement m;
    m.id = 7;
    m.modelName = model.name;
    m.modelHash = model.hash;
    m.bits = bits;
    m.device = "cpu";
    m.samplesMs = {1, 2, 3, 6};
    m.summarize();
    m.layers = {
        {.name = "body", .requestedBits = 2, .executedBits = 2, .kernel = "k", .milliseconds = {0.5, 0.4, 0.6, 4}}};
    return m;
}

TEST(ExportFormat, TheEndingOrTheNameTells) {
    EXPECT_EQ(formatOf("a.onnx"), "onnx");
    EXPECT_EQ(formatOf("a.QONNX.onnx"), "qonnx");
    EXPECT_EQ(formatOf("folder.onnx/a.json", "mix"), "mix");
    EXPECT_EQ(formatOf("a.json", "onnx"), "onnx");
    EXPECT_EQ(refusal([] { formatOf("a.json"); }), ErrorKind::Usage);
    EXPECT_EQ(refusal([] { formatOf("a"); }), ErrorKind::Usage);
    EXPECT_EQ(refusal([] { formatOf("a.onnx", "tflite"); }), ErrorKind::Usage);
}

TEST(ExportFormat, AMixComesBack) {
    const MetaModel model = tinyModel();
    const BitConfiguration bits{{2, 4}};
    const std::string text = exportFormatOf("", "mix").write({.model = model, .bits = bits}).bytes;
    EXPECT_EQ(bitsFromJson(text, model.network, model.bits, "test"), bits);
}

TEST(NodeData, LayersByTheNamesOfTheGraph) {
    const MetaModel model = tinyModel();
    const BitConfiguration bits{{2, 4}};
    const auto results = written("node-data", {.model = model, .bits = bits})["main_graph"]["results"];
    EXPECT_EQ(results.size(), 4U);
    EXPECT_EQ(results["stem"]["value"], 8);
    EXPECT_EQ(results["body"]["value"], 2);
    EXPECT_EQ(results["tail"]["bitops"], results["tail"]["macs"].get<int>() * 16);
    const auto bytes = written("node-data", {.model = model, .bits = bits, .metric = "weight-bytes"});
    EXPECT_EQ(bytes["main_graph"]["results"]["body"]["value"], (3 * 3 * 3 * 3 * 2 + 7) / 8);
}

TEST(NodeData, TimeNeedsAMeasurement) {
    const MetaModel model = tinyModel();
    const BitConfiguration bits{{2, 4}};
    EXPECT_EQ(refusal([&] { written("node-data", {.model = model, .bits = bits, .metric = "time"}); }),
              ErrorKind::BadInput);
    EXPECT_EQ(refusal([&] { written("node-data", {.model = model, .bits = bits, .metric = "heat"}); }),
              ErrorKind::Usage);
    const Measurement m = measurement(model, bits);
    const auto times = written("node-data", {.model = model, .bits = bits, .measurement = &m, .metric = "time"});
    EXPECT_EQ(times["main_graph"]["results"], nlohmann::json::parse(R"({"body": {"value": 0.5, "bits": 2, "macs": 1296,
        "bitops": 5184, "weight-bytes": 21, "time": 0.5}})"));
}

TEST(Nvbench, SecondsAsText) {
    const MetaModel model = tinyModel();
    const BitConfiguration bits{{2, 4}};
    EXPECT_EQ(refusal([&] { written("nvbench", {.model = model, .bits = bits}); }), ErrorKind::BadInput);
    const Measurement m = measurement(model, bits);
    const auto root = written("nvbench", {.model = model, .bits = bits, .measurement = &m});
    const auto& states = root["benchmarks"][0]["states"];
    ASSERT_EQ(states.size(), 2U);
    std::map<std::string, std::string> values;
    for (const auto& summary : states[0]["summaries"]) values[summary["tag"]] = summary["data"][0]["value"];
    EXPECT_EQ(values["nv/cold/sample_size"], "4");
    EXPECT_EQ(values["nv/cold/time/gpu/mean"], "0.003");
    EXPECT_EQ(values["nv/cold/time/gpu/min"], "0.001");
    EXPECT_NEAR(std::stod(values["nv/cold/time/gpu/stdev/absolute"]), 0.0021602469, 1e-9);
    EXPECT_EQ(root["meta"]["bitdesk"]["bits"], nlohmann::json::parse("[2, 4]"));
}

TEST(Nvbench, OneSampleHasNoNoise) {
    const MetaModel model = tinyModel();
    const BitConfiguration bits{{2, 4}};
    Measurement m = measurement(model, bits);
    m.samplesMs = {2};
    m.summarize();
    const auto root = written("nvbench", {.model = model, .bits = bits, .measurement = &m});
    for (const auto& summary : root["benchmarks"][0]["states"][0]["summaries"])
        EXPECT_NE(summary["tag"], "nv/cold/time/gpu/stdev/relative");
}

}  // namespace
}  // namespace bitdesk::test
