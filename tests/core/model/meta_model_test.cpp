// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/meta_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/base/hash.h"
#include "core/model/model_file.h"
#include "core/network/catalogue.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/model/tiny_model.h"

namespace bitdesk {
namespace {

TEST(MetaModel, KnowsItsWidths) {
    const MetaModel model = test::tinyModel();
    EXPECT_EQ(model.topBits(), 4);
    EXPECT_EQ(model.codeBits(*model.network.findLayer("stem")), 8);
    EXPECT_EQ(model.codeBits(*model.network.findLayer("body")), 4);
    EXPECT_EQ(model.bitIndex(3), 1);
    test::expectBadInput({"no 5-bit form"}, [&] { (void)model.bitIndex(5); });
}

std::vector<float> rowOf(const NormTable& table, int from, int to) {
    const auto row = table.row(from, to);
    return {row.begin(), row.end()};
}

TEST(NormTable, ARowIsOfFromThenTo) {
    const NormTable table{.from = 2, .to = 3, .values = {0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51}};
    EXPECT_EQ(table.channels(), 2u);
    EXPECT_EQ(rowOf(table, 0, 2), (std::vector<float>{20, 21}));
    EXPECT_EQ(rowOf(table, 1, 1), (std::vector<float>{40, 41}));
}

TEST(NormTable, ASideOfOneEntryServesAllWidths) {
    const NormTable byTo{.from = 1, .to = 2, .values = {0, 1, 10, 11}},
        byFrom{.from = 2, .to = 1, .values = {0, 1, 10, 11}};
    EXPECT_EQ(rowOf(byTo, 2, 1), (std::vector<float>{10, 11}));
    EXPECT_EQ(rowOf(byFrom, 1, 2), (std::vector<float>{10, 11}));
}

TEST(NormTable, IsCompactedAlongSidesOfEqualEntries) {
    const auto extents = [](std::vector<float> values) {
        const NormTable small = compacted({.from = 2, .to = 2, .values = std::move(values)});
        return std::pair(small.from, small.to);
    };
    EXPECT_EQ(extents({1, 2, 1, 2, 1, 2, 1, 2}), std::pair(1, 1));
    EXPECT_EQ(extents({1, 2, 3, 4, 1, 2, 3, 4}), std::pair(1, 2));
    EXPECT_EQ(extents({1, 2, 1, 2, 3, 4, 3, 4}), std::pair(2, 1));
    EXPECT_EQ(extents({1, 2, 1, 2, 1, 2, 1, 5}), std::pair(2, 2));
    EXPECT_EQ(extents({0, 0, 0, 0, 0, 0, 0, -0.0F}), std::pair(2, 2)) << "0 and −0 give different bits";
}

TEST(MetaModel, NormBytesAreThoseThatItStores) {
    MetaModel model = test::tinyModel();
    // Four tables of floats: 1·1·3, 1·3·3 and 3·3·4 entries.
    EXPECT_EQ(normBytes(model), 16 * (3 + 9 + 36));
    model.norms.at(12).mean = {.from = 1, .to = 1, .values = {0, 0, 0, 0}};
    EXPECT_NO_THROW(checkModel(model, "m"));
    EXPECT_EQ(normBytes(model), 16 * (3 + 9 + 36) - 4 * 32);
}

TEST(RandomModel, IsValidAndDeterministic) {
    const MetaModel model = test::tinyModel();
    EXPECT_NO_THROW(checkModel(model, "m"));
    EXPECT_EQ(model.name, "random:tiny");
    EXPECT_EQ(model.hash, sha256(serializeModel(model)));
    EXPECT_EQ(model.hash, test::tinyModel().hash);
    EXPECT_NE(model.hash, randomModel(test::tinyNetwork(), {2, 3, 4}, 2).hash);
    EXPECT_EQ(model.classNames, (std::vector<std::string>{"class 0", "class 1", "class 2"}));
    EXPECT_EQ(model.normalization.mean, (std::vector{0.5F, 0.5F}));
    EXPECT_EQ(model.normalization.std, (std::vector{0.25F, 0.25F}));
}

TEST(RandomModel, WorksAtOtherWidths) {
    for (const std::vector<int>& bits : {std::vector{2}, {8}, {2, 4, 8}, {2, 3, 4, 5, 6, 7, 8}})
        EXPECT_NO_THROW(checkModel(randomModel(test::tinyNetwork(), bits, 3), "m"));
    for (const std::vector<int>& bits : {std::vector<int>{}, {1, 2}, {4, 3}, {3, 3}, {2, 9}})
        test::expectBadInput({"bit-widths"}, [&] { randomModel(test::tinyNetwork(), bits, 3); });
}

// He et al. 2015: a layer after a ReLU keeps its signal's variance when its weights' variance is 2 / fan-in.
TEST(RandomModel, WeightsHaveHesVariance) {
    const auto& entry = findNetwork("resnet14");
    const MetaModel model = randomModel(entry.build(entry.defaultInput, entry.defaultClasses), {2, 3, 4}, 0);
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const Layer& layer = model.network.layers()[i];
        const int top = model.codeBits(layer);
        double squares = 0;
        for (const int code : model.layers[i].codes)
            squares += std::pow(model.weightQuantizer().decode(code, model.layers[i].weightScale[0], top, top), 2);
        const auto count = static_cast<double>(layer.weightCount);
        const double expected = 2.0 / (count / layer.output.channels);
        EXPECT_NEAR(squares / count / expected, 1, 0.25) << layer.name;
    }
}

template <typename Damage>
void refuses(std::initializer_list<std::string> parts, Damage&& damage) {
    MetaModel model = test::tinyModel();
    damage(model);
    test::expectBadInput(parts, [&] { checkModel(model, "m"); });
}

TEST(CheckModel, NamesWhatIsWrong) {
    const float nan = std::nanf("");
    refuses({"m: tensor 'body.codes'", "80 codes, 81"}, [](MetaModel& m) { m.layers[1].codes.pop_back(); });
    refuses({"'body.codes'", "outside -7 … 7"}, [](MetaModel& m) { m.layers[1].codes[5] = -8; });
    refuses({"'body.codes'", "outside -7 … 7"}, [](MetaModel& m) { m.layers[1].codes[5] = 8; });
    refuses({"'stem.codes'", "outside -127 … 127"}, [](MetaModel& m) { m.layers[0].codes[5] = -128; });
    refuses({"'body.weight_scale'", "2 values, 3"}, [](MetaModel& m) { m.layers[1].weightScale.pop_back(); });
    refuses({"'body.weight_scale'", "between"}, [](MetaModel& m) { m.layers[1].weightScale[2] = 0; });
    refuses({"'body.weight_scale'", "between"}, [](MetaModel& m) { m.layers[1].weightScale[2] = -1; });
    refuses({"'body.act_scale'", "NaN"}, [&](MetaModel& m) { m.layers[1].actScale[0] = nan; });
    refuses({"'body.act_scale'", "between"}, [](MetaModel& m) { m.layers[1].actScale[0] = 1e-40F; });
    refuses({"'body.act_scale'", "4 values, 3"}, [](MetaModel& m) { m.layers[1].actScale.push_back(1); });
    refuses({"'stem.act_scale'", "3 values, 1"}, [](MetaModel& m) { m.layers[0].actScale.resize(3, 1); });
    refuses({"'body.bias'", "3 values, 0"}, [](MetaModel& m) { m.layers[1].bias.resize(3); });
    refuses({"'classifier.bias'", "infinity"}, [](MetaModel& m) { m.layers[3].bias[0] = INFINITY; });
    refuses({"'tail.norm.var'", "negative variance"}, [](MetaModel& m) { m.norms.at(12).var.values[35] = -1e-9F; });
    refuses({"'tail.norm.beta'", "NaN"}, [&](MetaModel& m) { m.norms.at(12).beta.values[0] = nan; });
    refuses({"'tail.norm.mean'", "35 values, 36"}, [](MetaModel& m) { m.norms.at(12).mean.values.pop_back(); });
    refuses({"'tail.norm'", "beta is not [3, 3, 4]"}, [](MetaModel& m) { m.norms.at(12).beta.from = 2; });
    refuses({"'tail.norm.beta'", "36 values, 12"}, [](MetaModel& m) { m.norms.at(12).beta.from = 1; });
    refuses({"'tail.norm'", "no tables"}, [](MetaModel& m) { m.norms.erase(12); });
    refuses({"belong to no norm"}, [](MetaModel& m) { m.norms.emplace(4, m.norms.at(12)); });
    refuses({"number of layers"}, [](MetaModel& m) { m.layers.pop_back(); });
    refuses({"2 class names", "3 classes"}, [](MetaModel& m) { m.classNames.pop_back(); });
    refuses({"normalization mean", "1 values, 2"}, [](MetaModel& m) { m.normalization.mean.pop_back(); });
    refuses({"normalization std", "between"}, [](MetaModel& m) { m.normalization.std[1] = 0; });
    refuses({"bit-widths"}, [](MetaModel& m) { m.bits = {4, 3, 2}; });
}

// 33 100 inputs of 255 times odd codes of 253 pass 2^31.
TEST(CheckModel, RefusesSumsBeyond32Bits) {
    LinearAttributes linear;
    linear.outFeatures = 2;
    linear.fixedBits = 8;
    const auto build = [&](int side) {
        return Network("wide", {{"in", {}, InputAttributes{{side, 200, 1}}},
                                {"flat", {"in"}, FlattenAttributes{}},
                                {"q", {"flat"}, QuantizeAttributes{"linear", false}},
                                {"linear", {"q"}, linear}});
    };
    MetaModel model = randomModel(build(180), {4}, 0);
    std::ranges::fill(model.layers[0].codes, std::int8_t{-127});
    test::expectBadInput({"'linear.codes'", "its sums can pass 32 bits"}, [&] { checkModel(model, "m"); });
    MetaModel narrower = randomModel(build(166), {4}, 0);
    std::ranges::fill(narrower.layers[0].codes, std::int8_t{-127});
    EXPECT_NO_THROW(checkModel(narrower, "m"));
}

/// Layers one after another, the text that a hostile file of a kilobyte or two would hold.
std::string stackedLayers(int count, const std::string& layer, const std::string& input, bool norms) {
    std::string nodes = R"({"name":"in","op":"input","shape":)" + input + "}", before = "in";
    for (int i = 0; i < count; ++i) {
        const std::string name = "l" + std::to_string(i);
        nodes += R"(,{"name":"q)" + name + R"(","op":"quantize","inputs":[")" + before + R"("],"layer":")" + name +
                 R"(","signed":true},{"name":")" + name + R"(","inputs":["q)" + name + "\"]," + layer + "}";
        before = name;
        if (!norms) continue;
        nodes += R"(,{"name":"n)" + name + R"(","op":"norm","inputs":[")" + name + R"("],"transition":["l0",")" + name +
                 "\"]}";
        before = "n" + name;
    }
    return R"({"name":"bomb","nodes":[)" + nodes + "]}";
}

