// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <memory>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "core/base/error.h"
#include "core/execute/torch/node_operations.h"
#include "core/execute/torch/torch_executor.h"
#include "core/posttrain/activation_scales.h"
#include "core/posttrain/block_reconstruction.h"
#include "core/posttrain/import_check.h"
#include "core/posttrain/input_covariance.h"
#include "core/posttrain/norm_correction.h"
#include "core/posttrain/post_train.h"
#include "core/posttrain/soft_rounding.h"
#include "core/posttrain/weight_rounding.h"
#include "core/posttrain/weight_scales.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"
#include "tests/core/posttrain/float_network.h"

namespace bitdesk {
namespace {

constexpr std::int64_t kCount = 96;

class PostTraining : public testing::Test {
protected:
    MetaModel made(const std::vector<int>& bits, const PostTrainSettings& settings = {}) const {
        return quantized(m_model, bits, m_images, settings, {}, {});
    }
    at::Tensor pixels() const { return ImageBatches(m_model, m_images)[0]; }

    /// Mean squared difference of a mix's logits from the float network's.
    double outputError(const SimulatedNetwork& network, int bits) const {
        const at::NoGradGuard guard;
        FloatPass real(m_model);
        SimulatedPass simulated(network, uniformBits(m_model.network, bits));
        return (simulated.run(pixels()) - real.run(pixels())).square().mean().item<double>();
    }
    /// Up to a refinement.
    std::unique_ptr<SimulatedNetwork> simulated(const std::vector<int>& bits, const PostTrainSettings& settings,
                                                Rounding rounding = Rounding::ByError) const {
        auto made = std::make_unique<SimulatedNetwork>(m_model, bits);
        SimulatedNetwork& network = *made;
        const ImageBatches batches(m_model, m_images);
        const PostTrainWork work{settings, m_noSink, {}};
        if (settings.refinement == Refinement::None) rounding = Rounding::Nearest;
        setWeights(network, setActivationScales(network, batches, work), rounding);
        if (settings.refinement >= Refinement::Norms) correctNorms(network, batches, false, work);
        if (settings.refinement >= Refinement::Blocks) {
            reconstructBlocks(network, batches, work);
            correctNorms(network, batches, false, work);
        }
        return made;
    }

