// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/catalogue.h"

#include <gtest/gtest.h>

#include "core/base/files.h"
#include "core/network/cost.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk {
namespace {

Network build(const char* name) {
    const CatalogueNetwork& entry = findNetwork(name);
    return entry.build(entry.defaultInput, entry.defaultClasses);
}

std::vector<std::string> quantizableNames(const Network& network) {
    std::vector<std::string> names;
    for (const int layer : network.quantizable())
        names.push_back(network.layers()[static_cast<std::size_t>(layer)].name);
    return names;
}

const NormAttributes& norm(const Network& network, const std::string& name) {
    return *network.nodes().at(static_cast<std::size_t>(network.findNode(name))).as<NormAttributes>();
}

using Junctions = std::vector<std::array<const char*, 3>>;

void expectTransitions(const Network& network, const Junctions& junctions) {
    std::size_t norms = 0;
    for (const Node& node : network.nodes()) norms += node.as<NormAttributes>() != nullptr;
    EXPECT_EQ(norms, junctions.size());
    for (const auto& [node, from, to] : junctions) {
        EXPECT_EQ(norm(network, node).from, from) << node;
        EXPECT_EQ(norm(network, node).to, to) << node;
    }
}

TEST(Resnet14, HasItsFourteenLayersInOrder) {
    const Network network = build("resnet14");
    EXPECT_EQ(quantizableNames(network),
              (std::vector<std::string>{"stage1.block1.conv1", "stage1.block1.conv2", "stage1.block2.conv1",
                                        "stage1.block2.conv2", "stage2.block1.conv1", "stage2.block1.conv2",
                                        "stage2.block1.shortcut", "stage2.block2.conv1", "stage2.block2.conv2",
                                        "stage3.block1.conv1", "stage3.block1.conv2", "stage3.block1.shortcut",
                                        "stage3.block2.conv1", "stage3.block2.conv2"}));
    EXPECT_EQ(network.inputShape(), (Shape{28, 28, 1}));
    EXPECT_EQ(network.classes(), 10);
}

TEST(Resnet14, HasTheNodesOfABlockInOrder) {
    const Network network = build("resnet14");
    const auto first = static_cast<std::size_t>(network.findNode("stage2.block1.conv1.input"));
    const char* expected[] = {"stage2.block1.conv1.input", "stage2.block1.conv1",
                              "stage2.block1.conv1.norm",  "stage2.block1.conv1.relu",
                              "stage2.block1.conv2.input", "stage2.block1.conv2",
                              "stage2.block1.conv2.norm",  "stage2.block1.shortcut.input",
                              "stage2.block1.shortcut",    "stage2.block1.shortcut.norm",
                              "stage2.block1.add",         "stage2.block1.relu"};
    for (std::size_t i = 0; i < std::size(expected); ++i) EXPECT_EQ(network.nodes().at(first + i).name, expected[i]);
    EXPECT_EQ(network.nodes().at(first + 10).inputs,
              (std::vector<std::string>{"stage2.block1.conv2.norm", "stage2.block1.shortcut.norm"}));
    const auto plain = static_cast<std::size_t>(network.findNode("stage2.block2.add"));
    EXPECT_EQ(network.nodes()[plain].inputs,
              (std::vector<std::string>{"stage2.block2.conv2.norm", "stage2.block1.relu"}));
}

TEST(Resnet14, HasTheShapesOfTheDescription) {
    const Network network = build("resnet14");
    const auto output = [&](const char* layer) { return network.findLayer(layer)->output; };
    EXPECT_EQ(output("stem"), (Shape{14, 14, 32}));
    EXPECT_EQ(output("stage1.block2.conv2"), (Shape{14, 14, 32}));
    EXPECT_EQ(output("stage2.block1.shortcut"), (Shape{7, 7, 64}));
    EXPECT_EQ(output("stage3.block1.conv1"), (Shape{4, 4, 128}));
    EXPECT_EQ(output("classifier"), (Shape{1, 1, 10}));
}

TEST(Resnet14, HasEightBitEnds) {
    const Network network = build("resnet14");
    const Layer& stem = network.layers().front();
    const Layer& classifier = network.layers().back();
    EXPECT_EQ(stem.fixedBits, 8);
    EXPECT_TRUE(stem.signedInput);
    EXPECT_FALSE(stem.hasBias);
    EXPECT_EQ(classifier.fixedBits, 8);
    EXPECT_TRUE(classifier.hasBias);
    for (const Layer& layer : network.layers()) EXPECT_EQ(layer.signedInput, &layer == &stem) << layer.name;
}

// Listed by hand: back from the layer's input, through the first input of every add.
TEST(Resnet14, NormsFollowTheResidualWalk) {
    expectTransitions(build("resnet14"),
                      {{"stem.norm", "", "stem"},
                       {"stage1.block1.conv1.norm", "stem", "stage1.block1.conv1"},
                       {"stage1.block1.conv2.norm", "stage1.block1.conv1", "stage1.block1.conv2"},
                       {"stage1.block2.conv1.norm", "stage1.block1.conv2", "stage1.block2.conv1"},
                       {"stage1.block2.conv2.norm", "stage1.block2.conv1", "stage1.block2.conv2"},
                       {"stage2.block1.conv1.norm", "stage1.block2.conv2", "stage2.block1.conv1"},
                       {"stage2.block1.conv2.norm", "stage2.block1.conv1", "stage2.block1.conv2"},
                       {"stage2.block1.shortcut.norm", "stage1.block2.conv2", "stage2.block1.shortcut"},
                       {"stage2.block2.conv1.norm", "stage2.block1.conv2", "stage2.block2.conv1"},
                       {"stage2.block2.conv2.norm", "stage2.block2.conv1", "stage2.block2.conv2"},
                       {"stage3.block1.conv1.norm", "stage2.block2.conv2", "stage3.block1.conv1"},
                       {"stage3.block1.conv2.norm", "stage3.block1.conv1", "stage3.block1.conv2"},
                       {"stage3.block1.shortcut.norm", "stage2.block2.conv2", "stage3.block1.shortcut"},
                       {"stage3.block2.conv1.norm", "stage3.block1.conv2", "stage3.block2.conv1"},
                       {"stage3.block2.conv2.norm", "stage3.block2.conv1", "stage3.block2.conv2"}});
}

TEST(Resnet18, NormsFollowTheResidualWalk) {
    expectTransitions(build("resnet18"),
                      {{"stem.norm", "", "stem"},
                       {"stage1.block1.conv1.norm", "stem", "stage1.block1.conv1"},
                       {"stage1.block1.conv2.norm", "stage1.block1.conv1", "stage1.block1.conv2"},
                       {"stage1.block2.conv1.norm", "stage1.block1.conv2", "stage1.block2.conv1"},
                       {"stage1.block2.conv2.norm", "stage1.block2.conv1", "stage1.block2.conv2"},
                       {"stage2.block1.conv1.norm", "stage1.block2.conv2", "stage2.block1.conv1"},
                       {"stage2.block1.conv2.norm", "stage2.block1.conv1", "stage2.block1.conv2"},
                       {"stage2.block1.shortcut.norm", "stage1.block2.conv2", "stage2.block1.shortcut"},
                       {"stage2.block2.conv1.norm", "stage2.block1.conv2", "stage2.block2.conv1"},
                       {"stage2.block2.conv2.norm", "stage2.block2.conv1", "stage2.block2.conv2"},
                       {"stage3.block1.conv1.norm", "stage2.block2.conv2", "stage3.block1.conv1"},
                       {"stage3.block1.conv2.norm", "stage3.block1.conv1", "stage3.block1.conv2"},
                       {"stage3.block1.shortcut.norm", "stage2.block2.conv2", "stage3.block1.shortcut"},
                       {"stage3.block2.conv1.norm", "stage3.block1.conv2", "stage3.block2.conv1"},
                       {"stage3.block2.conv2.norm", "stage3.block2.conv1", "stage3.block2.conv2"},
                       {"stage4.block1.conv1.norm", "stage3.block2.conv2", "stage4.block1.conv1"},
                       {"stage4.block1.conv2.norm", "stage4.block1.conv1", "stage4.block1.conv2"},
                       {"stage4.block1.shortcut.norm", "stage3.block2.conv2", "stage4.block1.shortcut"},
                       {"stage4.block2.conv1.norm", "stage4.block1.conv2", "stage4.block2.conv1"},
                       {"stage4.block2.conv2.norm", "stage4.block2.conv1", "stage4.block2.conv2"}});
}

TEST(TransitionSource, EndsAtTheInput) {
    EXPECT_EQ(transitionSource(build("resnet14").nodes(), "stem"), "");
    EXPECT_EQ(transitionSource(build("resnet14").nodes(), "classifier"), "stage3.block2.conv2");
    EXPECT_EQ(transitionSource({}, "nobody"), "");
}

// He et al. 2016 (1.8 G), and the counts that HAWQ-V3 and Bit-Mixer's re-implementations quote for these widths.
TEST(Resnet18, CostsWhatIsPublished) {
    const Network network = build("resnet18");
    EXPECT_EQ(network.quantizable().size(), 19u);
    EXPECT_EQ(macs(network), 1'814'073'344);
    EXPECT_NEAR(static_cast<double>(macs(network)) * 32 * 32 / 1e9, 1857.6, 0.05);
    EXPECT_NEAR(static_cast<double>(bitOps(network, uniformBits(network, 8))) / 1e9, 116.1, 0.05);
    EXPECT_NEAR(static_cast<double>(bitOps(network, uniformBits(network, 4))) / 1e9, 34.71, 0.005);
    // torchvision's 11 689 512 parameters less 9 600 of norms and 1 000 of the bias.
    EXPECT_EQ(weightBytes(network, uniformBits(network, 8)), 11'678'912);
}

TEST(Resnet18, HasTheShapesOfThePaper) {
    const Network network = build("resnet18");
    EXPECT_EQ(network.findLayer("stem")->output, (Shape{112, 112, 64}));
    EXPECT_EQ(network.shape(network.findNode("stem.pool")), (Shape{56, 56, 64}));
    EXPECT_EQ(network.findLayer("stage4.block2.conv2")->output, (Shape{7, 7, 512}));
    EXPECT_EQ(network.classes(), 1000);
}

// By hand, row by row: stem, stages, classifier.
TEST(SmallResnets, CountTheirMacs) {
    EXPECT_EQ(macs(build("resnet14")), 56'448 + 7'225'344 + 6'422'528 + 8'388'608 + 1'280);
    // ResNet-20 is known for 40.55 M; the two 1×1 shortcuts add 131 072 each.
    EXPECT_EQ(macs(build("resnet20")), 40'551'040 + 2 * 131'072);
    EXPECT_EQ(build("resnet20").quantizable().size(), 20u);
}

TEST(Catalogue, BuildsForOtherImages) {
    const Network network = findNetwork("resnet14").build({32, 48, 3}, 7);
    EXPECT_EQ(network.inputShape(), (Shape{32, 48, 3}));
    EXPECT_EQ(network.classes(), 7);
    EXPECT_EQ(network.findLayer("stage3.block2.conv2")->output, (Shape{4, 6, 128}));
    EXPECT_THROW(findNetwork("resnet14").build({0, 28, 1}, 10), Error);
    EXPECT_THROW(findNetwork("resnet14").build({28, 28, 1}, 0), Error);
}

TEST(Catalogue, ListsWhatItKnows) {
    test::expectError(ErrorKind::Usage, {"'resnet99'", "resnet14", "resnet20", "resnet18"},
                      [] { findNetwork("resnet99"); });
    for (const CatalogueNetwork& entry : networkCatalogue()) EXPECT_EQ(build(entry.name).name(), entry.name);
}

TEST(Resnet50, HasThePublishedSize) {
    const Network network = build("resnet50");
    EXPECT_EQ(network.quantizable().size(), 52U);  // 16 blocks of 3, 4 shortcuts
    std::int64_t weights = 0;
    for (const Layer& layer : network.layers()) weights += layer.weightCount;
    // He et al. 2016 with the stride in the 3×3: 25 557 032 parameters, less 53 120 of norms and 1 000 biases.
    EXPECT_EQ(weights, 25'557'032 - 2 * 26'560 - 1'000);
    EXPECT_EQ(macs(network), 4'089'184'256);
    const Network again("again", network.nodes());
    EXPECT_EQ(again.layers().size(), network.layers().size());
}

TEST(Resnet50, ItsTransitionsFollowTheResidualBranch) {
    const Network network = build("resnet50");
    EXPECT_EQ(norm(network, "stage1.block1.conv1.norm").from, "stem");
    EXPECT_EQ(norm(network, "stage1.block1.conv3.norm").from, "stage1.block1.conv2");
    EXPECT_EQ(norm(network, "stage1.block1.shortcut.norm").from, "stem");
    EXPECT_EQ(norm(network, "stage1.block2.conv1.norm").from, "stage1.block1.conv3");
}

std::int64_t weightsOf(const Network& network) {
    std::int64_t weights = 0;
    for (const Layer& layer : network.layers()) weights += layer.weightCount;
    return weights;
}

std::int64_t normChannels(const Network& network) {
    std::int64_t channels = 0;
    for (int n = 0; n < static_cast<int>(network.nodes().size()); ++n)
        if (network.nodes()[static_cast<std::size_t>(n)].as<NormAttributes>()) channels += network.shape(n).channels;
    return channels;
}

TEST(MobileNetV2, HasThePublishedSize) {
    const Network network = build("mobilenetv2");
    // torchvision: 3 504 872 parameters, two of each norm's channel and 1 000 of the bias among them; 300.8 M MACs.
    EXPECT_EQ(weightsOf(network) + 2 * normChannels(network) + 1000, 3'504'872);
    EXPECT_NEAR(static_cast<double>(macs(network)) / 1e6, 300.8, 0.05);
    EXPECT_EQ(network.quantizable().size(), 51U);  // 17 blocks of 3, less one expansion, and the head
    EXPECT_EQ(network.findLayer("stage2.block1.depthwise")->groups, 96);
    EXPECT_TRUE(network.findLayer("stage2.block1.expand")->signedInput);
    EXPECT_FALSE(network.findLayer("stage2.block1.project")->signedInput);
    EXPECT_EQ(network.findLayer("head")->output, (Shape{7, 7, 1280}));
    for (const Node& node : network.nodes())
        if (const auto* activation = node.as<ActivationAttributes>()) {
            EXPECT_EQ(*activation, relu(6)) << node.name;
        }
}

// By hand: 128·27 + 128·128·9 + 128·256·9 + 256·256·9 + 256·512·9 + 512·512·9 + 8192·10.
TEST(Vgg7, CountsItsWeights) {
    EXPECT_EQ(weightsOf(build("vgg7")), 3'456 + 147'456 + 294'912 + 589'824 + 1'179'648 + 2'359'296 + 81'920);
    EXPECT_EQ(build("vgg7").quantizable().size(), 5U);
}

TEST(Mlp, CountsItsWeights) {
    EXPECT_EQ(weightsOf(build("mlp")), 784 * 512 + 2 * 512 * 512 + 5120);
    EXPECT_EQ(build("mlp").quantizable().size(), 2U);
}

TEST(OpenNetwork, ReadsFilesAndNames) {
    const test::TemporaryFolder folder;
    const std::string path = (folder / "mine.json").string();
    writeFileAtomically(path, networkTemplate(build("resnet14")));
    EXPECT_EQ(openNetwork(path).nodes(), build("resnet14").nodes());
    EXPECT_EQ(openNetwork("resnet14", Shape{16, 16, 3}, 5).classes(), 5);
    EXPECT_EQ(openNetwork(path, Shape{28, 28, 1}, 10).classes(), 10);
    test::expectBadInput({path, "its input is 28×28×1, the images are 32×32×3"}, [&] {
        openNetwork(path, Shape{32, 32, 3});
    });
    test::expectBadInput({path, "has 10 classes, the data set has 7"}, [&] { openNetwork(path, {}, 7); });
    test::expectBadInput({"missing.json"}, [&] { openNetwork((folder / "missing.json").string()); });
    test::expectError(ErrorKind::Usage, {"'resnet99'"}, [] { openNetwork("resnet99"); });
    test::expectBadInput({"File name too long"}, [] { openNetwork(std::string(300, 'n')); });
}

}  // namespace
}  // namespace bitdesk
