// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "core/base/random.h"
#include "core/data/data_set.h"
#include "core/execute/interpreter/interpreter.h"
#include "core/execute/torch/torch_executor.h"
#include "core/model/model_file.h"

namespace bitdesk {
namespace {

constexpr int kImages = 500, kMixes = 10, kBatch = 50;

// The two share the plan and nothing else: integer loops here, convolutions of floats there.
TEST(ReferenceExecutor, AgreesWithTheInterpreterBitForBit) {
    const MetaModel model = openModel(BITDESK_SOURCE_DIR "/resources/models/fashion-mnist.safetensors");
    const auto data = openDataSet("fashion-mnist", Split::Test);
    const auto oracle = makeInterpreter(model);
    const auto reference = makeReferenceExecutor(model, "cpu", 2);
    Random random(20261124);
    std::vector<std::uint8_t> images(static_cast<std::size_t>(data->imageBytes() * kBatch));
    for (int mix = 0; mix < kMixes; ++mix) {
        BitConfiguration bits;
        for (std::size_t i = 0; i < model.network.quantizable().size(); ++i)
            bits.bits.push_back(model.bits[random.below(model.bits.size())]);
        const ExecutionPlan plan = lower(model, bits);
        std::vector<float> expected(static_cast<std::size_t>(kBatch * plan.classes)), found(expected.size());
        for (int first = 0; first < kImages; first += kBatch) {
            std::vector<std::int64_t> indices(kBatch);
            std::iota(indices.begin(), indices.end(), first);
            data->copyImages(indices, images);
            oracle->run(plan, images, kBatch, expected);
            reference->run(plan, images, kBatch, found);
            ASSERT_EQ(std::memcmp(expected.data(), found.data(), found.size() * sizeof(float)), 0)
                << "mix " << toText(bits) << ", images from " << first;
        }
    }
}

}  // namespace
}  // namespace bitdesk
