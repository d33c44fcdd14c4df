// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What the catalogue of activation functions says of each is true of what each computes.

#include "core/network/activations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "core/execute/interpreter/interpreter.h"
#include "core/network/network.h"
#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

float valueOf(const Activation& activation, float v) { return activated(activation, v, FloatOperations()); }

/// Both sides of 0, densely, and what is far out.
std::vector<float> someValues() {
    std::vector<float> values{-kInfinity, -1e30F, -1e5F, -0.0F, 0.0F, 1e-30F, 1e5F, 1e30F, kInfinity};
    for (int i = -4000; i <= 4000; ++i) values.push_back(static_cast<float>(i) * 0.0031F);
    return values;
}

std::vector<Activation> someActivations() {
    std::vector<Activation> found;
    for (const ActivationEntry& entry : activations()) {
        if (entry.parameters.empty()) found.push_back({entry.kind});
        else if (entry.parameters.size() == 1)
            for (const double parameter : {entry.parameters[0].fallback, 0.7, 6.0})
                found.push_back({entry.kind, static_cast<float>(parameter)});
        else
            for (const float second : {0.7F, 6.0F})
                for (const float first : {-1.0F, 0.0F, 0.5F}) found.push_back({entry.kind, first, second});
    }
    return found;
}

TEST(Activations, AreFoundByKindAndName) {
    std::set<std::string> names;
    for (const ActivationEntry& entry : activations()) {
        EXPECT_EQ(&entryOf(entry.kind), &entry);
        if (entry.operation == nullptr) continue;
        EXPECT_EQ(findActivation(entry.operation), &entry);
        EXPECT_TRUE(names.insert(entry.operation).second) << entry.operation;
    }
    EXPECT_EQ(findActivation("conv2d"), nullptr);
    EXPECT_TRUE(names.contains("relu"));
}

TEST(Activations, NoValueIsLargerThanTheLargest) {
    for (const Activation& activation : someActivations())
        for (const float v : someValues()) {
            const float value = valueOf(activation, v);
            EXPECT_TRUE(std::isnan(value) || value <= largestOf(activation)) << v;
        }
}

TEST(Activations, WhatIsNeverNegativeIsNot) {
    int never = 0, negative = 0;
    for (const Activation& activation : someActivations()) {
        ++(isNeverNegative(activation) ? never : negative);
        for (const float v : someValues()) {
            const float value = valueOf(activation, v);
            EXPECT_TRUE(!isNeverNegative(activation) || std::isnan(value) || value >= 0) << v;
        }
    }
    EXPECT_GE(never, 5);
    EXPECT_GE(negative, 5);
}

TEST(Activations, NanStays) {
    for (const Activation& activation : someActivations()) EXPECT_TRUE(std::isnan(valueOf(activation, NAN)));
}

/// The codes of v are those of its value, for every scale, where the catalogue says so.
TEST(Activations, WhatCodesCutNeedNotBeComputed) {
    int cut = 0, others = 0, different = 0;
    for (const Activation& activation : someActivations()) {
        ++(isCutByCodes(activation) ? cut : others);
        for (const float inverse : {0.3F, 1.0F, 3.7F, 100.0F})
            for (const int bits : {2, 4, 8}) {
                const int highest =
                    quantizeActivation(largestOf(activation), inverse, 0, activationHighest(bits, false));
                for (const float v : someValues()) {
                    const int with = quantizeActivation(valueOf(activation, v), inverse, 0, highest);
                    const int without = quantizeActivation(v, inverse, 0, highest);
                    if (isCutByCodes(activation)) ASSERT_EQ(with, without) << v;
                    else different += with != without ? 1 : 0;
                }
            }
    }
    EXPECT_GE(cut, 4);
    EXPECT_GE(others, 1);
    EXPECT_GT(different, 1000);
}

TEST(Activations, HardSwishByHand) {
    const Activation hardSwish{ActivationKind::HardSwish, 0};
    EXPECT_EQ(valueOf(hardSwish, -4.0F), 0.0F);
    EXPECT_EQ(valueOf(hardSwish, -1.5F), -0.375F);  // its lowest: it falls before it rises
    EXPECT_EQ(valueOf(hardSwish, -1.0F), -1.0F * 2.0F / 6.0F);
    EXPECT_EQ(valueOf(hardSwish, 0.0F), 0.0F);
    EXPECT_EQ(valueOf(hardSwish, 3.0F), 3.0F);
    EXPECT_EQ(valueOf(hardSwish, 100.0F), 100.0F);
}

TEST(Activations, EveryOneIsReadAndWritten) {
    for (const ActivationEntry& entry : activations()) {
        if (entry.operation == nullptr) continue;
        LinearAttributes linear;
        linear.outFeatures = 2;
        ActivationAttributes end{entry.kind};
        for (std::size_t i = 0; i < entry.parameters.size(); ++i) end.number(i) = i == 0 ? 2.5 : 3.5;
        const Network network("one", {{"x", {}, InputAttributes{{1, 1, 3}}},
                                      {"a.in", {"x"}, QuantizeAttributes{"a", true}},
                                      {"a", {"a.in"}, linear},
                                      {"end", {"a"}, end}});
        EXPECT_STREQ(operationName(network.nodes().back()), entry.operation);
        EXPECT_EQ(networkFromJson(networkToJson(network), "f").nodes(), network.nodes());
    }
}

}  // namespace
}  // namespace bitdesk
