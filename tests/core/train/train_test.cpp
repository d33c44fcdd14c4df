// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Whole trainings, on images small enough for a test.
#include "core/train/train.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/error.h"
#include "core/model/model_file.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/train/small_training.h"

namespace bitdesk {
namespace {

using Training = test::SmallTraining;

TEST_F(Training, LearnsAndTellsHowItGoes) {
    std::vector<TrainProgress> epochs;
    TrainRequest r = request("model.safetensors");
    r.floatEpochs = r.mixedEpochs = 8;
    r.uniformEpochs = 4;
    r.floatRate = r.activationRate = r.uniformRate = r.mixedRate = 0.05;
    const MetaModel model = train(r,
                                  [&](const TrainProgress& progress) {
                                      if (progress.epochEnd) epochs.push_back(progress);
                                  },
                                  {});
    ASSERT_EQ(epochs.size(), 21u);
    EXPECT_EQ(epochs.front().stage, TrainStage::Float);
    EXPECT_EQ(epochs.back().stage, TrainStage::Mixed);
    EXPECT_EQ(epochs.back().epoch, 8);
    EXPECT_GT(epochs.front().remainingSeconds, epochs.back().remainingSeconds);
    EXPECT_LT(epochs[7].loss, epochs[0].loss / 2);
    for (const int width : {2, 3, 4, -1})
        EXPECT_GT(epochs.back().accuracy.at(width), 0.8) << width << " (of 4 classes)";
    EXPECT_EQ(readModel(m_folder / "model.safetensors").hash, model.hash) << "what was written is what was returned";
    EXPECT_TRUE(model.provenance.contains("float_baseline_accuracy"));
    EXPECT_TRUE(model.provenance.contains("accuracy.test.2_bits"));
}

TEST_F(Training, ResumedEqualsUndisturbed) {
    const std::string undisturbed = train(request("whole.safetensors"), {}, {}).hash;
    TrainRequest r = request("cut.safetensors");
    trainEpochs(r, 1);  // inside the float stage
    EXPECT_FALSE(std::filesystem::exists(r.out)) << "no model before the end";
    r.resume = true;
    trainEpochs(r, 1);  // at the border of stage I
    trainEpochs(r, 3);  // inside stage III
    EXPECT_EQ(train(r, {}, {}).hash, undisturbed);
}

TEST_F(Training, ACheckpointOfOtherOptionsIsRefusedAndKept) {
    TrainRequest r = request("model.safetensors");
    trainEpochs(r, 1);
    const std::string before = test::readText(r.out.string() + ".ckpt");
    r.resume = true;
    r.seed = 99;
    test::expectBadInput({"model.safetensors.ckpt", "other options"}, [&] { train(r, {}, {}); });
    EXPECT_EQ(test::readText(r.out.string() + ".ckpt"), before);
}

TEST_F(Training, ADamagedCheckpointIsNamed) {
    TrainRequest r = request("model.safetensors");
    r.resume = true;
    test::expectBadInput({"model.safetensors.ckpt", "no such checkpoint"}, [&] { train(r, {}, {}); });
    test::writeText(r.out.string() + ".ckpt", "\xff\xff\xff not a checkpoint");
    test::expectBadInput({"model.safetensors.ckpt"}, [&] { train(r, {}, {}); });
}

TEST_F(Training, AnEarlierTrainingsCheckpointIsKept) {
    const TrainRequest r = request("model.safetensors");
    test::writeText(checkpointOf(r.out), "hours of work");
    test::expectBadInput({"model.safetensors.ckpt", "--resume"}, [&] { train(r, {}, {}); });
    EXPECT_EQ(test::readText(checkpointOf(r.out)), "hours of work");
}

TEST_F(Training, AnExistingModelIsKept) {
    TrainRequest r = request("model.safetensors");
    test::writeText(r.out, "mine");
    test::expectBadInput({"model.safetensors", "exists"}, [&] { train(r, {}, {}); });
    EXPECT_EQ(test::readText(r.out), "mine");
}

TEST_F(Training, WantsSensibleOptions) {
    const auto refused = [&](const char* option, auto change) {
        TrainRequest r = request("model.safetensors");
        change(r);
        test::expectError(ErrorKind::Usage, {option}, [&] { train(r, {}, {}); });
    };
    refused("--bits", [](TrainRequest& r) { r.bits = {4, 3}; });
    refused("--bits", [](TrainRequest& r) { r.bits = {1, 2}; });
    refused("learning rate", [](TrainRequest& r) { r.mixedRate = std::nan(""); });
    refused("--weight-decay", [](TrainRequest& r) { r.weightDecay = -1; });
    refused("--limit", [](TrainRequest& r) { r.limit = -5; });
    refused("--threads", [](TrainRequest& r) { r.threads = -1; });
    refused("--batch", [](TrainRequest& r) { r.batch = 1; });
    refused("--distillation", [](TrainRequest& r) { r.distillation = 1.5; });
    refused("nobody", [](TrainRequest& r) { r.network = "nobody"; });
}

}  // namespace
}  // namespace bitdesk
