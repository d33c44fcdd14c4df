// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/node_names.h"

#include <gtest/gtest.h>

namespace bitdesk {
namespace {

TEST(OnnxNodeName, IsThatOfTheModule) {
    EXPECT_EQ(readableName("/features/features.1/block/block.0/block.0.2/Relu", "Relu", ""), "features.1.block.0.2");
    EXPECT_EQ(readableName("/layer1/layer1.0/conv1/Conv", "Conv", "onnx::Conv_193"), "layer1.0.conv1");
    EXPECT_EQ(readableName("node_conv2d_12", "Conv", "features.3.conv.1.weight"), "features.3.conv.1");
    EXPECT_EQ(readableName("node_relu_3", "Relu", ""), "relu_3");
    EXPECT_EQ(readableName("StatefulPartitionedCall/model/conv1/Conv2D", "Conv", ""), "model.conv1");
    EXPECT_EQ(readableName("Conv_0", "Conv", ""), "Conv_0");
    EXPECT_EQ(readableName("", "Conv", ""), "conv");
}

TEST(OnnxNodeName, IsPrintableAndNotEndless) {
    EXPECT_EQ(readableName("a b\x1b[31m\xc3\xa4", "Relu", ""), "a_b_[31m__");
    EXPECT_EQ(readableName(std::string(1000, 'n'), "Relu", "").size(), 150U);
    EXPECT_EQ(networkName("my net"), "my_net");
    EXPECT_EQ(networkName(""), "network");
}

}  // namespace
}  // namespace bitdesk
