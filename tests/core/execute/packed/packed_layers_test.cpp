// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/packed_layers.h"

#include <gtest/gtest.h>

#include <bit>
#include <map>

#include "core/base/error.h"
#include "core/network/catalogue.h"
#include "core/quant/quantizer.h"
#include "tests/core/execute/packed/convolution_oracle.h"

namespace bitdesk::runtime {
namespace {

/// Which kernel is taken when all times are known beforehand.
class KernelChoiceOf : public testing::Test {
protected:
    KernelChoiceOf() {
        m_problem.height = m_problem.width = m_problem.outHeight = m_problem.outWidth = 5;
        m_problem.channels = m_problem.outChannels = 16;
        m_problem.kernelHeight = m_problem.kernelWidth = 3;
        m_problem.paddingHeight = m_problem.paddingWidth = 1;
        m_problem.activationHighest = activationHighest(3, false);
        m_codes.assign(static_cast<std::size_t>(m_problem.outChannels * m_problem.depth()), 1);
    }

    const ConvKernel* kernel(const std::string& name) const {
        for (const ConvKernel& candidate : convKernels(Isa::Portable))
            if (name == candidate.name) return &candidate;
        return nullptr;
    }

    /// All kernels slow, but these.
    void setTimes(std::size_t bytesBetween, const std::map<std::string, double>& microseconds) {
        for (const ConvKernel& candidate : convKernels(Isa::Portable)) {
            const auto time = microseconds.find(candidate.name);
            m_times.set({m_problem, Isa::Portable, bytesBetween, false}, candidate,
                        time == microseconds.end() ? 1000 : time->second);
        }
    }

    std::string chosen(std::size_t bytesBetween, const ConvKernel* incumbent) {
        return packFastest(
                   m_problem, m_codes,
                   {.isa = Isa::Portable, .times = &m_times, .bytesBetween = bytesBetween, .incumbent = incumbent})
            ->kernel->name;
    }

    ConvProblem m_problem;
    std::vector<std::int8_t> m_codes;
    KernelTimes m_times{{}};
};

TEST_F(KernelChoiceOf, ALayerIsTheFastest) {
    setTimes(0, {{"portable-direct", 50}, {"portable-winograd-2x2", 40}});
    EXPECT_EQ(chosen(0, nullptr), "portable-winograd-2x2");
}

/// A few percent are noise: then time might rise when bits fall.
TEST_F(KernelChoiceOf, ANarrowerWidthChangesOnlyForAClearlyFasterOne) {
    setTimes(0, {{"portable-direct", 50}, {"portable-winograd-2x2", 49}});
    EXPECT_EQ(chosen(0, kernel("portable-direct")), "portable-direct");
    EXPECT_EQ(chosen(0, kernel("portable-words")), "portable-winograd-2x2");
    setTimes(0, {{"portable-direct", 50}, {"portable-winograd-2x2", 45}});
    EXPECT_EQ(chosen(0, kernel("portable-direct")), "portable-winograd-2x2");
}

/// What is best in a loop of its own may not be best where its weights have left the caches.
TEST_F(KernelChoiceOf, ALayerDependsOnWhatTheRestOfTheNetworkReads) {
    setTimes(0, {{"portable-direct", 50}, {"portable-winograd-2x2", 40}});
    setTimes(8 << 20, {{"portable-direct", 60}, {"portable-winograd-2x2", 90}});
    EXPECT_EQ(chosen(0, nullptr), "portable-winograd-2x2");
    EXPECT_EQ(chosen(9 << 20, nullptr), "portable-direct");  // powers of two are told apart
}

/// What one mix runs does not depend on which others were packed before.
TEST(PackedLayers, ChooseTheSameKernelsWhateverIsPackedBefore) {
    const MetaModel model = randomModel(findNetwork("resnet14").build({12, 12, 1}, 10), {2, 3, 4}, 1);
    const auto times = std::make_shared<KernelTimes>(std::filesystem::path());
    PackedLayers all(model, bestIsa(), times), one(model, bestIsa(), times);
    all.packAll();
    one.pack(lower(model, uniformBits(model.network, 2)), {});
    for (const int l : model.network.quantizable()) EXPECT_EQ(all.of(l, 2).kernel, one.of(l, 2).kernel);
}

TEST(PackedLayers, StopBetweenLayers) {
    const MetaModel model = randomModel(findNetwork("resnet14").build({12, 12, 1}, 10), {2, 3, 4}, 1);
    PackedLayers layers(model, Isa::Portable, nullptr);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(layers.packAll(stop.get_token()), Cancelled);
    EXPECT_EQ(layers.bytes(), 0);
}

TEST(PackedLayers, KeepTheKernelOfTheWidthAbove) {
    const MetaModel model = randomModel(findNetwork("resnet14").build({12, 12, 1}, 10), {2, 3, 4}, 1);
    const auto times = std::make_shared<KernelTimes>(std::filesystem::path());
    PackedLayers layers(model, Isa::Portable, times);
    layers.packAll();
    for (const int l : model.network.quantizable())
        for (const int bits : {3, 2}) {
            const PackedConv &above = layers.of(l, bits + 1), &conv = layers.of(l, bits);
            if (above.kernel == conv.kernel) continue;
            const std::size_t between = [&] {
                std::size_t weights = 0;
                for (const LayerParameters& layer : model.layers) weights += layer.codes.size();
                return std::bit_floor(2 * (weights - model.layers[static_cast<std::size_t>(l)].codes.size()));
            }();
            // In this network the second layer of a block adds and keeps floats, and a shortcut keeps them.
            const std::string& name = model.network.layers()[static_cast<std::size_t>(l)].name;
            const bool values = name.ends_with("conv2") || name.ends_with("shortcut");
            const auto kept = times->find({conv.problem, Isa::Portable, between, values}, *above.kernel);
            const auto taken = times->find({conv.problem, Isa::Portable, between, values}, *conv.kernel);
            ASSERT_TRUE(kept.has_value() && taken.has_value());
            EXPECT_LT(*taken, 0.94 * *kept);
        }
}

}  // namespace
}  // namespace bitdesk::runtime