    FloatModel m_model = test::floatNetwork();
    CalibrationImages m_images = test::noiseImages(m_model, kCount);
    ProgressSink m_noSink;
};

/// The executors' answer is that of the simulated pass: codes, scales and tables say what was fitted.
TEST_F(PostTraining, TheModelIsWhatWasSimulated) {
    const PostTrainSettings settings;
    const auto network = simulated({3, 6}, settings);
    const MetaModel model = network->toModel();
    const auto executor = makeReferenceExecutor(model, "cpu", 1);
    std::vector<std::uint8_t> bytes(toIndex(8 * m_model.network.inputShape().elements()));
    m_images.read(0, bytes);
    for (const BitConfiguration& mix : {BitConfiguration{{3, 6}}, BitConfiguration{{6, 3}}, BitConfiguration{{6, 6}}}) {
        std::vector<float> logits(8 * 3);
        executor->run(lower(model, mix), bytes, 8, logits);
        const at::NoGradGuard guard;
        const at::Tensor expected = SimulatedPass(*network, mix).run(pixels().narrow(0, 0, 8)).flatten();
        for (std::size_t i = 0; i < logits.size(); ++i)
            EXPECT_NEAR(logits[i], expected[static_cast<std::int64_t>(i)].item<float>(), 0.02) << toText(mix) << i;
    }
}

TEST_F(PostTraining, EightBitsLoseNextToNothing) {
    const auto network = simulated({8}, {});
    FloatPass real(m_model);
    const double spread = real.run(pixels()).var().item<double>();
    EXPECT_LT(outputError(*network, 8), 0.001 * spread);
}

TEST_F(PostTraining, EachRefinementComesCloser) {
    const PostTrainSettings settings{.refinement = Refinement::Blocks, .iterations = 30};
    double none = 0, norms = 0, blocks = 0;
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        m_model = test::floatNetwork(seed);
        none += outputError(*simulated({2}, {.refinement = Refinement::None}), 2);
        norms += outputError(*simulated({2}, {}), 2);
        blocks += outputError(*simulated({2}, settings), 2);
    }
    EXPECT_LT(norms, 0.3 * none);
    EXPECT_LT(blocks, 1.05 * norms) << "a block that comes no closer stays";
}

/// From the nearest codes there is much to win.
TEST_F(PostTraining, BlocksAreReconstructed) {
    const PostTrainSettings blocks{.refinement = Refinement::Blocks, .iterations = 200};
    const double rounded = outputError(*simulated({2}, {}, Rounding::Nearest), 2);
    EXPECT_LT(outputError(*simulated({2}, blocks, Rounding::Nearest), 2), 0.8 * rounded);
}

/// A channel behind a norm has the mean and deviation of the float network's, whatever the width.
TEST_F(PostTraining, NormsMatchTheFloatNetworksChannels) {
    class Watch final : public SimulatedPass {
    public:
        using SimulatedPass::SimulatedPass;
        at::Tensor seen;

    private:
        at::Tensor norm(int node, const at::Tensor& input) override {
            at::Tensor value = SimulatedPass::norm(node, input);
            if (network().nodes()[toIndex(node)].name == "body.norm") seen = value;
            return value;
        }
    };
    const at::NoGradGuard guard;
    const auto exact = simulated({8}, {.refinement = Refinement::None});
    Watch wanted(*exact, uniformBits(m_model.network, 8));
    wanted.run(pixels());
    const auto network = simulated({2, 4}, {});
    for (const int bits : {2, 4}) {
        Watch found(*network, uniformBits(m_model.network, bits));
        found.run(pixels());
        EXPECT_LT((found.seen.mean({0, 2, 3}) - wanted.seen.mean({0, 2, 3})).abs().max().item<double>(), 0.05) << bits;
        const at::Tensor ratio = found.seen.var({0, 2, 3}) / wanted.seen.var({0, 2, 3});
        EXPECT_LT(ratio.log().abs().max().item<double>(), 0.05) << bits;
    }
}

TEST_F(PostTraining, KeepsTheFloatsAndSmallTables) {
    const MetaModel model = made({2, 3, 4});
    ASSERT_NE(model.floats, nullptr);
    // Equalized or not, they answer as they did.
    const at::Tensor x = pixels();
    const std::span<const float> images(x.const_data_ptr<float>(), toIndex(x.numel()));
    const auto kept = floatLogits(*model.floats, images, kCount / 2), given = floatLogits(m_model, images, kCount / 2);
    for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_NEAR(kept[i], given[i], 1e-4) << i;
    const NormParameters& tail = model.norms.at(m_model.network.findNode("tail.norm"));
    EXPECT_EQ(std::pair(tail.gamma.from, tail.gamma.to), std::pair(1, 3)) << "γ is of a layer's own width";
    EXPECT_EQ(std::pair(tail.beta.from, tail.beta.to), std::pair(3, 3));
    EXPECT_EQ(std::pair(tail.mean.from, tail.mean.to), std::pair(1, 1));
}

TEST_F(PostTraining, ARunThatWasEndedGoesOn) {
    const test::TemporaryFolder folder;
    PostTrainSettings settings{.refinement = Refinement::Blocks, .iterations = 20, .checkpoint = folder / "m.ckpt"};
    const MetaModel whole = made({2, 3}, {.refinement = Refinement::Blocks, .iterations = 20});
    std::stop_source stop;
    const auto endAtTail = [&](const Progress& progress) {
        if (progress.activity.ends_with("3 bits, up to relu")) stop.request_stop();
    };
    EXPECT_THROW(quantized(m_model, {2, 3}, m_images, settings, endAtTail, stop.get_token()), Cancelled);
    ASSERT_TRUE(std::filesystem::exists(settings.checkpoint));
    int learnt = 0;
    std::string last;
    const auto count = [&](const Progress& progress) {
        if (progress.activity.starts_with("rounding at 2") && progress.activity == last) ++learnt;
        last = progress.activity;
    };
    const MetaModel resumed = quantized(m_model, {2, 3}, m_images, settings, count, {});
    EXPECT_EQ(learnt, 0) << "what was done is not done again";
    for (std::size_t l = 0; l < whole.layers.size(); ++l)
        EXPECT_EQ(resumed.layers[l].codes, whole.layers[l].codes) << l;
}

TEST_F(PostTraining, ACheckpointOfAnotherNetworkIsNotTaken) {
    const test::TemporaryFolder folder;
    const PostTrainSettings settings{
        .refinement = Refinement::Blocks, .iterations = 10, .checkpoint = folder / "m.ckpt"};
    made({2}, settings);
    m_model = test::floatNetwork(7);
    EXPECT_EQ(made({2}, settings).layers[1].codes,
              made({2}, {.refinement = Refinement::Blocks, .iterations = 10}).layers[1].codes);
}

TEST_F(PostTraining, RefusesNoImages) {
    m_images.count = 0;
    test::expectBadInput({"images", "missing"}, [&] { made({4}); });
}

TEST(WeightScales, AFilterOnAGridKeepsIt) {
    const at::Tensor weight = at::tensor({-0.4F, 0.3F, 0.1F, 0.0F, 0.7F, -0.8F, 0.2F, 0.4F}).view({2, 4});
    const at::Tensor scale = bestWeightScale(weight, 4, {});
    const at::Tensor codes = (weight / scale.view({2, 1})).round();
    EXPECT_LT((codes * scale.view({2, 1}) - weight).abs().max().item<double>(), 0.02);
}

TEST(WeightScales, ImportanceDecidesWhatIsKept) {
    const at::Tensor weight = at::tensor({1.0F, 0.31F}).view({1, 2});
    const auto error = [&](const at::Tensor& importance, int column) {
        const double scale = bestWeightScale(weight, 2, importance).item<double>();
        const double w = weight[0][column].item<double>();
        return std::abs(scale * std::clamp(std::nearbyint(w / scale), -2.0, 1.0) - w);
    };
    EXPECT_LT(error(at::tensor({1e-4F, 1.0F}).view({1, 2}), 1), 0.02);
    EXPECT_LT(error(at::tensor({1.0F, 1e-4F}).view({1, 2}), 0), 0.02);
}

/// A network of one convolution, with all that moves its windows.
Network convolution(int groups) {
    Conv2dAttributes conv;
    conv.outChannels = 4;
    conv.groups = groups;
    conv.kernelHeight = 3;
    conv.kernelWidth = 2;
    conv.strideHeight = 2;
    conv.paddingTop = 1;
    conv.paddingRight = 2;
    conv.dilationWidth = 2;
    return Network("one", {{.name = "x", .inputs = {}, .attributes = InputAttributes{{7, 6, 4}}},
                           {.name = "codes", .inputs = {"x"}, .attributes = QuantizeAttributes{"conv", true}},
                           {.name = "conv", .inputs = {"codes"}, .attributes = conv},
                           {.name = "flat", .inputs = {"conv"}, .attributes = FlattenAttributes{}}});
}

/// Σ of squares of a convolution's output is what the moments say of its weights: LibTorch's own convolution shows it.
TEST(Covariance, IsWhatAConvolutionSums) {
    for (const int groups : {1, 2, 4}) {
        const Network network = convolution(groups);
        const Layer& layer = network.layers().front();
        at::manual_seed(3);
        const at::Tensor x = at::randn({5, 4, 7, 6}) + 0.5, weight = at::randn({4, 4 / groups, 3, 2});
        InputCovariance moments(network, layer, 5);
        moments.add(x.narrow(0, 0, 3));
        moments.add(x.narrow(0, 3, 2));
        const at::Tensor rows = moments.toRuns(weight);
        const at::Tensor sum = floatSum(network, layer, x, weight, {});
        const auto of = [&](bool centred) {
            return moments.fromRuns(rows.bmm(moments.matrix(centred)).mul(rows), weight).sum({1, 2, 3});
        };
        EXPECT_TRUE(of(false).allclose(sum.square().mean({0, 2, 3}), 1e-4)) << groups;
        EXPECT_TRUE(of(true).allclose(sum.var({0, 2, 3}, false), 1e-4)) << groups;
        EXPECT_TRUE(moments.fromRuns(rows, weight).equal(weight));
        EXPECT_TRUE(moments.filtersToRuns(weight.select(1, 0).select(1, 0).select(1, 0).contiguous())
                        .equal(rows.narrow(2, 0, 1)));
    }
}

/// A wide layer's weights are cut; what it reads still comes in the order of its weights.
TEST(Covariance, OfAWideLayerIsCutIntoRuns) {
    LinearAttributes wide;
    wide.outFeatures = 2;
    const Network network("wide", {{.name = "x", .inputs = {}, .attributes = InputAttributes{{20, 20, 6}}},
                                   {.name = "flat", .inputs = {"x"}, .attributes = FlattenAttributes{}},
                                   {.name = "codes", .inputs = {"flat"}, .attributes = QuantizeAttributes{"fc", true}},
                                   {.name = "fc", .inputs = {"codes"}, .attributes = wide}});
    InputCovariance moments(network, network.layers().front(), 2);
    const at::Tensor x = at::arange(2 * 2400, at::kFloat).view({2, 2400, 1, 1}) / 4800;
    moments.add(x);
    const at::Tensor diagonal = moments.matrix(false).diagonal(0, 1, 2);
    ASSERT_EQ(diagonal.sizes(), (at::IntArrayRef{3, 800}));
    EXPECT_TRUE(diagonal.flatten().allclose(x.square().mean(0).flatten(), 1e-5));
}

TEST(WeightRounding, ErrorsCancelInTheSum) {
    at::manual_seed(5);
    // Inputs that go together in part, as maps of one network do.
    const at::Tensor x = at::randn({4096, 8}).matmul(at::randn({8, 32})) + 0.3 * at::randn({4096, 32});
    const at::Tensor weight = at::randn({1, 6, 32}), scale = at::full({1, 6, 1}, 0.4);
    const at::Tensor moments = x.t().matmul(x).div(4096).unsqueeze(0);
    const auto error = [&](const at::Tensor& codes) {
        return (codes * scale - weight).squeeze(0).matmul(x.t()).square().mean().item<double>();
    };
    const at::Tensor nearest = (weight / scale).round().clamp(-8, 7),
                     ours = ErrorRounding(moments).codes(weight, scale, 4);
    EXPECT_LT(error(ours), 0.5 * error(nearest));
    EXPECT_TRUE(ours.equal(ours.round().clamp(-8, 7)));
    EXPECT_TRUE(ErrorRounding(at::zeros({1, 32, 32})).codes(weight, scale, 4).equal(nearest)) << "nothing is known";
    EXPECT_TRUE(ErrorRounding(at::full({1, 32, 32}, NAN)).codes(weight, scale, 4).equal(nearest));
}

TEST(SoftRounding, BeginsWithTheWeightsAndDecidesUpOrDown) {
    const at::Tensor weight = at::tensor({0.14F, -0.31F, 0.55F, -0.02F}).view({1, 4}), scale = at::tensor({0.1F});
    const SoftRounding rounding(weight, scale, 4);
    EXPECT_LT((rounding.weight() - weight).abs().max().item<double>(), 1e-5);
    EXPECT_GT(rounding.indecision(20).item<double>(), 0.5);
    const at::Tensor steps = (rounding.codes() * 0.1F - weight).abs();
    EXPECT_LE(steps.max().item<double>(), 0.1);
}

}  // namespace
}  // namespace bitdesk
