// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The plan of a small network, step by step as one would write it by hand from docs/model-format.md.
#include <gtest/gtest.h>

#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/execute/plan/execution_plan.h"
#include "core/network/catalogue.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/model/tiny_model.h"

namespace bitdesk {
namespace {

template <typename Operation>
bool is(const Step& step) {
    return step.as<Operation>() != nullptr;
}

struct Expected {
    bool (*operation)(const Step&);
    const char* name;
    int bits;
    bool residual, relu, keepsFloats;
    std::vector<int> codeHighest;  // of each form that it is written in
};

class Lowering : public testing::Test {
protected:
    NormParameters& norm(const char* name) { return m_model.norms.at(m_model.network.findNode(name)); }
    LayerParameters& layer(int index) { return m_model.layers[static_cast<std::size_t>(index)]; }
    /// body at `body` bits, tail at `tail` bits.
    ExecutionPlan plan(int body, int tail) const { return lower(m_model, {{body, tail}}); }

    MetaModel m_model = test::tinyModel();
};

TEST_F(Lowering, FoldsNormSkipAndActivationIntoTheLayerBefore) {
    const ExecutionPlan found = plan(3, 2);
    const Expected expected[] = {
        {is<InputAttributes>, "input", 0, false, false, false, {127}},
        {is<Conv2dAttributes>, "stem", 8, false, true, true, {7}},  // floats for the skip, codes for body
        {is<Conv2dAttributes>, "body", 3, true, true, false, {3}},
        {is<Conv2dAttributes>, "tail", 2, false, false, true, {}},
        {is<PoolWindows>, "pool", 0, false, false, false, {255}},
        {is<LinearAttributes>, "classifier", 8, false, false, true, {}},
    };
    ASSERT_EQ(found.steps.size(), std::size(expected));
    for (std::size_t s = 0; s < std::size(expected); ++s) {
        const Step& step = found.steps[s];
        const Expected& e = expected[s];
        SCOPED_TRACE(e.name);
        EXPECT_TRUE(e.operation(step));
        EXPECT_EQ(step.name, e.name);
        EXPECT_EQ(step.weightBits, e.bits);
        EXPECT_EQ(step.inputBits, e.bits);
        EXPECT_EQ(step.epilogue.residual >= 0, e.residual);
        EXPECT_EQ(step.epilogue.activation,
                  (e.relu ? relu() : ActivationAttributes{ActivationKind::Identity}).inFloat());
        EXPECT_EQ(step.epilogue.floatOutput >= 0, e.keepsFloats);
        ASSERT_EQ(step.epilogue.codeOutputs.size(), e.codeHighest.size());
        for (std::size_t o = 0; o < e.codeHighest.size(); ++o)
            EXPECT_EQ(step.epilogue.codeOutputs[o].highest, e.codeHighest[o]);
    }
    EXPECT_EQ(found.output, found.steps.back().epilogue.floatOutput);
    EXPECT_EQ(found.steps[2].epilogue.residual, found.steps[1].epilogue.floatOutput) << "the skip is the stem's value";
    EXPECT_EQ(found.steps[2].inputs.front(), found.steps[1].epilogue.codeOutputs[0].buffer);
}

TEST_F(Lowering, BuffersLiveFromTheirWriterToTheirLastReader) {
    const ExecutionPlan found = plan(4, 4);
    const Buffer& skip = found.buffers[static_cast<std::size_t>(found.steps[1].epilogue.floatOutput)];
    EXPECT_EQ(skip.firstStep, 1);
    EXPECT_EQ(skip.lastStep, 2);
    EXPECT_EQ(skip.type, ElementType::F32);
    EXPECT_EQ(skip.shape, (Shape{4, 4, 3}));
    const Buffer& image = found.buffers[static_cast<std::size_t>(found.steps[1].inputs.front())];
    EXPECT_EQ(image.type, ElementType::S8);
    const Buffer& logits = found.buffers[static_cast<std::size_t>(found.output)];
    EXPECT_EQ(logits.lastStep, 6) << "the caller reads it after the last step";
}

// scale = s_a · s_w · 2^(top−b)/2 · γ/√(var+ε),  offset = (bias − mean) · γ/√(var+ε) + β.
TEST_F(Lowering, ConstantsAreThoseOfTheTransition) {
    layer(2).weightScale = {0.5F};             // tail
    layer(2).actScale = {0.25F, 0.125F, 1.F};  // at 2, 3 and 4 bits
    NormParameters& table = norm("tail.norm");
    ASSERT_EQ(table.gamma.from, 3);
    ASSERT_EQ(table.gamma.to, 3);
    // Body at 3 bits, tail at 2.
    std::ranges::fill(table.gamma.row(1, 0), 3.0F);
    std::ranges::fill(table.var.row(1, 0), static_cast<float>(4.0 - 1e-5));
    std::ranges::fill(table.mean.row(1, 0), 2.0F);
    std::ranges::fill(table.beta.row(1, 0), 1.0F);
    const Epilogue found = plan(3, 2).steps[3].epilogue;
    ASSERT_EQ(found.scale.size(), 4u);
    // 0.25 · 0.5 · 2²/2 = 0.25; γ/√4 = 1.5; −2 · 1.5 + 1 = −2.
    EXPECT_FLOAT_EQ(found.scale[0], 0.375F);
    EXPECT_FLOAT_EQ(found.offset[0], -2.0F);
    const Epilogue other = plan(4, 2).steps[3].epilogue;
    EXPECT_NE(other.offset[0], found.offset[0]) << "another transition has entries of its own";
}

TEST_F(Lowering, TheFixedSideOfATransitionHasOneEntry) {
    const NormParameters& table = norm("body.norm");
    EXPECT_EQ(table.mean.from, 1) << "the stem is fixed";
    EXPECT_EQ(table.mean.to, 3);
    EXPECT_EQ(norm("stem.norm").mean.to, 1);
}

TEST_F(Lowering, CodesAreMadeWithTheScaleOfTheNextLayersBits) {
    layer(1).actScale = {0.5F, 0.25F, 0.125F};  // body
    for (const auto& [bits, inverse, highest] : {std::tuple{2, 2.F, 3}, {3, 4.F, 7}, {4, 8.F, 15}}) {
        const CodeOutput output = plan(bits, 4).steps[1].epilogue.codeOutputs[0];
        EXPECT_EQ(output.inverseScale, inverse);
        EXPECT_EQ(output.lowest, 0);
        EXPECT_EQ(output.highest, highest);
    }
}

TEST_F(Lowering, RefusesAConfigurationOfAnotherNetwork) {
    test::expectBadInput({"--bits"}, [&] { lower(m_model, {{4}}); });
    test::expectBadInput({"5"}, [&] { lower(m_model, {{4, 5}}); });
}

/// Every field that a change of bits can touch.
void expectSamePlans(const ExecutionPlan& a, const ExecutionPlan& b) {
    EXPECT_EQ(a.bits, b.bits);
    ASSERT_EQ(a.steps.size(), b.steps.size());
    for (std::size_t s = 0; s < a.steps.size(); ++s) {
        EXPECT_EQ(a.steps[s].weightBits, b.steps[s].weightBits) << a.steps[s].name;
        EXPECT_EQ(a.steps[s].inputBits, b.steps[s].inputBits) << a.steps[s].name;
        EXPECT_EQ(a.steps[s].epilogue.scale, b.steps[s].epilogue.scale) << a.steps[s].name;
        EXPECT_EQ(a.steps[s].epilogue.offset, b.steps[s].epilogue.offset) << a.steps[s].name;
        const auto& mine = a.steps[s].epilogue.codeOutputs;
        const auto& other = b.steps[s].epilogue.codeOutputs;
        ASSERT_EQ(mine.size(), other.size());
        for (std::size_t i = 0; i < mine.size(); ++i) {
            EXPECT_EQ(mine[i].buffer, other[i].buffer);
            EXPECT_EQ(mine[i].layer, other[i].layer);
            EXPECT_EQ(mine[i].inverseScale, other[i].inverseScale) << a.steps[s].name;
            EXPECT_EQ(mine[i].lowest, other[i].lowest);
            EXPECT_EQ(mine[i].highest, other[i].highest);
        }
    }
}

TEST(ChangeBits, GivesThePlanThatLoweringAnewGives) {
    const MetaModel model = randomModel(findNetwork("resnet14").build({12, 12, 1}, 10), {2, 3, 4}, 1);
    Random random(2);
    ExecutionPlan plan = lower(model, uniformBits(model.network, 4));
    for (int i = 0; i < 200; ++i) {
        BitConfiguration bits = plan.bits;
        const std::size_t layer = random.below(bits.size());
        bits.bits[layer] = 2 + static_cast<int>(random.below(3));
        changeBits(plan, model, static_cast<int>(layer), bits.bits[layer]);
        expectSamePlans(plan, lower(model, bits));
    }
    EXPECT_THROW(changeBits(plan, model, 0, 5), Error);
    EXPECT_THROW(changeBits(plan, model, 14, 4), Error);
    EXPECT_THROW(changeBits(plan, model, -1, 4), Error);
}

}  // namespace
}  // namespace bitdesk
