// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/effective_weights.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/core/base/expect_error.h"

namespace bitdesk {
namespace {

using Shape = std::vector<std::int64_t>;

struct Part {
    std::string name;
    Shape shape;
    std::vector<float> values;
};

TensorFile resolved(const std::vector<Part>& parts) {
    TensorFile file;
    file.where = "f.pt";
    for (const Part& part : parts) {
        file.tensors.emplace(part.name, Tensor::f32(part.shape, part.values));
        file.names.push_back(part.name);
    }
    resolveEffectiveWeights(file);
    return file;
}
std::vector<float> numbers(const TensorFile& file, const char* name) { return toFloats(*file.find(name), name); }

TEST(EffectiveWeights, MaskWhatIsPruned) {
    const auto file = resolved({{"a.bias", {1}, {5}},
                                {"a.weight_orig", {2, 2}, {1, 2, 3, 4}},
                                {"a.weight_mask", {2, 2}, {1, 0, 0, 1}},
                                {"b.weight", {1}, {6}}});
    EXPECT_EQ(file.names, (std::vector<std::string>{"a.bias", "a.weight", "b.weight"}));
    EXPECT_EQ(file.tensors.size(), 3U);
    EXPECT_EQ(numbers(file, "a.weight"), (std::vector<float>{1, 0, 0, 4}));
    EXPECT_EQ(file.notes, std::vector<std::string>{"1 weight tensor(s) have a pruning mask, which is applied."});
}

// By hand: rows (3, 4) and (0, 2) have lengths 5 and 2; columns (3, 0) and (4, 2) lengths 3 and √20; all √29.
TEST(EffectiveWeights, AreDirectionsOfALength) {
    const std::vector<float> v{3, 4, 0, 2};
    using Names = std::pair<std::string, std::string>;  // of lengths and directions
    for (const Names& names : {Names{"weight_g", "weight_v"},
                               Names{"parametrizations.weight.original0", "parametrizations.weight.original1"}})
        for (const std::string module : {"", "a."}) {
            const auto weight = [&](const Shape& shape, const std::vector<float>& g) {
                const auto file = resolved({{module + names.first, shape, g}, {module + names.second, {2, 2}, v}});
                EXPECT_EQ(file.names, std::vector<std::string>{module + "weight"});
                return numbers(file, (module + "weight").c_str());
            };
            EXPECT_EQ(weight({2, 1}, {10, 3}), (std::vector<float>{6, 8, 0, 3}));
            EXPECT_FLOAT_EQ(weight({1, 2}, {3, 1})[0], 3);
            EXPECT_FLOAT_EQ(weight({1, 2}, {3, 1})[3], 2 / std::sqrt(20.0F));
            EXPECT_FLOAT_EQ(weight({}, {1})[1], 4 / std::sqrt(29.0F));
        }
}

// By hand: uᵀWv with W = (1 2; 3 4), u = (1, 0), v = (0, 1) is 2; with W's columns for rows it is 3.
TEST(EffectiveWeights, AreDividedBySigma) {
    const Part w{"", {2, 2}, {1, 2, 3, 4}};
    const auto old =
        resolved({{"a.weight_orig", w.shape, w.values}, {"a.weight_u", {2}, {1, 0}}, {"a.weight_v", {2}, {0, 1}}});
    EXPECT_EQ(numbers(old, "a.weight"), (std::vector<float>{0.5F, 1, 1.5F, 2}));
    const std::string list = "a.parametrizations.weight.";
    const auto made =
        resolved({{list + "original", w.shape, w.values}, {list + "0._u", {2}, {1, 0}}, {list + "0._v", {2}, {0, 1}}});
    EXPECT_EQ(numbers(made, "a.weight"), (std::vector<float>{0.5F, 1, 1.5F, 2}));
    // A transposed convolution's filters lie in its second extent: [1, 2, 2] with u of 2, v of 2.
    const auto second =
        resolved({{"weight_orig", {1, 2, 2}, {1, 2, 3, 4}}, {"weight_u", {2}, {0, 1}}, {"weight_v", {2}, {1, 0}}});
    EXPECT_FLOAT_EQ(numbers(second, "weight")[3], 4.0F / 3);
}

TEST(EffectiveWeights, RefuseWhatTheyDoNotKnow) {
    const auto refused = [](std::initializer_list<std::string> words, const std::vector<Part>& parts) {
        SCOPED_TRACE(*words.begin());
        test::expectBadInput(words, [&] { resolved(parts); });
    };
    const Part w{"", {2, 2}, {1, 2, 3, 4}};
    refused({"tensor 'a.parametrizations.weight.original'", "not known", "remove_parametrizations"},
            {{"a.parametrizations.weight.original", w.shape, w.values},
             {"a.parametrizations.weight.0.base", w.shape, w.values}});
    const std::string list = "a.parametrizations.weight.";
    refused({"not known"}, {{list + "original", w.shape, w.values},
                            {list + "0._u", {2}, {1, 0}},
                            {list + "0._v", {2}, {0, 1}},
                            {list + "1.more", {1}, {1}}});
    refused({"'a.weight_orig'", "are missing"}, {{"a.weight_orig", w.shape, w.values}});
    refused({"'a.weight_v'", "'weight_g' is missing"}, {{"a.weight_v", w.shape, w.values}});
    refused({"'a.weight_mask'", "another shape"},
            {{"a.weight_orig", w.shape, w.values}, {"a.weight_mask", {4}, w.values}});
    refused({"'a.weight_g'", "no length"}, {{"a.weight_g", {4}, w.values}, {"a.weight_v", w.shape, w.values}});
    refused({"'a.weight_u'", "does not fit"},
            {{"a.weight_orig", w.shape, w.values}, {"a.weight_u", {4}, w.values}, {"a.weight_v", {1}, {1}}});
}

}  // namespace
}  // namespace bitdesk
