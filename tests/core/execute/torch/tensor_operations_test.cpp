// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Activation functions against PyTorch's own: values bit for bit, and gradients.

#include "core/execute/torch/tensor_operations.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <limits>

#include <torch/utils.h>

#include "core/execute/interpreter/interpreter.h"
#include "core/network/activation.h"

namespace bitdesk {
namespace {

at::Tensor someValues() {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const at::Tensor far = at::tensor(std::vector<float>{-kInfinity, kInfinity, NAN, -0.0F, 1e30F, -1e30F, 1e-42F});
    return at::cat({at::linspace(-7, 7, 20'001), far});
}

void expectSameBits(const at::Tensor& found, const at::Tensor& expected) {
    ASSERT_EQ(found.numel(), expected.numel());
    const float *a = found.const_data_ptr<float>(), *b = expected.const_data_ptr<float>();
    for (std::int64_t i = 0; i < found.numel(); ++i)
        ASSERT_TRUE((std::isnan(a[i]) && std::isnan(b[i])) || std::memcmp(a + i, b + i, sizeof(float)) == 0)
            << a[i] << " is not " << b[i];
}

at::Tensor valueOf(const Activation& activation, const at::Tensor& v) {
    return activated(activation, v, TensorOperations());
}

TEST(TensorOperations, HardSwishIsPyTorchs) {
    const Activation hardSwish{ActivationKind::HardSwish, 0};
    const at::Tensor values = someValues(), copy = values.clone();
    expectSameBits(valueOf(hardSwish, values), at::hardswish(values));
    expectSameBits(values, copy);  // nothing was done in place

    const at::Tensor x = at::linspace(-7, 7, 20'001).requires_grad_(), y = x.detach().clone().requires_grad_();
    valueOf(hardSwish, x).sum().backward();
    at::hardswish(y).sum().backward();
    EXPECT_TRUE(at::allclose(x.grad(), y.grad(), 1e-5, 1e-6));
}

/// Within a few units of float32's last place, and so are gradients; what is far below 1 is compared as such.
TEST(TensorOperations, SmoothFunctionsArePyTorchs) {
    struct Case {
        Activation activation;
        std::function<at::Tensor(const at::Tensor&)> expected;
        double tolerance = 3e-7;
    };
    const std::vector<Case> cases{
        {{ActivationKind::Sigmoid}, [](const at::Tensor& v) { return at::sigmoid(v); }},
        {{ActivationKind::Tanh}, [](const at::Tensor& v) { return at::tanh(v); }},
        {{ActivationKind::Silu}, [](const at::Tensor& v) { return at::silu(v); }, 2e-6},
        {{ActivationKind::Gelu}, [](const at::Tensor& v) { return at::gelu(v); }, 2e-6},
        {{ActivationKind::GeluTanh}, [](const at::Tensor& v) { return at::gelu(v, "tanh"); }, 2e-6},
        {{ActivationKind::LeakyRelu, 0.1F}, [](const at::Tensor& v) { return at::leaky_relu(v, 0.1); }},
        {{ActivationKind::Clip, -1, 0.5F}, [](const at::Tensor& v) { return at::hardtanh(v, -1, 0.5); }},
        {{ActivationKind::HardSigmoid, 1.0F / 6, 0.5F}, [](const at::Tensor& v) { return at::hardsigmoid(v); }}};
    for (const Case& c : cases) {
        const at::Tensor x = at::linspace(-30, 30, 40'002).requires_grad_(), y = x.detach().clone().requires_grad_();
        const at::Tensor value = valueOf(c.activation, x), expected = c.expected(y);
        const at::Tensor steps = valueOf(c.activation, x.detach());  // as executors compute it
        const auto kind = static_cast<int>(c.activation.kind);
        EXPECT_LE((steps - expected).abs().max().item<double>(), c.tolerance) << kind;
        EXPECT_TRUE(at::allclose(value, expected, 1e-6, 1e-6)) << kind;
        value.sum().backward();
        expected.sum().backward();
        EXPECT_TRUE(at::allclose(x.grad(), y.grad(), 1e-4, 1e-5)) << kind;
    }
}

TEST(TensorOperations, AnEndlessReluIsPyTorchsWithItsGradient) {
    const Activation relu{ActivationKind::Relu, std::numeric_limits<float>::infinity()};
    const at::Tensor x = at::arange(-8, 9, at::kFloat).requires_grad_(), y = x.detach().clone().requires_grad_();
    valueOf(relu, x).sum().backward();
    at::relu(y).sum().backward();
    EXPECT_TRUE(at::equal(x.grad(), y.grad()));
}

TEST(TensorOperations, AreThoseOfAFloat) {
    const torch::NoGradGuard guard;
    for (const Activation& activation :
         {Activation{ActivationKind::Relu, 6}, Activation{ActivationKind::Relu, 0.7F},
          Activation{ActivationKind::HardSwish}, Activation{ActivationKind::Identity},
          Activation{ActivationKind::Clip, -1, 0.7F}, Activation{ActivationKind::LeakyRelu, 0.1F},
          Activation{ActivationKind::HardSigmoid, 0.2F, 0.5F}, Activation{ActivationKind::Sigmoid},
          Activation{ActivationKind::Tanh}, Activation{ActivationKind::Silu}, Activation{ActivationKind::Gelu},
          Activation{ActivationKind::GeluTanh}}) {
        const at::Tensor values = someValues();
        at::Tensor expected = at::empty_like(values);
        for (std::int64_t i = 0; i < values.numel(); ++i)
            expected.mutable_data_ptr<float>()[i] =
                activated(activation, values.const_data_ptr<float>()[i], FloatOperations());
        expectSameBits(valueOf(activation, values), expected);
        expectSameBits(valueOf(activation, values.clone()), expected);
    }
}

}  // namespace
}  // namespace bitdesk
