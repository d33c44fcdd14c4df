// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/meta_model.h"

#include <gtest/gtest.h>

#include "core/model/model_file.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"
#include "tests/core/model/tiny_model.h"

namespace bitdesk {
namespace {

constexpr int kTail = 2;  // the tiny network's second quantizable layer: four filters of three weights

TEST(LayerWeights, OfNestedCodesAreShifted) {
    MetaModel model = test::tinyModel();
    model.layers[kTail].codes = {7, -7, 1, 0, -1, 2, -2, 3, -3, 4, -4, 5};
    model.layers[kTail].weightScale = {0.5F};
    EXPECT_EQ(codesAt(model, kTail, 4), model.layers[kTail].codes);
    EXPECT_EQ(codesAt(model, kTail, 2), (std::vector<std::int8_t>{1, -2, 0, 0, -1, 0, -1, 0, -1, 1, -1, 1}));
    EXPECT_EQ(weightScalesAt(model, kTail, 4), (std::vector<double>{0.5, 0.5, 0.5, 0.5}));
    EXPECT_EQ(weightScalesAt(model, kTail, 2), (std::vector<double>{2, 2, 2, 2}));
}

TEST(LayerWeights, OfCodesPerWidthAreThatWidths) {
    MetaModel model = randomModel(test::tinyNetwork(), {2, 3, 4}, 1, "rounded");
    auto& tail = model.layers[kTail];
    tail.codes.assign(12, -2);
    tail.codes.insert(tail.codes.end(), 12, 3);
    tail.codes.insert(tail.codes.end(), 12, -8);
    tail.weightScale = {4, 2, 1};  // one a width
    EXPECT_EQ(codesAt(model, kTail, 3), std::vector<std::int8_t>(12, 3));
    EXPECT_EQ(weightScalesAt(model, kTail, 3), (std::vector<double>{2, 2, 2, 2}));
    EXPECT_EQ(codesAt(model, kTail, 4), std::vector<std::int8_t>(12, -8));
    tail.weightScale = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};  // one a width and filter
    EXPECT_EQ(weightScalesAt(model, kTail, 4), (std::vector<double>{9, 10, 11, 12}));
    EXPECT_NO_THROW(checkModel(model, "m"));
    EXPECT_EQ(codesAt(model, 0, 8).size(), model.layers[0].codes.size());  // a fixed layer keeps one copy

    const test::TemporaryFolder folder;
    writeModel(model, folder / "m");
    test::expectSame(model, readModel(folder / "m"));
}

TEST(LayerWeights, PerWidthAreCheckedWidthByWidth) {
    MetaModel model = randomModel(test::tinyNetwork(), {2, 3, 4}, 1, "half-step");
    auto& tail = model.layers[kTail];
    const auto refused = [&](const std::string& reason) {
        test::expectBadInput({"tensor 'tail.", reason}, [&] { checkModel(model, "m"); });
    };
    const auto codes = tail.codes;
    tail.codes[3] = 2;  // fits three bits, not two
    refused("holds a code outside -2 … 1");
    tail.codes = codes;
    tail.codes.resize(12);
    refused("has 12 codes, 36 are needed");
    tail.codes = codes;
    tail.weightScale.resize(4);
    refused("has 4 values, 12 are needed");
}

}  // namespace
}  // namespace bitdesk
