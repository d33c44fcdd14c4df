// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/fake_quantizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <ATen/ATen.h>

#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

std::vector<float> values(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.detach().contiguous();
    return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

void expectNear(const at::Tensor& found, const std::vector<float>& expected) {
    const auto got = values(found);
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-6) << "element " << i;
}

// LSQ (Esser et al. 2020), equations 1 to 3, worked by hand for s = 0.5 and codes 0 … 3.
TEST(FakeQuantize, ActivationsFollowLsq) {
    at::Tensor x = at::tensor(std::vector<float>{-0.3F, 0.2F, 0.8F, 1.25F, 9.F}).view({1, 5}).requires_grad_();
    at::Tensor s = at::tensor(std::vector<float>{0.5F}).requires_grad_();
    const at::Tensor y = fakeQuantizeActivation(x, s, 0, 3);
    expectNear(y, {0.F, 0.F, 1.F, 1.F, 1.5F});  // 1.25/0.5 = 2.5 goes to the even 2
    y.sum().backward();
    expectNear(x.grad(), {0.F, 1.F, 1.F, 1.F, 0.F});
    // 0 below; −0.4, 2 − 1.6 and 2 − 2.5 inside; 3 above; their sum times 1/√(5·3).
    expectNear(s.grad(), {static_cast<float>((-0.4 + 0.4 - 0.5 + 3) / std::sqrt(15.0))});
}

TEST(FakeQuantize, ActivationsAgreeWithTheExecutorsCodes) {
    const at::Tensor x = at::linspace(-3, 3, 4001).view({1, -1});
    for (const float scale : {0.037F, 0.2F, 1.F}) {
        const auto found = values(fakeQuantizeActivation(x, at::tensor(std::vector<float>{scale}), -7, 7));
        const auto in = values(x);
        for (std::size_t i = 0; i < in.size(); ++i) {
            const int code = quantizeActivation(in[i], inverseScale(scale), -7, 7);
            ASSERT_FLOAT_EQ(found[i], static_cast<float>(code) * scale) << in[i] << " at scale " << scale;
        }
    }
}

// A long tensor takes the vectorized path: its sums must be those of the formula.
TEST(FakeQuantize, TheScalesGradientOfALongTensorIsTheFormulas) {
    const at::Tensor x = at::sin(at::arange(0, 40'000, at::kFloat)).mul_(1.7).view({4, -1}).requires_grad_();
    at::Tensor s = at::tensor(std::vector<float>{0.3F}).requires_grad_();
    fakeQuantizeActivation(x, s, 0, 3).sum().backward();
    double expected = 0;
    for (const float value : values(x)) {
        const double ratio = value * (1.0F / 0.3F);
        expected += ratio < 0 ? 0 : ratio > 3 ? 3 : std::nearbyint(ratio) - ratio;
    }
    EXPECT_NEAR(s.grad().item<double>(), expected / std::sqrt(10'000.0 * 3), 1e-3 * std::abs(expected));
}

// Codes −7 … 7 at 4 bits, s = 0.5; a step at 2 bits is four times as wide.
TEST(FakeQuantize, WeightsAreTheNestedFloorCodes) {
    at::Tensor w = at::tensor(std::vector<float>{-9.F, -0.1F, 0.F, 1.3F, 3.6F}).view({1, 5}).requires_grad_();
    at::Tensor s = at::tensor(std::vector<float>{0.5F}).requires_grad_();
    const auto fakeQuantizeWeight = findFakeQuantizer("floor-nested").quantize;
    expectNear(fakeQuantizeWeight(w, s, 4, 4), {-3.25F, -0.25F, 0.25F, 1.25F, 3.75F});  // −7, −1, 0, 2, 7
    const at::Tensor narrow = fakeQuantizeWeight(w, s, 4, 2);
    expectNear(narrow, {-3.F, -1.F, 1.F, 1.F, 3.F});  // −2, −1, 0, 0, 1: 0.5 · 4 · (c + ½)
    narrow.sum().backward();
    expectNear(w.grad(), {0.F, 1.F, 1.F, 1.F, 1.F});  // −9 is clipped; 3.6 has the code 7, which is not
    // Σ 4(c + ½) − [inside]·w/s = (−6) + (−2 + 0.2) + 2 + (2 − 2.6) + (6 − 7.2), times 1/√(5·7).
    expectNear(s.grad(), {static_cast<float>((-6 - 1.8 + 2 - 0.6 - 1.2) / std::sqrt(35.0))});
}

TEST(FakeQuantize, WeightsAgreeWithTheModelsCodes) {
    const at::Tensor w = at::linspace(-2, 2, 3001).view({1, -1});
    const float scale = 0.17F;
    for (const FakeQuantizer& trained : fakeQuantizers()) {
        const WeightQuantizer& quantizer = findWeightQuantizer(trained.name);
        ASSERT_TRUE(quantizer.nests) << trained.name;
        for (const int bits : {2, 3, 4}) {
            const auto found = values(trained.quantize(w, at::tensor(std::vector<float>{scale}), 4, bits));
            const auto in = values(w);
            for (std::size_t i = 0; i < in.size(); ++i)
                ASSERT_FLOAT_EQ(found[i],
                                static_cast<float>(quantizer.decode(quantizer.encode(in[i], scale, 4), scale, 4, bits)))
                    << trained.name << ", " << in[i] << " at " << bits << " bits";
        }
    }
}

}  // namespace
}  // namespace bitdesk
