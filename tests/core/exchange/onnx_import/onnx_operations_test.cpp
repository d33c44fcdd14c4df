// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/core/base/expect_error.h"
#include "tests/core/exchange/onnx_import/onnx_file_builder.h"

namespace bitdesk {
namespace {

using test::first;
using test::OnnxFile;
using test::operations;
using Whole = std::vector<std::int64_t>;

/// An image of 2 channels through a convolution to 4, then what `add` adds to it, then a classifier of `channels`.
OnnxImport imported(const std::function<void(OnnxFile&, const std::string&)>& add, std::int64_t channels = 4,
                    int opset = 17, const Whole& image = {1, 2, 8, 8}) {
    OnnxFile file(opset);
    file.input(image);
    add(file, file.conv("x", 2, 4));
    file.classifier(file.last(), channels, 3);
    return file.import();
}

/// What stands between the first convolution's norm and the classifier's pool.
std::string between(const OnnxImport& import) {
    const std::string all = operations(import.model.network), before = "input conv2d norm ",
                      behind = " avg_pool linear";
    if (!all.starts_with(before) || !all.ends_with(behind)) return "?? " + all;
    return all.size() > before.size() + behind.size() - 1
               ? all.substr(before.size(), all.size() - before.size() - behind.size())
               : "";
}

ActivationAttributes activation(const std::function<void(OnnxFile&, const std::string&)>& add, int opset = 17) {
    return first<ActivationAttributes>(imported(add, 4, opset).model.network);
}

TEST(OnnxActivation, ClipsAreReluOrClipInEachSpelling) {
    const auto clipped = [](const std::string& least, const std::string& most) {
        return activation([&](OnnxFile& file, const std::string& x) {
            file.value("Clip", {x, least.empty() ? "" : file.scalar(std::stof(least)),
                                most.empty() ? "" : file.scalar(std::stof(most))});
        });
    };
    EXPECT_EQ(clipped("0", "6"), relu(6));
    EXPECT_EQ(clipped("0", ""), relu());
    EXPECT_EQ(clipped("-1", "1"), (ActivationAttributes{ActivationKind::Clip, -1, 1}));
    const auto old = activation(
        [](OnnxFile& file, const std::string& x) {
            auto& clip = file.node("Clip", {x});
            setAttribute(clip, "min", 0.0F);
            setAttribute(clip, "max", 6.0F);
        },
        10);
    EXPECT_EQ(old, relu(6));
    EXPECT_EQ(activation([](OnnxFile& file, const std::string& x) {
                  file.value("Min", {file.scalar(6), file.value("Max", {x, file.scalar(0)})});
              }),
              relu());
}

TEST(OnnxActivation, EachHasItsNumbers) {
    const auto plain = [](const char* op) {
        return activation([&](OnnxFile& file, const std::string& x) { file.value(op, {x}); });
    };
    EXPECT_EQ(plain("Relu"), relu());
    EXPECT_EQ(plain("LeakyRelu").kind, ActivationKind::LeakyRelu);
    EXPECT_FLOAT_EQ(static_cast<float>(plain("LeakyRelu").first), 0.01F);
    EXPECT_FLOAT_EQ(static_cast<float>(plain("HardSigmoid").first), 0.2F);
    EXPECT_EQ(plain("HardSwish").kind, ActivationKind::HardSwish);
    EXPECT_EQ(plain("Sigmoid").kind, ActivationKind::Sigmoid);
    EXPECT_EQ(plain("Tanh").kind, ActivationKind::Tanh);
    const auto tanh =
        imported([](OnnxFile& file,
                    const std::string& x) { setAttribute(file.node("Gelu", {x}), "approximate", std::string("tanh")); },
                 4, 20);
    EXPECT_EQ(first<ActivationAttributes>(tanh.model.network).kind, ActivationKind::GeluTanh);
}

TEST(OnnxActivation, SlopesOfChannelsAreTakenApart) {
    const auto one = [](OnnxFile& file, const std::string& x) {
        file.value("PRelu", {x, file.floats({4, 1, 1}, {0.5F, 0.5F, 0.5F, 0.5F})});
    };
    EXPECT_EQ(activation(one), (ActivationAttributes{ActivationKind::LeakyRelu, 0.5}));
    const auto import = imported([](OnnxFile& file, const std::string& x) {
        file.value("PRelu", {x, file.floats({4, 1, 1}, {0.5F, 0.25F, 0, 1})});
    });
    EXPECT_EQ(between(import), "norm relu relu norm add");  // max(x, 0) − slope · max(−x, 0)
    std::vector<std::vector<float>> factors;
    for (const auto& [node, norm] : import.model.norms) factors.push_back(norm.gamma);
    EXPECT_EQ(factors[1], std::vector<float>(4, -1.0F));
    EXPECT_EQ(factors[2], (std::vector<float>{-0.5F, -0.25F, 0, -1}));
}

TEST(OnnxPattern, HardSwishInThreeSpellings) {
    const auto relu6 = [](OnnxFile& file, const std::string& x) {
        return file.value("Clip", {file.value("Add", {x, file.scalar(3)}), file.scalar(0), file.scalar(6)});
    };
    for (int spelling = 0; spelling < 3; ++spelling)
        EXPECT_EQ(activation([&](OnnxFile& file, const std::string& x) {
                      if (spelling == 0) file.value("Div", {file.value("Mul", {x, relu6(file, x)}), file.scalar(6)});
                      if (spelling == 1) file.value("Mul", {file.value("Div", {relu6(file, x), file.scalar(6)}), x});
                      if (spelling == 2) {
                          auto& gate = file.node("HardSigmoid", {x});
                          setAttribute(gate, "alpha", 1.0F / 6);
                          file.value("Mul", {x, gate.output(0)});
                      }
                  }).kind,
                  ActivationKind::HardSwish)
            << spelling;
    EXPECT_EQ(between(imported([&](OnnxFile& file, const std::string& x) {
                  file.value("Mul", {relu6(file, x), file.scalar(1.0F / 6)});
              })),
              "hard_sigmoid");
}

TEST(OnnxPattern, ErfAndTanhAreGelu) {
    EXPECT_EQ(between(imported([](OnnxFile& file, const std::string& x) {
                  const std::string erf = file.value("Erf", {file.value("Div", {x, file.scalar(1.41421356F)})});
                  const std::string sum = file.value("Add", {erf, file.scalar(1)});
                  file.value("Mul", {file.value("Mul", {x, sum}), file.scalar(0.5F)});
              })),
              "gelu");
    EXPECT_EQ(
        between(imported([](OnnxFile& file, const std::string& x) {
            const std::string cubic =
                file.value("Mul", {file.value("Pow", {x, file.scalar(3)}), file.scalar(0.044715F)});
            const std::string inner = file.value("Mul", {file.value("Add", {x, cubic}), file.scalar(0.797884561F)});
            const std::string sum = file.value("Add", {file.value("Tanh", {inner}), file.scalar(1)});
            file.value("Mul", {file.value("Mul", {x, file.scalar(0.5F)}), sum});
        })),
        "gelu_tanh");
    EXPECT_EQ(between(imported([](OnnxFile& file, const std::string& x) {
                  file.value("Mul", {file.value("Sigmoid", {x}), x});
              })),
              "silu");
    // Of another value it is a product.
    EXPECT_EQ(between(imported([](OnnxFile& file, const std::string& x) {
                  file.value("Mul", {file.value("Sigmoid", {file.value("Relu", {x})}), x});
              })),
              "relu sigmoid mul");
}

TEST(OnnxPattern, WhatIsNearlyGeluIsNot) {
    test::expectBadInput({"Erf (1"}, [] {
        imported([](OnnxFile& file, const std::string& x) {
            const std::string erf = file.value("Erf", {file.value("Div", {x, file.scalar(1.5F)})});
            file.value("Mul", {file.value("Mul", {x, file.value("Add", {erf, file.scalar(1)})}), file.scalar(0.5F)});
        });
    });
}

void channelsLast(OnnxFile& file, const std::string& x, const std::function<void(const std::string&)>& add) {
    auto& there = file.node("Transpose", {x});
    setAttribute(there, "perm", Whole{0, 2, 3, 1});
    add(there.output(0));
    auto& back = file.node("Transpose", {file.last()});
    setAttribute(back, "perm", Whole{0, 3, 1, 2});
}

TEST(OnnxNorm, LayersAreNormalizedOverChannels) {
    const auto import = imported([](OnnxFile& file, const std::string& x) {
        channelsLast(file, x, [&](const std::string& y) {
            auto& norm = file.node("LayerNormalization", {y, file.counted({4}), file.counted({4})});
            setAttribute(norm, "epsilon", 0.001F);
        });
    });
    EXPECT_EQ(between(import), "layer_norm norm");
    EXPECT_FLOAT_EQ(static_cast<float>(first<LayerNormAttributes>(import.model.network).epsilon), 0.001F);
    EXPECT_EQ(import.model.norms.rbegin()->second.gamma, (std::vector<float>{1, 2, 3, 4}));
}

TEST(OnnxNorm, AndInPyTorchsOldSpelling) {
    const auto mean = [](OnnxFile& file, const std::string& x) {
        auto& node = file.node("ReduceMean", {x});
        setAttribute(node, "axes", Whole{-1});
        return node.output(0);
    };
    const auto import = imported(
        [&](OnnxFile& file, const std::string& x) {
            channelsLast(file, x, [&](const std::string& y) {
                const std::string difference = file.value("Sub", {y, mean(file, y)});
                const std::string variance = mean(file, file.value("Pow", {difference, file.scalar(2)}));
                const std::string root = file.value("Sqrt", {file.value("Add", {variance, file.scalar(1e-6F)})});
                file.value("Mul", {file.value("Div", {difference, root}), file.counted({4})});
            });
        },
        4, 14);
    EXPECT_EQ(between(import), "layer_norm norm");
    EXPECT_FLOAT_EQ(static_cast<float>(first<LayerNormAttributes>(import.model.network).epsilon), 1e-6F);
}

TEST(OnnxPool, WindowsAndWhatTheyCount) {
    const auto pool = [](const char* op, const std::function<void(onnx::NodeProto&)>& set) {
        return imported([&](OnnxFile& file, const std::string& x) {
            auto& node = file.node(op, {x});
            setAttribute(node, "kernel_shape", Whole{3, 3});
            set(node);
        });
    };
    const auto plain = pool("AveragePool", [](onnx::NodeProto& node) {
        setAttribute(node, "pads", Whole{1, 1, 1, 1});
    });
    EXPECT_FALSE(first<AvgPoolAttributes>(plain.model.network).countPadding);
    const auto counted = pool("AveragePool", [](onnx::NodeProto& node) {
        setAttribute(node, "pads", Whole{1, 1, 1, 1});
        setAttribute(node, "count_include_pad", std::int64_t{1});
    });
    EXPECT_TRUE(first<AvgPoolAttributes>(counted.model.network).countPadding);
    const auto ceiled = pool("MaxPool", [](onnx::NodeProto& node) {
        setAttribute(node, "strides", Whole{2, 2});
        setAttribute(node, "ceil_mode", std::int64_t{1});
    });
    EXPECT_TRUE(first<MaxPoolAttributes>(ceiled.model.network).ceilMode);
    const auto same = pool("MaxPool", [](onnx::NodeProto& node) {
        setAttribute(node, "strides", Whole{1, 1});
        setAttribute(node, "ceil_mode", std::int64_t{1});
    });
    EXPECT_FALSE(first<MaxPoolAttributes>(same.model.network).ceilMode);
    test::expectBadInput({"MaxPool (1", "a pooling window has no dilation"}, [&] {
        pool("MaxPool", [](onnx::NodeProto& node) { setAttribute(node, "dilations", Whole{2, 2}); });
    });
}

TEST(OnnxPool, MeansOfSides) {
    const auto reduced = [](Whole axes, int opset) {
        OnnxFile file(opset);
        file.input({1, 2, 8, 6});
        const std::string x = file.conv("x", 2, 4);
        if (opset < 18) setAttribute(file.node("ReduceMean", {x}), "axes", axes);
        else file.node("ReduceMean", {x, file.whole(axes)});
        file.classifier(file.last(), 4, 3);
        return file.import();
    };
    EXPECT_EQ(operations(reduced({2, 3}, 17).model.network), "input conv2d norm avg_pool linear");
    EXPECT_TRUE(first<AvgPoolAttributes>(reduced({-1, -2}, 18).model.network).global);
    const auto rows = reduced({2}, 17);
    EXPECT_EQ(first<AvgPoolAttributes>(rows.model.network).kernelHeight, 8);
    EXPECT_EQ(first<AvgPoolAttributes>(rows.model.network).kernelWidth, 1);
    test::expectBadInput({"ReduceMean (1", "other axes than height and width"}, [&] { reduced({1}, 17); });
}

TEST(OnnxPool, NearestPixelsAreRepeated) {
    const auto resized = [](const std::string& place, const std::string& rounding, const std::vector<float>& scales) {
        return imported([&](OnnxFile& file, const std::string& x) {
            auto& node = file.node("Resize", {x, "", file.floats({4}, scales)});
            setAttribute(node, "mode", std::string("nearest"));
            setAttribute(node, "coordinate_transformation_mode", place);
            setAttribute(node, "nearest_mode", rounding);
        });
    };
    EXPECT_EQ(first<UpsampleAttributes>(resized("asymmetric", "floor", {1, 1, 2, 3}).model.network),
              (UpsampleAttributes{2, 3}));
    EXPECT_EQ(between(resized("half_pixel", "round_prefer_floor", {1, 1, 2, 2})), "upsample");
    test::expectBadInput({"Resize (1", "nearest pixel"}, [&] { resized("half_pixel", "floor", {1, 1, 2, 2}); });
    test::expectBadInput({"Resize (1", "whole number"}, [&] { resized("asymmetric", "floor", {1, 1, 1.5F, 2}); });
    test::expectBadInput({"Resize (1", "mode 'linear'"}, [&] {
        imported([](OnnxFile& file, const std::string& x) {
            setAttribute(file.node("Resize", {x, "", file.floats({4}, {1, 1, 2, 2})}), "mode", std::string("linear"));
        });
    });
}

TEST(OnnxLayout, ChannelsAreJoinedAndParted) {
    const auto import = imported(
        [](OnnxFile& file, const std::string& x) {
            auto& split = file.node("Split", {x, file.whole({1, 3})}, 2);
            setAttribute(split, "axis", std::int64_t{1});
            const std::string small = split.output(0), large = split.output(1);
            auto& concat = file.node("Concat", {large, x, small});
            setAttribute(concat, "axis", std::int64_t{1});
        },
        8);
    EXPECT_EQ(between(import), "slice slice concat");
    EXPECT_EQ(first<SliceAttributes>(import.model.network), (SliceAttributes{0, 1}));
    const auto sliced = imported(
        [](OnnxFile& file, const std::string& x) {
            file.node("Slice",
                      {x, file.whole({1}), file.whole({std::numeric_limits<std::int64_t>::max()}), file.whole({1})});
        },
        3);
    EXPECT_EQ(first<SliceAttributes>(sliced.model.network), (SliceAttributes{1, 3}));
    test::expectBadInput({"Slice (1", "steps"}, [] {
        imported([](OnnxFile& file, const std::string& x) {
            file.node("Slice", {x, file.whole({0}), file.whole({8}), file.whole({2}), file.whole({2})});
        });
    });
}

/// Reshape, transpose, reshape, with the sizes as an exporter computes them.
void shuffle(OnnxFile& file, const std::string& x, int groups) {
    const std::string channels = file.value("Gather", {file.value("Shape", {x}), file.whole({1})});
    const std::string each = file.value("Div", {channels, file.whole({groups})});
    auto& shape = file.node("Concat", {file.whole({1}), file.whole({groups}), each, file.whole({8, 8})});
    setAttribute(shape, "axis", std::int64_t{0});
    auto& turned = file.node("Transpose", {file.value("Reshape", {x, file.last()})});
    setAttribute(turned, "perm", Whole{0, 2, 1, 3, 4});
    file.value("Reshape", {file.last(), file.whole({0, -1, 8, 8})});
}

TEST(OnnxLayout, ATransposeOfChannelsIsAShuffle) {
    const auto import = imported([](OnnxFile& file, const std::string& x) { shuffle(file, x, 2); });
    EXPECT_EQ(between(import), "channel_shuffle");
    EXPECT_EQ(first<ChannelShuffleAttributes>(import.model.network).groups, 2);
    // Both halves read one shuffle.
    const auto halves = imported([](OnnxFile& file, const std::string& x) {
        shuffle(file, x, 2);
        auto& split = file.node("Split", {file.last(), file.whole({2, 2})}, 2);
        setAttribute(split, "axis", std::int64_t{1});
        const std::string left = split.output(0), right = split.output(1);
        auto& concat = file.node("Concat", {right, left});
        setAttribute(concat, "axis", std::int64_t{1});
    });
    EXPECT_EQ(between(halves), "channel_shuffle slice slice concat");
}

TEST(OnnxLayout, WhatOnlyMovesAxesMakesNoNodes) {
    EXPECT_EQ(between(imported([](OnnxFile& file, const std::string& x) {
                  auto& there = file.node("Transpose", {x});
                  setAttribute(there, "perm", Whole{2, 3, 0, 1});
                  const std::string wide = file.value("Unsqueeze", {there.output(0), file.whole({0})});
                  const std::string cast = file.value("Identity", {file.value("Squeeze", {wide, file.whole({0})})});
                  auto& back = file.node("Transpose", {cast});
                  setAttribute(back, "perm", Whole{2, 3, 0, 1});
                  file.value("Dropout", {back.output(0)});
              })),
              "");
}

TEST(OnnxArithmetic, AGateScalesChannels) {
    const auto import = imported([](OnnxFile& file, const std::string& x) {
        const std::string gate = file.value("Sigmoid", {file.conv(file.value("GlobalAveragePool", {x}), 4, 4)});
        file.value("Mul", {gate, x});
    });
    EXPECT_EQ(between(import), "avg_pool conv2d norm sigmoid mul");
    const auto& network = import.model.network;
    for (const Node& node : network.nodes())
        if (node.as<MultiplyAttributes>() != nullptr) {
            EXPECT_EQ(network.shape(network.findNode(node.inputs[0])).elements(), 256);  // the map first
        }
    EXPECT_EQ(between(imported([](OnnxFile& file, const std::string& x) {
                  file.value("Add", {x, file.value("GlobalAveragePool", {x})});
              })),
              "avg_pool upsample add");
    test::expectBadInput({"Add (1", "differs between pixels"}, [] {
        imported([](OnnxFile& file, const std::string& x) { file.value("Add", {x, file.counted({8, 8})}); });
    });
}

}  // namespace
}  // namespace bitdesk
