// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/meta_model.h"
#include "tests/core/network/tiny_network.h"

namespace bitdesk::test {

/// A valid model of tinyNetwork() at 2, 3 and 4 bits.
inline MetaModel tinyModel() { return randomModel(tinyNetwork(), {2, 3, 4}, 1); }

inline void expectSame(const MetaModel& a, const MetaModel& b) {
    EXPECT_EQ(a.network.name(), b.network.name());
    EXPECT_EQ(a.network.nodes(), b.network.nodes());
    EXPECT_EQ(a.quantizer, b.quantizer);
    EXPECT_EQ(a.bits, b.bits);
    EXPECT_EQ(a.classNames, b.classNames);
    EXPECT_EQ(a.provenance, b.provenance);
    EXPECT_EQ(a.normalization.mean, b.normalization.mean);
    EXPECT_EQ(a.normalization.std, b.normalization.std);
    ASSERT_EQ(a.layers.size(), b.layers.size());
    for (std::size_t i = 0; i < a.layers.size(); ++i) {
        EXPECT_EQ(a.layers[i].codes, b.layers[i].codes);
        EXPECT_EQ(a.layers[i].weightScale, b.layers[i].weightScale);
        EXPECT_EQ(a.layers[i].actScale, b.layers[i].actScale);
        EXPECT_EQ(a.layers[i].bias, b.layers[i].bias);
    }
    ASSERT_EQ(a.norms.size(), b.norms.size());
    for (const auto& [node, norm] : a.norms) {
        const NormParameters& other = b.norms.at(node);
        EXPECT_TRUE(norm.gamma == other.gamma);
        EXPECT_TRUE(norm.beta == other.beta);
        EXPECT_TRUE(norm.mean == other.mean);
        EXPECT_TRUE(norm.var == other.var);
    }
}

}  // namespace bitdesk::test
