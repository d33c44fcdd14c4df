// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/core/execute/plan/modern_graphs.h"

#include "core/execute/torch/torch_executor.h"

namespace bitdesk {
namespace {

TEST(ReferenceExecutor, RunsUnusualAndModernGraphsAsTheInterpreterDoes) {
    constexpr int kBatch = 7;
    auto models = test::unusualModels();
    for (auto& modern : test::modernModels()) models.push_back(std::move(modern));
    for (const auto& [name, model] : models) {
        const auto images = test::randomPixels(model, kBatch, 9);
        std::vector<float> expected(static_cast<std::size_t>(kBatch * model.network.classes())), found(expected.size());
        for (const int bits : model.bits) {
            const ExecutionPlan plan = lower(model, uniformBits(model.network, bits));
            makeInterpreter(model)->run(plan, images, kBatch, expected);
            makeReferenceExecutor(model, "cpu", 1)->run(plan, images, kBatch, found);
            test::expectSameLogits(found, expected, name + " at " + std::to_string(bits) + " bits");
        }
    }
}

}  // namespace
}  // namespace bitdesk
