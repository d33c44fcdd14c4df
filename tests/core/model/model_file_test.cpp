// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/model_file.h"

#include <gtest/gtest.h>

#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/model/float_model.h"
#include "core/model/safetensors.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"
#include "tests/core/model/tiny_model.h"

namespace bitdesk {
namespace {

TEST(ModelFile, SurvivesARoundTrip) {
    const test::TemporaryFolder folder;
    MetaModel model = test::tinyModel();
    model.classNames = {"T-shirt/top", "ä \"quoted\"", ""};
    model.provenance = {{"command", "bitdesk train\n--seed 3"}, {"accuracy", "0.917"}};
    model.layers[1].weightScale = {0.25F};  // one a layer is allowed, too
    const std::string hash = writeModel(model, folder / "my model.safetensors");
    const MetaModel again = readModel(folder / "my model.safetensors");
    test::expectSame(model, again);
    EXPECT_EQ(again.name, "my model");
    EXPECT_EQ(again.hash, hash);
    EXPECT_EQ(hash, sha256(readFile(folder / "my model.safetensors", 1 << 20)));
    EXPECT_EQ(serializeModel(again), serializeModel(model));
    EXPECT_EQ(folder.fileCount(), 1u);
}

/// Tables that are smaller than full, and real weights, are what version 2 is for.
TEST(ModelFile, OfVersionTwoSurvivesARoundTrip) {
    const test::TemporaryFolder folder;
    MetaModel model = test::tinyModel();
    model.norms.at(12).mean = {.from = 1, .to = 1, .values = {1, 2, 3, 4}};
    model.norms.at(12).gamma = {.from = 1, .to = 3, .values = std::vector<float>(12, 0.5F)};
    writeModel(model, folder / "small");
    MetaModel again = readModel(folder / "small");
    test::expectSame(model, again);
    EXPECT_EQ(again.floats, nullptr);
    auto floats = std::make_shared<FloatModel>(model.network);
    for (const Layer& layer : model.network.layers())
        floats->layers.push_back({.weight = std::vector<float>(static_cast<std::size_t>(layer.weightCount), 0.25F),
                                  .bias = std::vector<float>(layer.hasBias ? 3 : 0, 0.5F)});
    for (const auto& [node, norm] : model.norms) {
        const std::vector<float> row(norm.gamma.channels(), static_cast<float>(node));
        floats->norms[node] = {.gamma = row, .beta = row, .mean = row, .var = std::vector<float>(row.size(), 2.0F)};
    }
    floats->normalization = model.normalization;
    model.floats = floats;
    writeModel(model, folder / "whole");
    again = readModel(folder / "whole");
    ASSERT_NE(again.floats, nullptr);
    EXPECT_EQ(again.floats->layers[3].bias, floats->layers[3].bias);
    EXPECT_EQ(again.floats->layers[1].weight, floats->layers[1].weight);
    EXPECT_EQ(again.floats->norms.at(12).beta, floats->norms.at(12).beta);
    EXPECT_EQ(again.floats->norms.at(12).var, floats->norms.at(12).var);
    EXPECT_EQ(serializeModel(again), serializeModel(model));
}

/// Readers of the first version refuse what they would misread by the version alone.
TEST(ModelFile, SaysVersionTwoOnlyWhereItIsNeeded) {
    const auto versionOf = [](const MetaModel& model) {
        const std::string bytes = serializeModel(model);
        return parseSafetensors(std::as_bytes(std::span(bytes)), "f").metadata.at("bitdesk.format");
    };
    MetaModel model = test::tinyModel();
    EXPECT_EQ(versionOf(model), "1");
    model.norms.at(12).beta = {.from = 3, .to = 1, .values = std::vector<float>(12, 0.5F)};
    EXPECT_EQ(versionOf(model), "2");
}

/// Small tables are not of the first version.
TEST(ModelFile, RefusesSmallTablesInVersionOne) {
    const test::TemporaryFolder folder;
    MetaModel model = test::tinyModel();
    model.norms.at(12).beta = {.from = 1, .to = 1, .values = {1, 2, 3, 4}};
    const std::string bytes = serializeModel(model);
    Safetensors content = parseSafetensors(std::as_bytes(std::span(bytes)), "f");
    content.metadata.at("bitdesk.format") = "1";
    writeFileAtomically(folder / "old", serializeSafetensors(content));
    test::expectBadInput({"'tail.norm.beta'", "[1, 1, 4]", "[3, 3, 4]"}, [&] { readModel(folder / "old"); });
}

TEST(ModelFile, HasTheEntriesOfTheFormat) {
    const std::string bytes = serializeModel(test::tinyModel());
    const Safetensors content = parseSafetensors(std::as_bytes(std::span(bytes)), "f");
    using Shape = std::vector<std::int64_t>;
    const std::map<std::string, std::pair<std::string, Shape>> expected{
        {"stem.codes", {"I8", {3, 3, 3, 2}}},      {"stem.weight_scale", {"F32", {3}}},
        {"stem.act_scale", {"F32", {1}}},          {"body.codes", {"I8", {3, 3, 3, 3}}},
        {"body.weight_scale", {"F32", {3}}},       {"body.act_scale", {"F32", {3}}},
        {"tail.codes", {"I8", {4, 1, 1, 3}}},      {"tail.weight_scale", {"F32", {4}}},
        {"tail.act_scale", {"F32", {3}}},          {"classifier.codes", {"I8", {3, 4}}},
        {"classifier.weight_scale", {"F32", {3}}}, {"classifier.act_scale", {"F32", {1}}},
        {"classifier.bias", {"F32", {3}}},         {"stem.norm.gamma", {"F32", {1, 1, 3}}},
        {"stem.norm.beta", {"F32", {1, 1, 3}}},    {"stem.norm.mean", {"F32", {1, 1, 3}}},
        {"stem.norm.var", {"F32", {1, 1, 3}}},     {"body.norm.gamma", {"F32", {1, 3, 3}}},
        {"body.norm.beta", {"F32", {1, 3, 3}}},    {"body.norm.mean", {"F32", {1, 3, 3}}},
        {"body.norm.var", {"F32", {1, 3, 3}}},     {"tail.norm.gamma", {"F32", {3, 3, 4}}},
        {"tail.norm.beta", {"F32", {3, 3, 4}}},    {"tail.norm.mean", {"F32", {3, 3, 4}}},
        {"tail.norm.var", {"F32", {3, 3, 4}}}};
    ASSERT_EQ(content.tensors.size(), expected.size());
    for (const auto& [name, kind] : expected) {
        ASSERT_TRUE(content.tensors.contains(name)) << name;
        EXPECT_EQ(content.tensors.at(name).dtype, kind.first) << name;
        EXPECT_EQ(content.tensors.at(name).shape, kind.second) << name;
    }
    EXPECT_EQ(content.metadata.at("bitdesk.format"), "1");
    EXPECT_EQ(content.metadata.at("bitdesk.quantizer"), "floor-nested");
    EXPECT_EQ(content.metadata.at("bitdesk.bits"), "[2,3,4]");
    EXPECT_EQ(content.metadata.at("bitdesk.classes"), R"(["class 0","class 1","class 2"])");
    EXPECT_EQ(content.metadata.at("bitdesk.normalization"), R"({"mean":[0.5,0.5],"std":[0.25,0.25]})");
    EXPECT_EQ(content.metadata.at("bitdesk.network"), networkToJson(test::tinyNetwork()));
}

TEST(ModelFile, KeepsTheOldFileWhenTheModelIsBad) {
    const test::TemporaryFolder folder;
    const std::string hash = writeModel(test::tinyModel(), folder / "m");
    MetaModel bad = test::tinyModel();
    bad.layers[0].codes.pop_back();
    test::expectBadInput({"/m: tensor 'stem.codes'"}, [&] { writeModel(bad, folder / "m"); });
    EXPECT_EQ(readModel(folder / "m").hash, hash);
    test::expectError(ErrorKind::Resource, {"/none/m"}, [&] { writeModel(test::tinyModel(), folder / "none" / "m"); });
}

TEST(ModelFile, WritesTextThatIsNoUtf8) {
    const test::TemporaryFolder folder;
    MetaModel model = test::tinyModel();
    model.classNames[0] = "caf\xe9";
    model.provenance["command"] = "bitdesk train --data /data/\xff";
    writeModel(model, folder / "m");
    EXPECT_EQ(readModel(folder / "m").classNames[0], "caf\uFFFD");
}

TEST(OpenModel, TakesAFileOrTheCatalogue) {
    const test::TemporaryFolder folder;
    writeModel(test::tinyModel(), folder / "m.safetensors");
    EXPECT_EQ(openModel((folder / "m.safetensors").string()).network.name(), "tiny");
    const MetaModel random = openModel("random:resnet14");
    EXPECT_EQ(random.name, "random:resnet14");
    EXPECT_EQ(random.bits, (std::vector{2, 3, 4}));
    test::expectError(ErrorKind::Usage, {"'nonsense'", "resnet14"}, [] { openModel("random:nonsense"); });
    test::expectBadInput({"/none", "cannot be read"}, [&] { openModel((folder / "none").string()); });
    test::expectBadInput({folder.path().string(), "is a folder"}, [&] { openModel(folder.path().string()); });
}

TEST(OpenModel, SeedsDiffer) {
    EXPECT_EQ(openModel("random:resnet14", 1).hash, openModel("random:resnet14", 1).hash);
    EXPECT_NE(openModel("random:resnet14", 1).hash, openModel("random:resnet14", 2).hash);
}

}  // namespace
}  // namespace bitdesk
