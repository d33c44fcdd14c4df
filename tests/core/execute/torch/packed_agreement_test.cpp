// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "core/data/data_set.h"
#include "core/execute/packed/packed_executor.h"
#include "core/execute/torch/torch_executor.h"
#include "core/model/model_file.h"
#include "tests/core/execute/plan/unusual_graphs.h"

namespace bitdesk {
namespace {

constexpr int kMixes = 20, kBatch = 250;

/// Every test image, at uniform and random mixes: integers here, convolutions of floats there, the same logits.
TEST(PackedExecutor, AgreesWithTheReferenceOnAllTestImages) {
    const MetaModel model = openModel(BITDESK_SOURCE_DIR "/resources/models/fashion-mnist.safetensors");
    const auto data = openDataSet("fashion-mnist", Split::Test);
    const auto reference = makeReferenceExecutor(model, "cpu", 2);
    // Each instruction set in turn, and kernels chosen by time as for a user.
    std::vector<std::unique_ptr<Executor>> packed;
    for (const packed::Isa isa : {packed::Isa::Portable, packed::Isa::Avx2, packed::Isa::Avx512Vnni}) {
        if (!packed::hasIsa(isa)) continue;
        PackedOptions options;
        options.threads = 2;
        options.isa = isa;
        if (isa != packed::Isa::Portable)
            options.times = std::make_shared<packed::KernelTimes>(std::filesystem::path());
        packed.push_back(makePackedExecutor(model, options));
    }
    Random random(20261124);
    std::vector<std::uint8_t> images(static_cast<std::size_t>(data->imageBytes() * kBatch));
    std::vector<float> expected(static_cast<std::size_t>(kBatch * model.network.classes())), found(expected.size());
    std::int64_t compared = 0;
    for (int mix = 0; mix < kMixes; ++mix) {
        const BitConfiguration bits = mix < 3 ? uniformBits(model.network, 2 + mix) : test::randomBits(model, random);
        const ExecutionPlan plan = lower(model, bits);
        // The portable kernels are slow: two mixes.
        const std::size_t fast = packed.size() > 1 ? 1 + static_cast<std::size_t>(mix) % (packed.size() - 1) : 0;
        Executor& executor = *packed[mix < 2 ? 0 : fast];
        for (std::int64_t first = 0; first < data->size(); first += kBatch) {
            std::vector<std::int64_t> indices(kBatch);
            std::iota(indices.begin(), indices.end(), first);
            data->copyImages(indices, images);
            reference->run(plan, images, kBatch, expected);
            executor.run(plan, images, kBatch, found);
            ASSERT_EQ(std::memcmp(expected.data(), found.data(), found.size() * sizeof(float)), 0)
                << executor.kernel(plan.steps.front()) << ", mix " << toText(bits) << ", images from " << first;
            compared += kBatch;
        }
    }
    EXPECT_EQ(compared, kMixes * data->size());
}

}  // namespace
}  // namespace bitdesk
