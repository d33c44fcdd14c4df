// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The shipped sample model keeps what the README says of it, on all 10 000 test images.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

#include "app/jobs/evaluate_job.h"
#include "core/base/random.h"
#include "core/model/model_file.h"

namespace bitdesk::jobs {
namespace {

const std::filesystem::path kFile = BITDESK_SOURCE_DIR "/resources/models/fashion-mnist.safetensors";

class SampleModel : public testing::Test {
protected:
    double accuracy(const BitConfiguration& bits) {
        if (m_executor == nullptr) m_executor = makeExecutor(*m_model, {}, 2);
        EvaluateRequest request{.model = m_model, .data = m_data, .bits = bits, .device = {}, .options = {}};
        request.options.batch = 250;
        JobContext context;
        const EvaluateResult found = evaluateMix(request, *m_executor, context);
        EXPECT_EQ(found.evaluation.total, 10'000);
        return found.evaluation.accuracy();
    }

    std::shared_ptr<const MetaModel> m_model = std::make_shared<const MetaModel>(readModel(kFile));
    std::shared_ptr<const DataSet> m_data = openDataSet("fashion-mnist", Split::Test);
    std::unique_ptr<Executor> m_executor;
};

TEST_F(SampleModel, IsSmallAndAtLeast32ChannelsWide) {
    EXPECT_LE(std::filesystem::file_size(kFile), 2'000'000u);
    ASSERT_EQ(m_model->network.quantizable().size(), 14u);
    for (int i = 0; i < 14; ++i) {
        EXPECT_GE(m_model->network.quantizableLayer(i).input.channels, 32);
        EXPECT_GE(m_model->network.quantizableLayer(i).output.channels, 32);
    }
}

TEST_F(SampleModel, UniformWidths) {
    for (const auto& [bits, least] : {std::pair{4, 0.925}, {3, 0.924}, {2, 0.913}}) {
        const double found = accuracy(uniformBits(m_model->network, bits));
        std::printf("  %d bits: %.2f %%\n", bits, 100 * found);
        EXPECT_GE(found, least) << bits << " bits";
    }
}

TEST_F(SampleModel, FiftyRandomMixes) {
    Random random(50);
    double sum = 0, worst = 1;
    for (int m = 0; m < 50; ++m) {
        BitConfiguration mix;
        for (int i = 0; i < 14; ++i) mix.bits.push_back(m_model->bits[random.below(3)]);
        const double found = accuracy(mix);
        sum += found;
        worst = std::min(worst, found);
    }
    std::printf("  50 mixes: mean %.2f %%, worst %.2f %%\n", 2 * sum, 100 * worst);
    EXPECT_GE(sum / 50, 0.922);
    EXPECT_GE(worst, 0.916);
}

}  // namespace
}  // namespace bitdesk::jobs
