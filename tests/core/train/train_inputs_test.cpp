// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What is found before the first step.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "core/train/work_clock.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/train/small_training.h"

namespace bitdesk {
namespace {

class BeforeTheFirstStep : public test::SmallTraining {
protected:
    static bool tells(const std::vector<std::string>& notes, const std::string& part) {
        return std::ranges::any_of(notes,
                                   [&](const std::string& note) { return note.find(part) != std::string::npos; });
    }
    /// Only the training half of an IDX folder.
    std::string withoutTest(int images) const {
        const auto folder = m_folder / "train only";
        test::writeSmallData(folder, images, 4);
        std::filesystem::remove(folder / "t10k-images-idx3-ubyte");
        std::filesystem::remove(folder / "t10k-labels-idx1-ubyte");
        return folder.string();
    }
};

TEST_F(BeforeTheFirstStep, WhatWillBeDoneIsSaid) {
    const TrainFacts facts = checkTraining(request("model.safetensors"));
    EXPECT_EQ(facts.train, 540);
    EXPECT_EQ(facts.val, 60);
    EXPECT_EQ(facts.test, 80);
    EXPECT_EQ(facts.classes, 4);
    EXPECT_EQ(facts.steps, 16);
    EXPECT_GT(facts.checkpointBytes, 1'000'000);
    EXPECT_EQ(facts.notes, std::vector<std::string>{"val: cut from the training images."});
    EXPECT_FALSE(std::filesystem::exists(m_folder / "model.safetensors.ckpt"));
}

TEST_F(BeforeTheFirstStep, NetworkAndDataMustBeThere) {
    TrainRequest r = request("model.safetensors");
    r.network = "nosuch";
    test::expectError(ErrorKind::Usage, {"'nosuch'", "resnet14"}, [&] { checkTraining(r); });
    r = request("model.safetensors");
    r.data = "/nowhere";
    test::expectBadInput({"/nowhere"}, [&] { checkTraining(r); });
    r = request("model.safetensors");
    r.network = "/nowhere/net.json";
    test::expectBadInput({"/nowhere/net.json"}, [&] { checkTraining(r); });
}

TEST_F(BeforeTheFirstStep, SizesThatCannotTrainAreRefused) {
    TrainRequest r = request("model.safetensors");
    r.limit = 1;
    test::expectBadInput({"--limit 1", "1 training image"}, [&] { checkTraining(r); });
    r.data = withoutTest(8);
    r.limit = 0;
    test::expectBadInput({"train only", "8 training images", "validation", "10 images"}, [&] { checkTraining(r); });
}

TEST_F(BeforeTheFirstStep, NoStepHasOneImage) {
    TrainRequest r = quick("model.safetensors");
    r.floatEpochs = r.activationEpochs = r.mixedEpochs = 0;
    for (const auto& [limit, batch] : {std::pair{33, 32}, {2, 2}, {3, 2}, {2, 128}}) {
        r.limit = limit;
        r.batch = batch;
        r.overwrite = true;
        const TrainFacts facts = checkTraining(r);
        EXPECT_EQ(facts.batch, std::min(limit, batch));
        EXPECT_EQ(facts.steps, 1);
        EXPECT_EQ(tells(facts.notes, "--batch 128 is more than the 2 training images"), batch == 128);
        EXPECT_NO_THROW(train(r, {}, {})) << limit << " images, " << batch << " a step";
    }
}

TEST_F(BeforeTheFirstStep, AClassWithoutTrainingImagesIsTold) {
    TrainRequest r = request("model.safetensors");
    r.limit = 2;
    EXPECT_TRUE(tells(checkTraining(r).notes, " of 4 classes have no training image: class "));
}

TEST_F(BeforeTheFirstStep, WithoutATestPartThereIsNoTestFigure) {
    TrainRequest r = quick("model.safetensors");
    r.data = withoutTest(100);
    r.floatEpochs = r.uniformEpochs = 1;
    r.mixedEpochs = 0;
    const TrainFacts facts = checkTraining(r);
    EXPECT_EQ(facts.test, 0);
    EXPECT_TRUE(tells(facts.notes, "no test part"));
    trainEpochs(r, 1);
    r.resume = true;
    const MetaModel model = train(r, {}, {});
    EXPECT_EQ(model.provenance.at("test_part"), "none");
    EXPECT_TRUE(model.provenance.contains("accuracy.val.4_bits"));
    EXPECT_FALSE(model.provenance.contains("accuracy.test.4_bits"));
    EXPECT_EQ(model.provenance.at("float_baseline_accuracy").find("test"), std::string::npos);
}

TEST_F(BeforeTheFirstStep, NoPlaceForACheckpointIsFoundAtOnce) {
    TrainRequest r = request("model.safetensors");
    std::filesystem::create_directory(checkpointOf(r.out));
    test::expectError(ErrorKind::BadInput, {"model.safetensors.ckpt"}, [&] { checkTraining(r); });
    r.overwrite = true;
    test::expectError(ErrorKind::Resource, {"model.safetensors.ckpt"}, [&] { checkTraining(r); });
    r.out = "/nowhere/model.safetensors";
    test::expectError(ErrorKind::Resource, {"/nowhere/model.safetensors"}, [&] { checkTraining(r); });
}

TEST_F(BeforeTheFirstStep, TheRemainingTimeIsOfTheWhole) {
    std::vector<std::string> activities;
    double foretold = 0;
    std::chrono::steady_clock::time_point then;
    train(quick("model.safetensors"),
          [&](const TrainProgress& progress) {
              if (progress.epochEnd) {
                  foretold = progress.remainingSeconds;
                  then = std::chrono::steady_clock::now();
              }
              if (activities.empty() || activities.back() != progress.activity) activities.push_back(progress.activity);
          },
          {});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - then;
    EXPECT_GT(foretold, took.count() / 20) << "after the last epoch calibration and tests are to come";
    EXPECT_LT(foretold, took.count() * 20);
    for (const char* activity : {"float baseline on val", "float baseline on test", "soft targets", "calibration",
                                 "val at 2 bits", "test at 4 bits"})
        EXPECT_EQ(std::ranges::count(activities, activity), 1) << activity;
}

TEST(WorkClock, JudgesWhatItHasNotMetByWhatItHas) {
    WorkClock clock;
    EXPECT_LT(clock.secondsFor(Pass::FloatStep, 10), 0) << "nothing is known";
    clock.took(Pass::FloatStep, 100, 3);
    EXPECT_DOUBLE_EQ(clock.secondsFor(Pass::FloatStep, 1000), 30);
    EXPECT_GT(clock.secondsFor(Pass::QuantizedStep, 1000), 30);
    EXPECT_LT(clock.secondsFor(Pass::Forward, 1000), 30);
    EXPECT_GT(clock.secondsFor(Pass::Test, 1000), 0);
    clock.took(Pass::Forward, 100, 0.5);
    EXPECT_DOUBLE_EQ(clock.secondsFor(Pass::Forward, 1000), 5);
    for (int i = 0; i < 200; ++i) clock.took(Pass::Forward, 100, 2);
    EXPECT_NEAR(clock.secondsFor(Pass::Forward, 1000), 20, 0.1) << "what is newer counts more";
}

}  // namespace
}  // namespace bitdesk