// Each of them took a minute and gigabytes before it was refused: the test ends because nothing is drawn.
TEST(RandomModel, AFewLinesOfAGraphMustNotAskForGigabytes) {
    const auto refuses = [](const std::string& json, std::initializer_list<std::string> reasons) {
        EXPECT_LT(json.size(), 2000U);
        test::expectBadInput(reasons, [&] { randomModel(networkFromJson(json, "bomb.json"), {2, 3, 4}, 0); });
    };
    refuses(stackedLayers(7, R"("op":"linear","out_features":16384)", "[1,1,16384]", false),
            {"bomb.json", "1879048192 weights in all"});
    refuses(
        stackedLayers(9, R"("op":"conv2d","out_channels":2048,"kernel":[8,8],"padding":[0,0])", "[64,64,2048]", false),
        {"bomb.json", "weights in all"});
    refuses(stackedLayers(1, R"("op":"linear","out_features":16384)", "[1,1,16384]", false),
            {"random:bomb", "268435456 weights and norm entries", "150000000"});
    // Hardly a weight, but tables of 3 · 3 · 4 entries for each of a million channels.
    refuses(stackedLayers(8, R"("op":"conv2d","out_channels":1048576,"groups":1048576)", "[1,1,1048576]", true),
            {"random:bomb", "weights and norm entries"});
}

}  // namespace
}  // namespace bitdesk
