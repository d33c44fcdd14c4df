// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Graphs that no catalogue has but a file may: flattened maps that are added, pooled or put out; numbers that overflow.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/random.h"
#include "core/plan/interpreter.h"
#include "core/reference/reference_executor.h"

namespace bitdesk {
namespace {

constexpr int kBatch = 7;

Conv2dAttributes conv(int outputs) {
    Conv2dAttributes a;
    a.outChannels = outputs;
    a.kernelHeight = a.kernelWidth = 3;
    a.paddingHeight = a.paddingWidth = 1;
    return a;
}

LinearAttributes linear(int outputs) {
    LinearAttributes a;
    a.outFeatures = outputs;
    return a;
}

PoolAttributes global() {
    PoolAttributes a;
    a.global = true;
    return a;
}

/// A convolution of a 2×3×2 image, and what follows it.
MetaModel model(std::vector<Node> rest) {
    std::vector<Node> nodes{{"x", {}, InputAttributes{{2, 3, 2}}},
                            {"a.in", {"x"}, QuantizeAttributes{"a", true}},
                            {"a", {"a.in"}, conv(4)},
                            {"n", {"a"}, NormAttributes{"", "a", 1e-5}}};
    nodes.insert(nodes.end(), rest.begin(), rest.end());
    return randomModel(Network("unusual", nodes), {2, 3, 4}, 3);
}

void expectAgreement(const MetaModel& model) {
    Random random(9);
    std::vector<std::uint8_t> images(static_cast<std::size_t>(kBatch * model.network.inputShape().elements()));
    for (auto& pixel : images) pixel = static_cast<std::uint8_t>(random.below(256));
    std::vector<float> expected(static_cast<std::size_t>(kBatch * model.network.classes())), found(expected.size());
    for (const int bits : model.bits) {
        const ExecutionPlan plan = lower(model, uniformBits(model.network, bits));
        makeInterpreter(model)->run(plan, images, kBatch, expected);
        makeReferenceExecutor(model, "cpu", 1)->run(plan, images, kBatch, found);
        for (std::size_t i = 0; i < found.size(); ++i)
            EXPECT_TRUE(std::memcmp(&found[i], &expected[i], sizeof(float)) == 0 ||
                        (std::isnan(found[i]) && std::isnan(expected[i])))
                << bits << " bits, logit " << i << ": " << found[i] << " instead of " << expected[i];
    }
}

TEST(UnusualGraphs, AFlattenedMapIsTheOutput) { expectAgreement(model({{"f", {"n"}, FlattenAttributes{}}})); }

TEST(UnusualGraphs, AFlattenedMapIsAdded) {
    expectAgreement(model({{"f", {"n"}, FlattenAttributes{}},
                           {"b.in", {"f"}, QuantizeAttributes{"b", false}},
                           {"b", {"b.in"}, linear(24)},
                           {"sum", {"b", "f"}, AddAttributes{}},
                           {"r", {"sum"}, ReluAttributes{}}}));
}

TEST(UnusualGraphs, TwoFlattenedMapsAreAddedAndRead) {
    expectAgreement(model({{"f", {"n"}, FlattenAttributes{}},
                           {"sum", {"f", "f"}, AddAttributes{}},
                           {"b.in", {"sum"}, QuantizeAttributes{"b", false}},
                           {"b", {"b.in"}, linear(5)}}));
}

TEST(UnusualGraphs, AFlattenedMapIsPooledAndNormalized) {
    expectAgreement(model({{"f", {"n"}, FlattenAttributes{}},
                           {"p", {"f"}, MaxPoolAttributes{global()}},
                           {"q", {"p"}, AvgPoolAttributes{global()}},
                           {"m", {"q"}, NormAttributes{"", "a", 1e-5}}}));
}

TEST(UnusualGraphs, OverflowsAndNaNAreTheSameEverywhere) {
    for (const bool pooled : {false, true}) {
        std::vector<Node> rest;
        if (pooled) rest = {{"p", {"n"}, MaxPoolAttributes{global()}}, {"f", {"p"}, FlattenAttributes{}}};
        else
            rest = {{"b.in", {"n"}, QuantizeAttributes{"b", false}},
                    {"b", {"b.in"}, conv(5)},
                    {"p", {"b"}, AvgPoolAttributes{global()}},
                    {"f", {"p"}, FlattenAttributes{}}};
        MetaModel hostile = model(rest);
        NormParameters& norm = hostile.norms.at(hostile.network.findNode("n"));
        std::ranges::fill(norm.gamma, 3e38F);
        std::ranges::fill(norm.mean, 3e38F);
        std::ranges::fill(norm.var, 0.F);
        expectAgreement(hostile);
    }
}

}  // namespace
}  // namespace bitdesk
