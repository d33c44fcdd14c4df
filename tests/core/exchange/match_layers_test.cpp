// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/match_layers.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/exchange/suggest_mapping.h"
#include "core/exchange/tensor_names.h"
#include "core/network/catalogue.h"
#include "tests/core/base/expect_error.h"

namespace bitdesk {
namespace {

using Names = std::vector<std::string>;

/// What a file calls a layer and its norm; no norm: "".
struct Called {
    std::string layer, module, norm;
};

/// The tensors of a network under a file's names, in the order of `calls`. Only their shapes matter here.
TensorFile fileOf(const Network& network, const std::vector<Called>& calls, bool sorted) {
    TensorFile file;
    file.where = "net.file";
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
        file.tensors.emplace(name, Tensor{.dtype = "F32", .shape = std::move(shape), .data = {}});
        file.names.push_back(name);
    };
    for (const Called& call : calls) {
        const Layer& layer = *network.findLayer(call.layer);
        std::vector<std::int64_t> shape{layer.output.channels, layer.inputChannelsPerGroup()};
        if (!layer.isLinear) shape.insert(shape.end(), {layer.kernelHeight, layer.kernelWidth});
        add(call.module + ".weight", shape);
        for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"})
            if (!call.norm.empty()) add(call.norm + part, {layer.output.channels});
    }
    if (sorted) std::ranges::sort(file.names);
    return file;
}

void expectAll(const LayerMatches& matches, const std::vector<Called>& calls) {
    EXPECT_EQ(matches.uncertain, Names());
    for (const Called& call : calls) {
        EXPECT_EQ(matches.weights.at(call.layer), call.module + ".weight");
        if (!call.norm.empty()) {
            EXPECT_EQ(matches.norms.at(call.layer + ".norm"), call.norm);
        }
    }
}

/// timm's names: convolutions by what they do, norms by number.
std::vector<Called> timmMobileNet(const Network& network) {
    std::vector<Called> calls{{"stem", "conv_stem", "bn1"}};
    for (const Layer& layer : network.layers()) {
        if (!layer.name.starts_with("stage")) continue;
        const std::string block = layer.name.substr(0, layer.name.rfind('.')),
                          part = layer.name.substr(block.size() + 1);
        const auto place = "blocks." + std::to_string(block[5] - '1') + "." + std::to_string(block.back() - '1') + ".";
        const bool narrow = network.findLayer(block + ".expand") == nullptr;
        if (part == "expand") calls.push_back({layer.name, place + "conv_pw", place + "bn1"});
        else if (part == "depthwise")
            calls.push_back({layer.name, place + "conv_dw", place + (narrow ? "bn1" : "bn2")});
        else calls.push_back({layer.name, place + (narrow ? "conv_pw" : "conv_pwl"), place + (narrow ? "bn2" : "bn3")});
    }
    calls.insert(calls.end(), {{"head", "conv_head", "bn2"}, {"classifier", "classifier", ""}});
    return calls;
}

/// torchvision's.
std::vector<Called> resNet(const Network& network, const std::string& shortcut) {
    std::vector<Called> calls{{"stem", "conv1", "bn1"}};
    for (const Layer& layer : network.layers()) {
        if (!layer.name.starts_with("stage")) continue;
        const std::string block = layer.name.substr(0, layer.name.rfind('.')),
                          part = layer.name.substr(block.size() + 1);
        const auto place = "layer" + block.substr(5, 1) + "." + std::to_string(block.back() - '1') + ".";
        if (part == "shortcut") calls.push_back({layer.name, place + shortcut + ".0", place + shortcut + ".1"});
        else calls.push_back({layer.name, place + part, place + "bn" + part.back()});
    }
    calls.push_back({"classifier", "fc", ""});
    return calls;
}

TEST(MatchLayers, KnowsTheOrderOfNumbersInFilesThatAreSorted) {
    const Network mobile = openNetwork("mobilenetv2", Shape{32, 32, 3}, 10);
    const Network deep = openNetwork("resnet50", Shape{32, 32, 3}, 10);
    for (const bool sorted : {false, true}) {
        SCOPED_TRACE(sorted);
        for (const auto& [network, calls] :
             {std::pair{&mobile, timmMobileNet(mobile)}, std::pair{&deep, resNet(deep, "downsample")}})
            expectAll(matchLayers(fileOf(*network, calls, sorted), *network, {2, 3, 4}), calls);
    }
}

// With one channel the stem has the shape of the first depthwise layer, which has its neighbour in its block.
TEST(MatchLayers, KnowsALayerByTheModuleOfItsNeighbours) {
    const Network network = openNetwork("mobilenetv2", Shape{32, 32, 1}, 10);
    const auto calls = timmMobileNet(network);
    expectAll(matchLayers(fileOf(network, calls, true), network, {2, 3, 4}), calls);
}

TEST(MatchLayers, DoesNotGuessWhichBranchIsTheShortcut) {
    const Network network = openNetwork("resnet50", Shape{32, 32, 3}, 10);
    for (const bool sorted : {false, true}) {
        const auto matches = matchLayers(fileOf(network, resNet(network, "b"), sorted), network, {2});
        EXPECT_TRUE(std::ranges::includes(matches.uncertain, Names{"stage1.block1.conv3", "stage1.block1.shortcut"}));
    }
}

class MatchMlp : public testing::Test {
protected:
    LayerMatches match(const std::vector<Called>& calls, bool sorted) const {
        return matchLayers(fileOf(m_network, calls, sorted), m_network, {2, 3, 4});
    }
    Network m_network = openNetwork("mlp", Shape{4, 4, 1}, 10);
    Names m_hidden{"hidden1", "hidden2"};
};

TEST_F(MatchMlp, DoesNotGuessAnOrder) {
    const auto named = [](const char* first, const char* second) {
        return std::vector<Called>{{"stem", "a", "a.bn"},
                                   {"hidden1", first, std::string(first) + ".bn"},
                                   {"hidden2", second, std::string(second) + ".bn"},
                                   {"classifier", "z", ""}};
    };
    expectAll(match(named("l9", "l10"), false), named("l9", "l10"));
    expectAll(match(named("l9", "l10"), true), named("l9", "l10"));
    expectAll(match(named("left", "deep"), false), named("left", "deep"));  // the order of the modules
    EXPECT_EQ(match(named("left", "deep"), false).byFileOrder, m_hidden);
    EXPECT_EQ(match(named("l9", "l10"), false).byFileOrder, Names());
    EXPECT_EQ(match(named("left", "deep"), true).uncertain, m_hidden);
    EXPECT_EQ(match(named("l2", "l1"), false).uncertain, m_hidden);  // numbers say otherwise
    expectAll(match(named("hidden1", "hidden2"), true), named("hidden1", "hidden2"));
}

TEST_F(MatchMlp, DoesNotChooseAmongMoreThanItNeeds) {
    TensorFile file = fileOf(
        m_network, {{"stem", "l0", "n0"}, {"hidden1", "l1", "n1"}, {"hidden2", "l2", "n2"}, {"classifier", "l3", ""}},
        false);
    file.tensors.emplace("l9.weight", file.tensors.at("l2.weight"));
    file.names.emplace_back("l9.weight");
    EXPECT_EQ(matchLayers(file, m_network, {2}).uncertain, m_hidden);
    file.tensors.emplace("l9.mask", file.tensors.extract("l9.weight").mapped());
    file.names.back() = "l9.mask";
    EXPECT_EQ(matchLayers(file, m_network, {2}).uncertain, Names());
}

TEST_F(MatchMlp, SeesWhereTwoReadingsOfNormsDisagree) {
    const std::vector<Called> shifted{
        {"stem", "fc0", "bn1"}, {"hidden1", "fc1", "bn2"}, {"hidden2", "fc2", "bn3"}, {"classifier", "fc3", ""}};
    for (const bool sorted : {false, true})
        EXPECT_EQ(match(shifted, sorted).uncertain, (Names{"stem.norm", "hidden1.norm", "hidden2.norm"})) << sorted;
}

// The second layer stands before the first in the file, and its norm behind it; numbers of norms say the other order.
TEST_F(MatchMlp, SeesWhereNumbersOfNormsContradictTheFile) {
    const std::vector<Called> calls{
        {"stem", "a", "a.n"}, {"hidden2", "hidden2", "bn1"}, {"hidden1", "hidden1", "bn2"}, {"classifier", "z", ""}};
    EXPECT_EQ(match(calls, false).uncertain, (Names{"hidden1.norm", "hidden2.norm"}));
}

TEST_F(MatchMlp, ADraftThatIsAGuessIsNotImported) {
    const TensorFile file = fileOf(
        m_network,
        {{"stem", "a", "a.n"}, {"hidden1", "b", "b.n"}, {"hidden2", "left", "left.n"}, {"classifier", "z", ""}}, true);
    const SuggestedMapping draft = suggestMapping(file, m_network, {2, 3, 4});
    test::expectBadInput({"the mapping drafted from net.file", "a guess at hidden1, hidden2", "the command"},
                         [&] { checkCertain(draft, "the command"); });
}

TEST(TensorNames, AreOrderedByNumbers) {
    EXPECT_EQ(orderByNumber("b.9.x", "b.10.a"), NameOrder::Before);
    EXPECT_EQ(orderByNumber("b.09.x", "b.1.a"), NameOrder::After);
    EXPECT_EQ(orderByNumber("branch2a", "branch2b"), NameOrder::Before);
    EXPECT_EQ(orderByNumber("conv_b", "conv_a"), NameOrder::After);
    for (const char* other : {"conv_pw", "bn1", "conv_dw.1", "conv_dw", "conv1", ""})
        EXPECT_EQ(orderByNumber("conv_dw", other), NameOrder::Unknown) << other;
    EXPECT_TRUE(naturallyLess("b.9", "b.10"));
    EXPECT_FALSE(naturallyLess("b.10", "b.9"));
    EXPECT_TRUE(naturallyLess("b", "b.9"));
    EXPECT_FALSE(naturallyLess("b.09", "b.9") && naturallyLess("b.9", "b.09"));
}

}  // namespace
}  // namespace bitdesk
