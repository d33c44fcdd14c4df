// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "core/network/catalogue.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/network/tiny_network.h"

namespace bitdesk {
namespace {

using Json = nlohmann::ordered_json;

TEST(NetworkJson, KeepsEveryCatalogueNetwork) {
    for (const CatalogueNetwork& entry : networkCatalogue()) {
        const Network network = entry.build(entry.defaultInput, entry.defaultClasses);
        const std::string json = networkToJson(network);
        const Network again = networkFromJson(json, "f");
        EXPECT_EQ(again.name(), network.name());
        EXPECT_EQ(again.nodes(), network.nodes());
        EXPECT_EQ(networkToJson(again), json);
    }
}

TEST(NetworkJson, KeepsEveryAttribute) {
    auto nodes = test::tinyNodes();
    auto& body = std::get<Conv2dAttributes>(test::nodeNamed(nodes, "body").attributes);
    body.outChannels = 3;
    body.kernelHeight = 3;
    body.kernelWidth = 1;
    body.paddingTop = 2;
    body.paddingBottom = 2;
    body.dilationHeight = 2;
    body.groups = 3;
    body.fixedBits = 5;
    body.hasBias = true;
    std::get<NormAttributes>(test::nodeNamed(nodes, "body.norm").attributes).epsilon = 0.1 + 0.2;
    test::nodeNamed(nodes, "relu").attributes = relu(0.1);
    MaxPoolAttributes pool;
    pool.kernelHeight = pool.kernelWidth = 3;
    pool.strideHeight = 2;
    pool.paddingTop = 1;
    pool.paddingRight = 2;
    pool.ceilMode = true;
    pool.countPadding = false;
    test::nodeNamed(nodes, "pool").attributes = pool;
    const Network network("odd", nodes);
    EXPECT_EQ(networkFromJson(networkToJson(network), "f").nodes(), network.nodes());
}

TEST(NetworkJson, ReadsAGraphWrittenByHand) {
    const Network network = networkFromJson(R"({"name": "two", "nodes": [
        {"name": "in", "op": "input", "shape": [6, 5, 1]},
        {"name": "q", "op": "quantize", "inputs": ["in"], "layer": "c", "signed": true},
        {"name": "c", "op": "conv2d", "inputs": ["q"], "out_channels": 2, "kernel": [3, 2], "stride": [1, 2], "bits": 8},
        {"name": "p", "op": "avg_pool", "inputs": ["c"], "global": true}]})",
                                            "f");
    EXPECT_EQ(network.layers().at(0).output, (Shape{4, 2, 2}));
    EXPECT_EQ(network.layers().at(0).fixedBits, 8);
    EXPECT_FALSE(network.layers().at(0).hasBias);
    EXPECT_EQ(network.classes(), 2);
}

void refuses(const std::string& json, std::initializer_list<std::string> parts) {
    SCOPED_TRACE(json.substr(0, 100));
    test::expectBadInput(parts, [&] { networkFromJson(json, "f.safetensors"); });
}

/// The tiny network's JSON with one key of one node set.
std::string with(const char* node, const char* key, const Json& value) {
    Json json = Json::parse(networkToJson(test::tinyNetwork()));
    for (Json& entry : json["nodes"])
        if (entry["name"] == node) entry[key] = value;
    return json.dump();
}

TEST(NetworkJson, NamesTheNodeAndTheKey) {
    refuses(with("body", "colour", "red"), {"f.safetensors: nodes[6], node 'body'", "key 'colour' is not known"});
    refuses(with("body", "op", "conv3d"), {"node 'body'", "operation 'conv3d' is not known"});
    refuses(with("body", "op", 7), {"node 'body'", "'op' is no text"});
    refuses(with("body", "name", 7), {"node '?'", "'name' is no text"});
    refuses(with("body", "out_channels", 2.5), {"node 'body'", "'out_channels' is no integer in range"});
    refuses(with("body", "out_channels", "3"), {"node 'body'", "'out_channels' is no integer in range"});
    refuses(with("body", "out_channels", 4294967299), {"'out_channels' is no integer in range"});
    refuses(with("body", "out_channels", 18446744073709551615ULL), {"'out_channels' is no integer in range"});
    refuses(with("body", "kernel", 3), {"nodes[6].kernel, node 'body'", "'kernel' is no pair"});
    refuses(with("body", "kernel", {3, 3, 3}), {"'kernel' is no pair"});
    refuses(with("body", "stride", {1, true}), {"'stride' is no integer in range"});
    refuses(with("body", "bias", 1), {"'bias' is neither true nor false"});
    refuses(with("stem", "bits", "8"), {"node 'stem'", "'bits' is no integer in range"});
    refuses(with("input", "shape", {4, 4}), {"node 'input'", "'shape' is not [height, width, channels]"});
    refuses(with("body.norm", "transition", {"stem"}), {"node 'body.norm'", "'transition' is no pair"});
    refuses(with("body.norm", "transition", {"stem", 3}), {"'transition' is no pair"});
    refuses(with("body.norm", "epsilon", "small"), {"'epsilon' is no number"});
    refuses(with("relu", "inputs", "add"), {"node 'relu'", "'inputs' is no list"});
    refuses(with("relu", "inputs", Json::array({1})), {"node 'relu'", "'inputs'"});
    refuses(with("relu", "inputs", {"relu"}), {"f.safetensors", "node 'relu'", "the graph has a cycle"});
    refuses(with("pool", "kernel", {2, 2}), {"node 'pool'", "key 'kernel' is not known"});
}

TEST(NetworkJson, RefusesOtherForms) {
    refuses("", {"f.safetensors", "the network is not valid JSON"});
    refuses("[]", {"a network is a JSON object"});
    refuses("{}", {"a network is a JSON object"});
    refuses(R"({"name": "x", "nodes": {}})", {"a network is a JSON object"});
    refuses(R"({"name": "x", "nodes": [], "more": 1})", {"a network is a JSON object"});
    refuses(R"({"name": "x", "name": "y", "nodes": []})", {"has the key 'name' twice"});
    refuses(R"({"name": "x", "nodes": []})", {"network 'x'", "has 0 nodes"});
    refuses(R"({"name": "x", "nodes": [3]})", {"a node is no JSON object"});
    refuses(R"({"name": "x", "nodes": [{"name": "a", "op": "relu", "op": "add"}]})", {"has the key 'op' twice"});
    refuses(std::string(100'000, '['), {"nested too deeply"});
    refuses("{\"name\": \"x\", \"nodes\": " + std::string(100'000, '['), {"nested too deeply"});
}

RC_GTEST_PROP(NetworkJson, DamagedTextReadsOrThrowsError, ()) {
    static const std::string valid = networkToJson(test::tinyNetwork());
    std::string text = valid;
    const int damages = *rc::gen::inRange(1, 4);
    for (int i = 0; i < damages; ++i) {
        const auto position = *rc::gen::inRange<std::size_t>(0, text.size());
        text[position] =
            *rc::gen::oneOf(rc::gen::arbitrary<char>(), rc::gen::element('{', '}', '[', ']', '"', ',', '-', '9'));
    }
    try {
        networkFromJson(text, "f");
    } catch (const Error& error) {
        RC_ASSERT(error.kind() == ErrorKind::BadInput);
    }
}

}  // namespace
}  // namespace bitdesk
