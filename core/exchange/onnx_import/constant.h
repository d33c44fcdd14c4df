// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace onnx {
class TensorProto;
}

namespace bitdesk {

using Dims = std::vector<std::int64_t>;

/// Product of the extents.
std::int64_t elementsOf(const Dims& dims);
/// An axis counted from the front, of `rank` many. Throws Unsupported where there is none.
std::size_t axisOf(std::int64_t axis, std::size_t rank);
/// What a Reshape's shape means for a value of `dims`: 0 (but for `allowZero`) is the extent there, −1 what is left.
/// Throws Unsupported where that does not fit.
Dims reshapedDims(const Dims& dims, const Dims& wanted, bool allowZero);
/// The extents that two shapes are broadcast to, by NumPy's rules. Throws Unsupported where they do not fit.
Dims broadcastDims(const Dims& a, const Dims& b);

/// A tensor whose values are known: weights, and what exporters compute of shapes. Real numbers are float32; 8- and
/// 16-bit whole numbers are among them. Cheap to copy.
class Constant {
public:
    Constant(Dims dims, std::vector<float> values);
    Constant(Dims dims, std::vector<std::int64_t> values);
    static Constant of(const onnx::TensorProto& tensor, const std::string& where);

    const Dims& dims() const { return m_dims; }
    /// An onnx::TensorProto::DataType; 0 of what was computed.
    int type() const { return m_type; }
    Constant ofType(int type) const;
    std::int64_t size() const { return elementsOf(m_dims); }
    bool isReal() const { return m_values.index() == 0; }
    std::span<const float> reals() const { return *std::get<0>(m_values); }
    std::span<const std::int64_t> wholes() const { return *std::get<1>(m_values); }
    float number(std::int64_t index) const;
    /// Its values as whole numbers. Throws Unsupported where one is none.
    std::vector<std::int64_t> wholeNumbers() const;
    /// Its values as real numbers.
    std::vector<float> realNumbers() const;
    /// The same values in another shape.
    Constant withDims(Dims dims) const;
    /// The elements at these places, in another shape.
    Constant picked(Dims dims, std::span<const std::int64_t> places) const;

private:
    Dims m_dims;
    int m_type = 0;
    std::variant<std::shared_ptr<const std::vector<float>>, std::shared_ptr<const std::vector<std::int64_t>>> m_values;
};

/// Steps through the places of a tensor of other extents, broadcast to `dims`: the element at each place of `dims`, in
/// row-major order.
std::vector<std::int64_t> broadcastPlaces(const Dims& from, const Dims& dims);
/// The element of a tensor of `dims` that comes to each place when its axes are permuted.
std::vector<std::int64_t> transposedPlaces(const Dims& dims, std::span<const std::size_t> order);
/// Those of a part of one axis: positions first, first + step, …, `count` many.
std::vector<std::int64_t> slicedPlaces(const Dims& dims, std::size_t axis, std::span<const std::int64_t> positions);

}  // namespace bitdesk
