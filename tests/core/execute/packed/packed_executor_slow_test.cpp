// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/core/execute/packed/packed_execution.h"

#include <algorithm>

namespace bitdesk {
namespace {

using packed::Isa;
using LargeExecution = test::PackedExecution;

INSTANTIATE_TEST_SUITE_P(, LargeExecution, testing::Values(Isa::Portable, Isa::Avx2, Isa::Avx512Vnni), test::isaOf);

TEST_P(LargeExecution, RunsEveryWeightQuantizerAsTheInterpreterDoes) {
    const Network network = findNetwork("resnet14").build({8, 8, 1}, 10);
    for (const WeightQuantizer& quantizer : weightQuantizers()) {
        if (!quantizer.nests) compare(quantizer.name, randomModel(network, {2, 3, 4}, 3, quantizer.name), 1, {3});
        // The lowest code in half of all places: one beyond the other end where codes do not nest.
        MetaModel lowest = randomModel(network, {2, 5, 8}, 3, quantizer.name);
        for (std::size_t l = 0; l < lowest.layers.size(); ++l) {
            auto& codes = lowest.layers[l].codes;
            const std::size_t copy = codes.size() / static_cast<std::size_t>(lowest.codeCopies(network.layers()[l]));
            for (std::size_t begin = 0; begin < codes.size(); begin += copy) {
                const std::span part(codes.data() + begin, copy);
                const std::int8_t least = *std::ranges::min_element(part);
                for (std::int8_t& code : part)
                    if (code < 0) code = least;
            }
        }
        compare(std::string(quantizer.name) + ", lowest codes", lowest, 1, {2});
    }
}

TEST_P(LargeExecution, RunsResNet18AsTheInterpreterDoes) {
    // Its stem, its pool and its widest layers, in one image.
    const MetaModel large = randomModel(findNetwork("resnet18").build({33, 31, 3}, 5), {2, 3, 4}, 2);
    Random random(12);
    const ExecutionPlan plan = lower(large, test::randomBits(large, random));
    const auto image = test::randomPixels(large, 1, 1);
    std::vector<float> expected(5), found(5);
    makeInterpreter(large)->run(plan, image, 1, expected);
    for (const int threads : {1, 2}) {
        packed(large, threads)->run(plan, image, 1, found);
        test::expectSameLogits(found, expected, "resnet18");
    }
}

/// A map of more than one band behind its convolution, and a pool whose output would fit where the convolution reads.
}  // namespace
}  // namespace bitdesk
