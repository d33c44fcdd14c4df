// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/network.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/core/base/expect_error.h"
#include "tests/core/network/tiny_network.h"

namespace bitdesk {
namespace {

using test::nodeNamed;

TEST(Network, CollectsLayersInGraphOrder) {
    const Network network = test::tinyNetwork();
    ASSERT_EQ(network.layers().size(), 4u);
    const Layer& stem = network.layers()[0];
    EXPECT_EQ(stem.name, "stem");
    EXPECT_EQ(stem.fixedBits, 8);
    EXPECT_EQ(stem.quantizableIndex, -1);
    EXPECT_TRUE(stem.signedInput);
    EXPECT_EQ(stem.quantizeNode, "stem.input");
    EXPECT_EQ(network.quantizable(), (std::vector{1, 2}));
    EXPECT_EQ(network.quantizableLayer(1).name, "tail");
    EXPECT_EQ(network.quantizableLayer(1).quantizableIndex, 1);
    const Layer& classifier = network.layers()[3];
    EXPECT_TRUE(classifier.isLinear && classifier.hasBias && !classifier.signedInput);
    EXPECT_EQ(network.classes(), 3);
    EXPECT_EQ(network.inputShape(), (Shape{4, 4, 2}));
}

TEST(Network, KnowsWhoReadsWhat) {
    const Network network = test::tinyNetwork();
    const int add = network.findNode("add");
    EXPECT_EQ(network.inputs(add), (std::vector{network.findNode("body.norm"), network.findNode("stem.relu")}));
    EXPECT_EQ(network.consumers(network.findNode("stem.relu")), (std::vector{network.findNode("body.input"), add}));
    EXPECT_EQ(network.findNode("nobody"), -1);
    EXPECT_EQ(network.findLayer("add"), nullptr);
    EXPECT_EQ(network.findLayer("body")->name, "body");
}

struct Defect {
    const char* name;
    std::function<void(std::vector<Node>&)> make;
    const char* node;
    const char* reason;
};

void PrintTo(const Defect& defect, std::ostream* out) { *out << defect.name; }

class NetworkDefect : public testing::TestWithParam<Defect> {};

TEST_P(NetworkDefect, IsNamed) {
    std::vector<Node> nodes = test::tinyNodes();
    GetParam().make(nodes);
    test::expectBadInput({"network 'tiny'", std::string("node '") + GetParam().node, GetParam().reason},
                         [&] { Network("tiny", nodes); });
}

void rename(std::vector<Node>& nodes, const char* from, const char* to) { nodeNamed(nodes, from).name = to; }
void rewire(std::vector<Node>& nodes, const char* node, std::vector<std::string> inputs) {
    nodeNamed(nodes, node).inputs = std::move(inputs);
}
template <typename T>
T& attributes(std::vector<Node>& nodes, const char* node) {
    return std::get<T>(nodeNamed(nodes, node).attributes);
}

const Defect kGraphDefects[] = {
    {"SelfReference", [](auto& n) { rewire(n, "relu", {"relu"}); }, "relu", "the graph has a cycle"},
    {"Cycle", [](auto& n) { rewire(n, "stem.relu", {"relu"}); }, "stem.relu", "the graph has a cycle"},
    {"ForwardReference", [](auto& n) { std::swap(n[8], n[9]); }, "relu", "'add' comes later"},
    {"UnknownInput", [](auto& n) { rewire(n, "relu", {"nobody"}); }, "relu", "'nobody' is not a node"},
    {"DuplicateName",
     [](auto& n) {
         rename(n, "flatten", "relu");
         rewire(n, "classifier.input", {"relu"});
     },
     "relu", "two nodes have this name"},
    {"EmptyName", [](auto& n) { rename(n, "relu", ""); }, "", "1 to 200 printable"},
    {"LongName", [](auto& n) { n[9].name = std::string(201, 'x'); }, "xxx", "1 to 200 printable"},
    {"ControlCharacter", [](auto& n) { rename(n, "relu", "re\nlu"); }, "re lu", "1 to 200 printable"},
    {"NoInputFirst", [](auto& n) { std::swap(n[0], n[1]); }, "stem.input", "the first node"},
    {"TwoInputs",
     [](auto& n) {
         n.insert(n.begin() + 1, Node{"more", {}, InputAttributes{}});
     },
     "more", "the first node"},
    {"AddOfOne", [](auto& n) { rewire(n, "add", {"body.norm"}); }, "add", "takes 2 input(s), not 1"},
    {"ReluOfTwo",
     [](auto& n) {
         rewire(n, "relu", {"add", "add"});
     },
     "relu", "takes 1 input(s), not 2"},
    {"Unread",
     [](auto& n) {
         rewire(n, "add", {"stem.relu", "stem.relu"});
     },
     "body.norm", "nothing reads it"},
    {"NotFlatAtTheEnd", [](auto& n) { n.resize(13); }, "tail.norm", "one number a class"},
    {"EndsInCodes", [](auto& n) { n.pop_back(); }, "classifier.input", "one number a class"},
    {"NoQuantize",
     [](auto& n) {
         rewire(n, "body", {"stem.relu"});
         rewire(n, "add", {"body.norm", "body.input"});
     },
     "body", "'stem.relu' is no quantize node"},
    {"QuantizeOfAnother", [](auto& n) { attributes<QuantizeAttributes>(n, "body.input").layer = "tail"; }, "body.input",
     "serves one layer"},
    {"SharedQuantize",
     [](auto& n) {
         rewire(n, "add", {"body.norm", "body.input"});
     },
     "body.input", "serves one layer"},
    {"QuantizeIntoRelu",
     [](auto& n) {
         n.insert(n.begin() + 9, Node{"codes", {"add"}, QuantizeAttributes{"relu", false}});
         rewire(n, "relu", {"codes"});
     },
     "codes", "only a conv2d or linear"},
    {"NormOfUnknown", [](auto& n) { attributes<NormAttributes>(n, "tail.norm").from = "nobody"; }, "tail.norm",
     "names 'nobody'"},
    {"NormOfNoLayer", [](auto& n) { attributes<NormAttributes>(n, "tail.norm").to = "add"; }, "tail.norm",
     "names 'add'"},
};

INSTANTIATE_TEST_SUITE_P(Graph, NetworkDefect, testing::ValuesIn(kGraphDefects),
                         [](const auto& test) { return test.param.name; });

const Defect kSizeDefects[] = {
    {"NoPixels", [](auto& n) { attributes<InputAttributes>(n, "input").shape.height = 0; }, "input", "extents"},
    {"NegativeWidth", [](auto& n) { attributes<InputAttributes>(n, "input").shape.width = -4; }, "input", "extents"},
    {"HugeImage",
     [](auto& n) {
         attributes<InputAttributes>(n, "input").shape = {1 << 20, 1 << 20, 1};
     },
     "input", "larger than 2^28"},
    {"NoChannels", [](auto& n) { attributes<Conv2dAttributes>(n, "body").outChannels = 0; }, "body", "channels"},
    {"ZeroStride", [](auto& n) { attributes<Conv2dAttributes>(n, "body").strideWidth = 0; }, "body", "stride"},
    {"NegativePadding", [](auto& n) { attributes<Conv2dAttributes>(n, "body").paddingTop = -1; }, "body", "padding"},
    {"HugeKernel", [](auto& n) { attributes<Conv2dAttributes>(n, "body").kernelWidth = 1 << 24; }, "body", "kernel"},
    {"KernelBeyondTheImage", [](auto& n) { attributes<Conv2dAttributes>(n, "tail").kernelWidth = 5; }, "tail",
     "window of 5 does not fit into 4"},
    {"Groups", [](auto& n) { attributes<Conv2dAttributes>(n, "body").groups = 2; }, "body", "groups must divide"},
    {"NoGroups", [](auto& n) { attributes<Conv2dAttributes>(n, "body").groups = 0; }, "body", "groups must divide"},
    {"ZeroBits", [](auto& n) { attributes<Conv2dAttributes>(n, "stem").fixedBits = 0; }, "stem", "between 2 and 8"},
    {"NineBits", [](auto& n) { attributes<Conv2dAttributes>(n, "stem").fixedBits = 9; }, "stem", "between 2 and 8"},
    {"AddOfDifferentShapes", [](auto& n) { attributes<Conv2dAttributes>(n, "body").outChannels = 4; }, "add",
     "different shapes"},
    {"LinearOfAMap",
     [](auto& n) {
         rewire(n, "classifier.input", {"tail.norm"});
         n.erase(n.begin() + 13, n.begin() + 15);
     },
     "classifier", "flatten it first"},
    {"ZeroEpsilon", [](auto& n) { attributes<NormAttributes>(n, "body.norm").epsilon = 0; }, "body.norm", "epsilon"},
    {"WidePoolPadding",
     [](auto& n) {
         MaxPoolAttributes pool;
         pool.kernelHeight = pool.kernelWidth = 2;
         pool.pad(2, 2);
         nodeNamed(n, "pool").attributes = pool;
     },
     "pool", "smaller than a pooling window"},
    {"DilatedPool",
     [](auto& n) {
         AvgPoolAttributes pool;
         pool.dilationWidth = 2;
         nodeNamed(n, "pool").attributes = pool;
     },
     "pool", "no dilation"},
    {"SliceBeyondTheChannels",
     [](auto& n) { nodeNamed(n, "pool").attributes = SliceAttributes{.first = 1, .count = 1 << 20}; }, "pool",
     "not among"},
    {"ShuffleOfOddGroups", [](auto& n) { nodeNamed(n, "pool").attributes = ChannelShuffleAttributes{.groups = 7}; },
     "pool", "groups must divide"},
    {"HugeUpsampling", [](auto& n) { nodeNamed(n, "pool").attributes = UpsampleAttributes{.height = 257, .width = 1}; },
     "pool", "scale"},
    {"ClipOfSwappedEnds",
     [](auto& n) {
         nodeNamed(n, "pool").attributes = ActivationAttributes{ActivationKind::Clip, 1, -1};
     },
     "pool", "below maximum"},
    {"AdaptivePoolThatGrows",
     [](auto& n) {
         AvgPoolAttributes pool;
         pool.outHeight = pool.outWidth = 1000;
         nodeNamed(n, "pool").attributes = pool;
     },
     "pool", "no larger than its input"},
};

INSTANTIATE_TEST_SUITE_P(Sizes, NetworkDefect, testing::ValuesIn(kSizeDefects),
                         [](const auto& test) { return test.param.name; });

TEST(Network, RefusesTooManyNodesAndNone) {
    test::expectBadInput({"network 'n'", "has 0 nodes"}, [] { Network("n", {}); });
    test::expectBadInput({"network 'n'", "5000 nodes"}, [] { Network("n", std::vector<Node>(5000)); });
    test::expectBadInput({"printable"}, [] { Network("a b", test::tinyNodes()); });
}

TEST(Network, RefusesLayersWhoseSizeOverflows) {
    AvgPoolAttributes pool;
    pool.global = true;
    const auto build = [&](const Shape& input, const Conv2dAttributes& huge) {
        return Network("n", {{"input", {}, InputAttributes{input}},
                             {"q", {"input"}, QuantizeAttributes{"huge", false}},
                             {"huge", {"q"}, huge},
                             {"pool", {"huge"}, pool}});
    };
    const auto refuses = [&](const Shape& input, const Conv2dAttributes& huge, const char* reason) {
        test::expectBadInput({"node 'huge'", reason}, [&] { build(input, huge); });
    };
    // 2^64 weights, which wrap to none in 64 bits.
    refuses({1, 1, 1 << 20}, test::conv(1 << 20, 4096, 4096, 4096), "kernel and stride lie between");
    refuses({1, 1, 1 << 20}, test::conv(1 << 20, 256, 256, 255), "too large: 72057594037927936 weights");
    refuses({1, 1, 1 << 20}, test::conv(1 << 20, 1, 1, 0), "too large: 1099511627776 weights");
    refuses({4096, 4096, 16}, test::conv(16, 255, 1, 127), "too large: 279280248422400 multiply-accumulates");
}

}  // namespace
}  // namespace bitdesk
