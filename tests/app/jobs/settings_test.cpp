// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/settings.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>
#include <type_traits>

#include "app/jobs/batch_file.h"
#include "core/base/files.h"

namespace bitdesk::jobs {
namespace {

using Json = nlohmann::json;

std::string textOf(const char* file) { return readFile(std::string(BITDESK_SOURCE_DIR "/docs/") + file, 1 << 20); }

Json resolved(const Json& schema, const Json& property) {
    Json found = property;
    if (const auto reference = property.find("$ref"); reference != property.end())
        found.update(schema.at(Json::json_pointer(reference->get<std::string>().substr(1))));
    return found;
}

// What the published schema must say of a setting of each kind, whose default is `usual`.
void expectSays(const Json& says, Text kind, const std::string& usual) {
    EXPECT_EQ(says.at("type"), "string");
    const bool empty = kind.need == Text::Nothing || kind.need == Text::NamedOption;
    EXPECT_EQ(says.value("minLength", 0), empty ? 0 : 1);
    EXPECT_EQ(says.value("default", ""), usual);
}
void expectSays(const Json& says, Texts, const std::vector<std::string>&) {
    EXPECT_EQ(says.at("anyOf").at(1).at("type"), "array");
}
void expectSays(const Json& says, Mixes, const std::vector<std::string>&) {
    EXPECT_EQ(says.at("anyOf").at(1).at("minItems"), 1);
}
void expectSays(const Json& says, Flag, bool usual) {
    EXPECT_EQ(says.at("type"), "boolean");
    EXPECT_EQ(says.at("default"), usual);
}
template <typename Number>
void expectSays(const Json& says, Whole kind, Number usual) {
    EXPECT_EQ(says.at("type"), "integer");
    EXPECT_EQ(says.at("minimum"), kind.least);
    EXPECT_EQ(says.at("maximum"), kind.most);
    EXPECT_EQ(says.value("default", std::int64_t{0}), static_cast<std::int64_t>(usual));
}
void expectSays(const Json& says, Real kind, double usual) {
    EXPECT_EQ(says.at("type"), "number");
    EXPECT_EQ(says.at("minimum"), kind.least);
    EXPECT_EQ(says.at("maximum"), kind.most);
    EXPECT_EQ(says.at("default"), usual);
}
void expectSays(const Json& says, RatioMargin kind, double usual) { expectSays(says, Real{0, kind.most}, usual); }
template <std::size_t N, typename Value>
void expectSays(const Json& says, const OneOf<N>& kind, const Value& usual) {
    EXPECT_EQ(says.at("enum"), Json(kind.words));
    if constexpr (std::is_enum_v<Value>) EXPECT_EQ(says.at("default"), kind.words[static_cast<std::size_t>(usual)]);
    else EXPECT_EQ(says.at("default"), usual);
}

/// Both know the same keys, but for `others`, and the documents know each option.
template <typename Spec, typename... Tables>
void expectDocumented(const char* definition, const Spec& usual, std::set<std::string> others,
                      const Tables&... tables) {
    const Json schema = Json::parse(textOf("batch.schema.json"));
    const Json properties = schema.at(Json::json_pointer(definition)).at("properties");
    const std::string documents = textOf("cli.md") + textOf("batch.md");
    const auto row = [&](const auto& setting) {
        const SettingName& name = setting.name;
        if (name.key == nullptr) return;
        SCOPED_TRACE(name.key);
        EXPECT_TRUE(others.insert(name.key).second);
        ASSERT_TRUE(properties.contains(name.key));
        expectSays(resolved(schema, properties.at(name.key)), setting.kind, setting.of(usual));
        EXPECT_NE(documents.find(name.option), std::string::npos) << name.option;
        EXPECT_NE(std::string(name.help), "");
    };
    (eachSetting(tables, row), ...);
    for (const auto& [key, says] : properties.items()) EXPECT_TRUE(others.contains(key)) << key << " is no setting";
}

TEST(Settings, ThePublishedSchemaAndTheDocumentsSayTheSame) {
    SweepSpec latency;
    latency.latency = LatencyOf::Front;  // where the object is there
    expectDocumented("", Batch(), {"$schema", "bitdesk_batch", "sweeps", "reports"}, kStoreSettings, kDeviceSettings);
    expectDocumented("/definitions/sweep", SweepSpec(), {"latency"}, kSweepSettings);
    expectDocumented("/definitions/latency", latency, {}, kLatencySettings);
    expectDocumented("/definitions/report", ReportSpec(), {}, kReportSettings);
}

/// Jobs of earlier versions are resumed by these keys.
TEST(Settings, AJobTellsEachOfItsLatencies) {
    std::vector<std::string> keys;
    eachSetting(kLatencySettings, [&](const auto& row) {
        ASSERT_NE(row.inJob.key, nullptr) << "another value would resume the same job";
        if (row.inJob.always) keys.emplace_back(row.inJob.key);
    });
    const auto toldByHashes = [](const auto& row) { EXPECT_EQ(row.inJob.key, nullptr) << row.name.key; };
    eachSetting(kSweepSettings, toldByHashes);
    EXPECT_EQ(keys, (std::vector<std::string>{"latency", "latency_batch", "noise", "max_seconds", "samples", "seed",
                                              "margin"}));
}

}  // namespace
}  // namespace bitdesk::jobs
