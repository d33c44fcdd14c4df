// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/execute/interpreter/interpreter.h"
#include "core/model/meta_model.h"
#include "core/network/catalogue.h"

namespace bitdesk {
namespace {

constexpr int kImages = 2;

/// The catalogue's network for images of 32×32, up to the last floats before the classifier.
Network features(const CatalogueNetwork& entry) {
    const Network whole = entry.build({32, 32, entry.defaultInput.channels}, 10);
    std::vector<Node> nodes = whole.nodes();
    nodes.resize(static_cast<std::size_t>(whole.findNode("classifier.input")));
    return {whole.name(), nodes};
}

std::vector<float> activations(const MetaModel& model, int bits) {
    const auto size = static_cast<std::size_t>(kImages * model.network.inputShape().elements());
    std::vector<std::uint8_t> images(size);
    Random random(1);
    for (auto& pixel : images) pixel = static_cast<std::uint8_t>(random.below(256));
    std::vector<float> values(static_cast<std::size_t>(kImages * model.network.classes()));
    const ExecutionPlan plan = lower(model, uniformBits(model.network, bits));
    makeInterpreter(model)->run(plan, images, kImages, values);
    return values;
}

TEST(RandomModel, ActivationsNeitherDieNorExplode) {
    for (const CatalogueNetwork& entry : networkCatalogue()) {
        const MetaModel model = randomModel(features(entry), {2, 3, 4}, 0);
        for (const int bits : {2, 4}) {
            const std::vector<float> values = activations(model, bits);
            const auto channels = values.size() / kImages;
            double sum = 0;
            std::size_t alive = 0, differ = 0;
            for (std::size_t i = 0; i < values.size(); ++i) {
                ASSERT_TRUE(std::isfinite(values[i]));
                sum += double{values[i]};
                alive += values[i] > 0;
                differ += values[i] != values[i % channels];
            }
            const std::string name = std::string(entry.name) + " at " + std::to_string(bits);
            EXPECT_GT(sum / static_cast<double>(values.size()), 0.1) << name;
            EXPECT_LT(sum / static_cast<double>(values.size()), 10.0) << name;
            EXPECT_GT(alive, values.size() / 2) << name << ": dead channels";
            EXPECT_GT(differ, values.size() / 4) << name << ": images are told apart by few channels";
        }
    }
}

}  // namespace
}  // namespace bitdesk
