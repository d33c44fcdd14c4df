// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Trainings that are cut and go on: wherever they were, and with what may change.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/files.h"
#include "core/model/safetensors.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/train/small_training.h"

namespace bitdesk {
namespace {

Safetensors checkpoint(const TrainRequest& r) {
    const std::string bytes = readFile(checkpointOf(r.out), 1 << 28);
    return parseSafetensors(std::as_bytes(std::span(bytes)), "checkpoint");
}

void replaceCheckpoint(const TrainRequest& r, const Safetensors& content) {
    test::writeText(checkpointOf(r.out), serializeSafetensors(content));
}

/// Of all tensors.
std::size_t notFinite(const Safetensors& content) {
    std::size_t count = 0;
    for (const auto& [name, tensor] : content.tensors)
        for (std::size_t i = 0; i < tensor.data.size(); i += sizeof(float)) {
            float value = 0;
            std::memcpy(&value, tensor.data.data() + i, sizeof value);
            count += std::isfinite(value) ? 0 : 1;
        }
    return count;
}

using Resuming = test::SmallTraining;

TEST_F(Resuming, EveryPlaceOfATrainingCanBeLeft) {
    const std::string undisturbed = train(quick("whole.safetensors"), {}, {}).hash;
    TrainRequest r = quick("cut.safetensors");
    const auto inside = [](TrainStage stage, int epoch) {
        return [=](const TrainProgress& p) { return p.stage == stage && p.epoch == epoch && p.step == 50; };
    };
    const auto at = [](const std::string& activity) {
        return [=](const TrainProgress& p) { return p.activity == activity; };
    };
    trainUntil(r, inside(TrainStage::Float, 2));
    EXPECT_FALSE(std::filesystem::exists(r.out)) << "no model before the end";
    EXPECT_EQ(checkpoint(r).metadata.at("step"), "50");
    r.resume = true;
    trainUntil(r, at("float baseline on test"));
    trainUntil(r, at("soft targets"));
    trainUntil(r, inside(TrainStage::Activations, 1));
    trainUntil(r, inside(TrainStage::Uniform, 1));
    trainUntil(r, inside(TrainStage::Mixed, 1));
    trainUntil(r, inside(TrainStage::Mixed, 2));
    trainUntil(r, at("calibration"));
    trainUntil(r, at("val at 3 bits"));
    EXPECT_TRUE(checkpoint(r).metadata.contains("figure.accuracy.val.2_bits"));
    EXPECT_EQ(train(r, {}, {}).hash, undisturbed);
}

TEST_F(Resuming, ACheckpointAtEveryStepChangesNothing) {
    TrainRequest r = quick("whole.safetensors");
    r.limit = 80;  // ten steps an epoch
    const std::string undisturbed = train(r, {}, {}).hash;
    r.out = m_folder / "often.safetensors";
    r.checkpointSeconds = 0;
    EXPECT_EQ(train(r, {}, {}).hash, undisturbed);
}

TEST_F(Resuming, TheSameNetworkUnderAnotherNameGoesOn) {
    TrainRequest r = quick("model.safetensors");
    trainEpochs(r, 1);
    r.resume = true;
    std::filesystem::create_symlink(r.network, m_folder / "link.json");
    r.network = (m_folder / "link.json").string();
    trainEpochs(r, 1);
    r.network = networkFile("copy.json", "\n", "\n\n");
    trainEpochs(r, 1);
    r.data = std::filesystem::relative(r.data).string();
    trainEpochs(r, 1);
}

TEST_F(Resuming, AChangedNetworkIsRefusedAndNamed) {
    TrainRequest r = quick("model.safetensors");
    trainEpochs(r, 1);
    const std::string before = test::readText(checkpointOf(r.out));
    r.resume = true;
    networkFile("net.json", R"("op":"relu")", R"("op":"relu","maximum":6)");
    test::expectBadInput({"model.safetensors.ckpt", "the network", "\"maximum\":6", "--overwrite"},
                         [&] { checkTraining(r); });
    networkFile("net.json", R"("out_features":24)", R"("out_features":25)");
    test::expectBadInput({"the network", "\"out_features\":24", "→", "\"out_features\":25"}, [&] { checkTraining(r); });
    r.network = "resnet14";
    test::expectBadInput({"the network"}, [&] { checkTraining(r); });
    EXPECT_EQ(test::readText(checkpointOf(r.out)), before);
}

TEST_F(Resuming, ChangedImagesAndOptionsAreRefusedAndNamed) {
    TrainRequest r = quick("model.safetensors");
    trainEpochs(r, 1);
    r.resume = true;
    test::writeSmallData(m_folder / "other", 610, 80);
    r.data = (m_folder / "other").string();
    test::expectBadInput({"the train images: hash", "→", "other"}, [&] { checkTraining(r); });
    r = quick("model.safetensors");
    r.resume = true;
    r.mixedEpochs = 7;
    r.shift = 1;
    test::expectBadInput({"--shift 2 → 1", "--stage3-epochs 2 → 7"}, [&] { checkTraining(r); });
}

TEST_F(Resuming, RatesMayChangeAndAreRecorded) {
    TrainRequest r = quick("model.safetensors");
    trainEpochs(r, 1);
    r.resume = true;
    r.floatRate = 0.01;
    r.weightDecay = 0.001;
    trainEpochs(r, 1);
    r.floatRate = r.uniformRate = r.mixedRate = r.weightDecay = std::nullopt;
    std::vector<std::string> notes;
    const TrainFacts facts = checkTraining(r);
    EXPECT_EQ(facts.rates.front(), (std::pair<std::string, double>("--float-rate", 0.01))) << "as it was";
    EXPECT_EQ(facts.rates.back().second, 0.001);
    r.floatRate = 0.5;  // is over
    r.mixedRate = 0.03;
    const MetaModel model = train(r,
                                  [&](const TrainProgress& progress) {
                                      if (!progress.note.empty()) notes.push_back(progress.note);
                                  },
                                  {});
    ASSERT_EQ(notes.size(), 3u) << "the first is of val, which is cut from the training images";
    EXPECT_NE(notes[1].find("--float-rate 0.5 has no effect"), std::string::npos) << notes[1];
    const std::string& history = model.provenance.at("history");
    EXPECT_NE(history.find("from float, epoch 2 of 2, step 0 of 67: --float-rate 0.02 → 0.01, --weight-decay 0.0001 → "
                           "0.001\n"),
              std::string::npos)
        << history;
    EXPECT_NE(history.find("--stage3-rate 0.02 → 0.03\n"), std::string::npos) << history;
    EXPECT_NE(model.provenance.at("options").find("--float-rate 0.01 "), std::string::npos);
    EXPECT_NE(model.provenance.at("options").find("--stage3-rate 0.03 "), std::string::npos);
}

TEST_F(Resuming, AFigureOfAFormerTestPartSaysSo) {
    TrainRequest r = quick("model.safetensors");
    std::filesystem::copy(r.data, m_folder / "data", std::filesystem::copy_options::recursive);
    r.data = (m_folder / "data").string();
    const auto replaceTest = [&](int images) {
        test::writeSmallData(m_folder / "other", 600, images);
        for (const char* name : {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"})
            std::filesystem::copy_file(m_folder / "other" / name, m_folder / "data" / name,
                                       std::filesystem::copy_options::overwrite_existing);
    };
    trainEpochs(r, 1);
    r.resume = true;
    replaceTest(70);  // before the float baseline: its figure is of what is there then
    trainEpochs(r, 2);
    EXPECT_TRUE(checkpoint(r).metadata.at("float_accuracy").ends_with("of 70"));
    replaceTest(60);
    trainEpochs(r, 1);
    replaceTest(50);
    const auto provenance = train(r, {}, {}).provenance;
    const std::string& figure = provenance.at("float_baseline_accuracy");
    const std::string marked = " of 70 (of a test part that was replaced since)";
    EXPECT_TRUE(figure.ends_with(marked)) << figure;
    EXPECT_TRUE(provenance.at("accuracy.test.4_bits").ends_with(" of 50"));
    EXPECT_NE(provenance.at("history").find("the test part is another than at the beginning"), std::string::npos);
}

TEST_F(Resuming, AfterDivergenceTheCheckpointBeforeGoesOn) {
    TrainRequest r = quick("model.safetensors");
    trainEpochs(r, 2);
    r.resume = true;
    trainEpochs(r, 1);  // stage I
    const std::string good = checkpoint(r).metadata.at("float_accuracy");
    // A weight that is finite and whose square is not: stage II diverges whatever its rate.
    Safetensors content = checkpoint(r);
    const Safetensors kept = content;
    float huge = std::numeric_limits<float>::max();
    for (auto& [name, tensor] : content.tensors)
        if (name.starts_with("state.") && name.ends_with(".weight"))
            std::memcpy(tensor.data.data(), &huge, sizeof huge);
    replaceCheckpoint(r, content);
    const std::string before = test::readText(checkpointOf(r.out));
    test::expectBadInput(
        {"stage II, epoch 1 of 1", "diverges", "model.safetensors.ckpt keeps", "--resume --stage2-rate 0.002"},
        [&] { train(r, {}, {}); });
    EXPECT_EQ(test::readText(checkpointOf(r.out)), before);
    EXPECT_EQ(checkpoint(r).metadata.at("float_accuracy"), good);
    replaceCheckpoint(r, kept);
    r.uniformRate = 0.002;
    EXPECT_GT(train(r, {}, {}).provenance.at("history").find("--stage2-rate 0.02 → 0.002"), 0u);
}

TEST_F(Resuming, NoCheckpointHoldsANumberThatIsNotFinite) {
    TrainRequest r = quick("model.safetensors");
    r.floatRate = 10;
    r.weightDecay = 1;        // each step makes the weights nine times as large
    r.checkpointSeconds = 0;  // one before every step
    try {
        train(r, {}, {});
        ADD_FAILURE() << "it should diverge";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::BadInput);
        EXPECT_NE(std::string(error.what()).find("--float-rate 1"), std::string::npos) << error.what();
    }
    EXPECT_EQ(notFinite(checkpoint(r)), 0u);
}

TEST_F(Resuming, ACheckpointWithoutFiniteNumbersIsRefused) {
    TrainRequest r = quick("model.safetensors");
    trainEpochs(r, 1);
    r.resume = true;
    const Safetensors kept = checkpoint(r);
    const float values[] = {std::nanf(""), std::numeric_limits<float>::infinity()};
    for (const char* kind : {"state.", "momentum."}) {
        Safetensors content = kept;
        for (auto& [name, tensor] : content.tensors)
            if (name.starts_with(kind)) std::memcpy(tensor.data.data(), &values[*kind == 's'], sizeof(float));
        replaceCheckpoint(r, content);
        test::expectBadInput({"model.safetensors.ckpt", "not finite", "--overwrite"}, [&] { checkTraining(r); });
    }
}

TEST_F(Resuming, ImpossibleTextsAreRefused) {
    TrainRequest r = quick("model.safetensors");
    trainEpochs(r, 1);
    r.resume = true;
    const Safetensors kept = checkpoint(r);
    const auto refused = [&](const std::string& key, const std::string& value) {
        Safetensors content = kept;
        content.metadata[key] = value;
        replaceCheckpoint(r, content);
        test::expectBadInput({"model.safetensors.ckpt", value.empty() ? key : ""}, [&] { checkTraining(r); });
    };
    for (const char* key : {"stage", "step", "epochs_done", "taught", "calibrated", "begun", "rate.--float-rate"})
        for (const char* value : {"-1", "1e9", "nan", "x", ""}) refused(key, value);
    for (const char* key : {"random", "epoch_seed", "bitdesk.checkpoint"}) refused(key, "x");
}

/// As the first version wrote it.
void makeFirstVersion(Safetensors& content, const std::string& network) {
    auto& texts = content.metadata;
    texts["bitdesk.checkpoint"] =
        "1 network=" + network + " train=" + texts.at("hash.train") + " val=" + texts.at("hash.val") +
        " bits=2+3+4 epochs=2,1,1,2 rates=0.02,0.02,0.02,0.02 decay=0.0001 distillation=0.5 shift=2 flip=true batch=32 "
        "seed=1 limit=0";
    std::erase_if(texts, [](const auto& text) {
        return text.first.find('.') != std::string::npos && text.first != "bitdesk.checkpoint";
    });
    for (const char* key :
         {"network", "data", "preparation", "taught", "begun", "step", "epoch_seed", "loss_sum", "calibrated"})
        texts.erase(key);
}

TEST_F(Resuming, ACheckpointOfTheFirstVersionGoesOnWhereItCanBeVerified) {
    TrainRequest r = request("model.safetensors");
    r.network = "mlp";
    r.limit = 0;
    trainEpochs(r, 1);
    r.resume = true;
    Safetensors content = checkpoint(r);
    const Safetensors kept = content;
    // It told of the epochs that were done.
    makeFirstVersion(content, "mlp");
    EXPECT_EQ(content.metadata.at("epochs_done"), "1");
    replaceCheckpoint(r, content);
    EXPECT_EQ(checkTraining(r).resumesAt, "float, epoch 2 of 2, step 0 of 16");
    content = kept;
    makeFirstVersion(content, "resnet14");
    replaceCheckpoint(r, content);
    test::expectBadInput({"--network resnet14 → mlp"}, [&] { checkTraining(r); });
    content = kept;
    makeFirstVersion(content, "nets/mine.json");
    replaceCheckpoint(r, content);
    test::expectBadInput({"earlier version", "nets/mine.json", "--overwrite"}, [&] { checkTraining(r); });
}

}  // namespace
}  // namespace bitdesk
