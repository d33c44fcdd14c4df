// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/model_file.h"

#include <gtest/gtest.h>

#include "core/base/files.h"
#include "core/base/hash.h"
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
