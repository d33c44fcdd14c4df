// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/constant.h"

#include <onnx/onnx_pb.h>
#include <algorithm>
#include <cmath>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/element_types.h"
#include "core/exchange/onnx_import/unsupported.h"

namespace bitdesk {
namespace {

constexpr std::int64_t kMostConstantElements = std::int64_t{1} << 28;
constexpr std::int64_t kMostEnlarged = std::int64_t{1} << 24;  // of what is larger than what it comes from

/// How far apart neighbours along each axis lie, row-major.
Dims stridesOf(const Dims& dims) {
    Dims strides(dims.size(), 1);
    for (std::size_t d = dims.size(); d-- > 1;) strides[d - 1] = strides[d] * dims[d];
    return strides;
}

/// Elements of a tensor that another one is made of. A few bytes of a file must not become gigabytes.
std::int64_t placeCount(const Dims& from, const Dims& dims) {
    const std::int64_t count = elementsOf(dims);
    if (count > kMostEnlarged && count > elementsOf(from)) throw Unsupported("a constant of more than 2^24 elements");
    return count;
}

/// The places of a tensor that are met when its axes are walked with these strides.
std::vector<std::int64_t> walked(const Dims& from, const Dims& dims, const Dims& strides) {
    std::vector<std::int64_t> places;
    places.reserve(toIndex(placeCount(from, dims)));
    Dims at(dims.size(), 0);
    std::int64_t place = 0;
    for (std::int64_t left = elementsOf(dims); left > 0; --left) {
        places.push_back(place);
        for (std::size_t d = dims.size(); d-- > 0;) {
            place += strides[d];
            if (++at[d] < dims[d]) break;
            place -= strides[d] * dims[d];
            at[d] = 0;
        }
    }
    return places;
}

template <typename Value>
std::vector<Value> valuesAt(std::span<const Value> values, std::span<const std::int64_t> places) {
    std::vector<Value> picked(places.size());
    std::ranges::transform(places, picked.begin(), [&](std::int64_t place) { return values[toIndex(place)]; });
    return picked;
}

}  // namespace

std::int64_t elementsOf(const Dims& dims) {
    std::int64_t elements = 1;
    for (const std::int64_t extent : dims) {
        if (extent < 0 || (extent > 0 && elements > kMostConstantElements / extent))
            throw Unsupported("a tensor of more than 2^28 elements");
        elements *= extent;
    }
    return elements;
}

std::size_t axisOf(std::int64_t axis, std::size_t rank) {
    const auto count = static_cast<std::int64_t>(rank);
    if (axis < -count || axis >= count) throw Unsupported("an axis that its input lacks");
    return toIndex(axis < 0 ? axis + count : axis);
}

Dims reshapedDims(const Dims& dims, const Dims& wanted, bool allowZero) {
    Dims result = wanted;
    std::int64_t known = 1;
    std::size_t open = wanted.size();
    for (std::size_t d = 0; d < wanted.size(); ++d) {
        if (wanted[d] == 0 && !allowZero) {
            if (d >= dims.size()) throw Unsupported("a shape that does not fit its input");
            result[d] = dims[d];
        }
        if (result[d] < -1 || (result[d] == -1 && open < wanted.size())) throw Unsupported("an impossible shape");
        if (result[d] == -1) open = d;
        else known = elementsOf({known, result[d]});
    }
    const std::int64_t elements = elementsOf(dims);
    if (open < wanted.size()) {
        if (known == 0 || elements % known != 0) throw Unsupported("a shape that does not fit its input");
        result[open] = elements / known;
    }
    if (elementsOf(result) != elements) throw Unsupported("a shape that does not fit its input");
    return result;
}

Dims broadcastDims(const Dims& a, const Dims& b) {
    const Dims &more = a.size() >= b.size() ? a : b, &fewer = a.size() >= b.size() ? b : a;
    Dims result = more;
    const std::size_t shift = more.size() - fewer.size();
    for (std::size_t d = 0; d < fewer.size(); ++d) {
        const std::int64_t left = more[d + shift], right = fewer[d];
        if (left != right && left != 1 && right != 1) throw Unsupported("inputs whose shapes do not fit");
        result[d + shift] = left == 1 ? right : left;
    }
    return result;
}

std::vector<std::int64_t> broadcastPlaces(const Dims& from, const Dims& dims) {
    const Dims own = stridesOf(from);
    Dims strides(dims.size(), 0);
    const std::size_t shift = dims.size() - from.size();
    for (std::size_t d = 0; d < from.size(); ++d)
        if (from[d] != 1) strides[d + shift] = own[d];
    return walked(from, dims, strides);
}

std::vector<std::int64_t> transposedPlaces(const Dims& dims, std::span<const std::size_t> order) {
    const Dims own = stridesOf(dims);
    Dims result, strides;
    for (const std::size_t axis : order) {
        result.push_back(dims[axis]);
        strides.push_back(own[axis]);
    }
    return walked(dims, result, strides);
}

std::vector<std::int64_t> slicedPlaces(const Dims& dims, std::size_t axis, std::span<const std::int64_t> positions) {
    std::int64_t before = 1, behind = 1;
    for (std::size_t d = 0; d < dims.size(); ++d)
        (d < axis ? before : d > axis ? behind : before) *= d == axis ? 1 : dims[d];
    std::vector<std::int64_t> places;
    places.reserve(toIndex(placeCount(dims, {before, std::ssize(positions), behind})));
    for (std::int64_t outer = 0; outer < before; ++outer)
        for (const std::int64_t position : positions)
            for (std::int64_t inner = 0; inner < behind; ++inner)
                places.push_back((outer * dims[axis] + position) * behind + inner);
    return places;
}

Constant::Constant(Dims dims, std::vector<float> values)
    : m_dims(std::move(dims)), m_values(std::make_shared<const std::vector<float>>(std::move(values))) {}

Constant::Constant(Dims dims, std::vector<std::int64_t> values)
    : m_dims(std::move(dims)), m_values(std::make_shared<const std::vector<std::int64_t>>(std::move(values))) {}

Constant Constant::of(const onnx::TensorProto& tensor, const std::string& where) {
    const Dims dims(tensor.dims().begin(), tensor.dims().end());
    const int type = tensor.data_type();
    const bool small = elementBytes(type, where) <= 2 && type != onnx::TensorProto::BOOL;  // codes of a quantizer
    if (bitdesk::isReal(type) || small) return Constant(dims, realValues(tensor, where)).ofType(type);
    return Constant(dims, wholeValues(tensor, where)).ofType(type);
}

Constant Constant::ofType(int type) const {
    Constant result = *this;
    result.m_type = type;
    return result;
}

float Constant::number(std::int64_t index) const {
    return isReal() ? reals()[toIndex(index)] : static_cast<float>(wholes()[toIndex(index)]);
}

std::vector<std::int64_t> Constant::wholeNumbers() const {
    if (!isReal()) return {wholes().begin(), wholes().end()};
    std::vector<std::int64_t> numbers;
    constexpr float kLargest = 1e18F;
    for (const float value : reals()) {
        if (!(std::abs(value) < kLargest) || std::trunc(value) != value)
            throw Unsupported("real numbers where whole ones are needed");
        numbers.push_back(static_cast<std::int64_t>(value));
    }
    return numbers;
}

std::vector<float> Constant::realNumbers() const {
    if (isReal()) return {reals().begin(), reals().end()};
    return {wholes().begin(), wholes().end()};
}

Constant Constant::withDims(Dims dims) const {
    Constant result = *this;
    result.m_dims = std::move(dims);
    return result;
}

Constant Constant::picked(Dims dims, std::span<const std::int64_t> places) const {
    if (isReal()) return Constant(std::move(dims), valuesAt(reals(), places)).ofType(m_type);
    return Constant(std::move(dims), valuesAt(wholes(), places)).ofType(m_type);
}

}  // namespace bitdesk
