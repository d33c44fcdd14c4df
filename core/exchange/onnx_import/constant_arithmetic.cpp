// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/constant_arithmetic.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/unsupported.h"

namespace bitdesk {
namespace {

constexpr std::int64_t kLargestWhole = std::int64_t{1} << 31;  // so that products stay below 2^63
constexpr std::int64_t kMostComputed = std::int64_t{1} << 24;

float combinedReal(const std::string& op, float a, float b) {
    if (op == "Add") return a + b;
    if (op == "Sub") return a - b;
    if (op == "Mul") return a * b;
    if (op == "Div") return a / b;
    if (op == "Pow") return std::pow(a, b);
    if (op == "Min") return std::min(a, b);
    if (op == "Max") return std::max(a, b);
    throw Unsupported("real constants");
}

/// What INT64_MAX and the like mean, "to the end", stays far away.
std::int64_t bounded(std::int64_t value) { return std::clamp(value, -kLargestWhole, kLargestWhole); }

std::int64_t combinedWhole(const std::string& op, std::int64_t left, std::int64_t right) {
    const std::int64_t a = bounded(left), b = bounded(right);
    if ((op == "Div" || op == "Mod") && b == 0) throw Unsupported("a division by 0");
    if (op == "Add") return a + b;
    if (op == "Sub") return a - b;
    if (op == "Mul") return a * b;
    if (op == "Div") return a / b;
    if (op == "Mod") return (a % b + b) % b;
    if (op == "Min") return std::min(a, b);
    if (op == "Max") return std::max(a, b);
    if (op == "Pow") return static_cast<std::int64_t>(std::clamp(std::pow(a, b), -1e18, 1e18));
    throw Unsupported("whole constants");
}

template <typename Number>
std::optional<bool> compared(const std::string& op, Number a, Number b) {
    if (op == "Equal") return a == b;
    if (op == "Less") return a < b;
    if (op == "Greater") return a > b;
    return std::nullopt;
}

float changedReal(const std::string& op, float a) {
    if (op == "Neg") return -a;
    if (op == "Abs") return std::abs(a);
    if (op == "Floor") return std::floor(a);
    if (op == "Ceil") return std::ceil(a);
    if (op == "Sqrt") return std::sqrt(a);
    if (op == "Exp") return std::exp(a);
    if (op == "Reciprocal") return 1 / a;
    throw Unsupported("real constants");
}

std::int64_t changedWhole(const std::string& op, std::int64_t a) {
    if (op == "Neg") return -bounded(a);
    if (op == "Abs") return std::abs(bounded(a));
    if (op == "Not") return a == 0 ? 1 : 0;
    throw Unsupported("whole constants");
}

}  // namespace

Constant combined(const std::string& op, const Constant& a, const Constant& b) {
    const Dims dims = broadcastDims(a.dims(), b.dims());
    if (elementsOf(dims) > kMostComputed) throw Unsupported("constants of more than 2^24 elements");
    const auto left = broadcastPlaces(a.dims(), dims), right = broadcastPlaces(b.dims(), dims);
    std::vector<std::int64_t> wholes;
    std::vector<float> reals;
    const bool compares = compared(op, 0, 0).has_value(), real = a.isReal() || b.isReal();
    const auto whole = [](const Constant& from, std::int64_t place) { return from.wholes()[toIndex(place)]; };
    for (std::size_t i = 0; i < left.size(); ++i) {
        const float x = a.number(left[i]), y = b.number(right[i]);
        if (compares && real) wholes.push_back(*compared(op, x, y) ? 1 : 0);
        else if (compares) wholes.push_back(*compared(op, whole(a, left[i]), whole(b, right[i])) ? 1 : 0);
        else if (real) reals.push_back(combinedReal(op, x, y));
        else wholes.push_back(combinedWhole(op, whole(a, left[i]), whole(b, right[i])));
    }
    if (real && !compares) return {dims, std::move(reals)};
    return {dims, std::move(wholes)};
}

Constant changed(const std::string& op, const Constant& a) {
    if (a.isReal()) {
        std::vector<float> reals = a.realNumbers();
        for (float& value : reals) value = changedReal(op, value);
        return {a.dims(), std::move(reals)};
    }
    std::vector<std::int64_t> wholes = a.wholeNumbers();
    for (std::int64_t& value : wholes) value = changedWhole(op, value);
    return {a.dims(), std::move(wholes)};
}

}  // namespace bitdesk
