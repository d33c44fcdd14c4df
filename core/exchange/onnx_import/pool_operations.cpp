// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/operands.h"
#include "core/exchange/onnx_import/unsupported.h"

namespace bitdesk {
namespace {

TensorView pooled(const Operands& operands, const MapView& map, const Attributes& attributes) {
    TensorView result = operands.add(map.view, attributes);
    const Shape& shape = operands.shape(result);
    for (std::size_t i = 0; i < map.sides.size(); ++i)
        result.axes[i + 2] = wholeAxis(map.sides[i], map.sides[i] == MapSide::Height ? shape.height : shape.width);
    return result;
}

/// A mode that changes nothing here is not kept.
template <typename Pool>
void dropCeilMode(const Operands& operands, const MapView& map, Pool& pool) {
    const Shape shape = operands.shape(map.view);
    const auto made = [&](bool ceilMode) {
        Pool tried = pool;
        tried.ceilMode = ceilMode;
        return inferShape(operands.draft().name(), {.name = operands.name(), .inputs = {}, .attributes = tried},
                          std::span(&shape, 1));
    };
    if (pool.ceilMode && made(false) == made(true)) pool.ceilMode = false;
}

std::vector<Value> runMaxPool(const Operands& operands) {
    const MapView map = asMap(operands, operands.paddedView(0));
    const bool padsWithZero = map.view.padding.any() && !map.view.padding.lowest;
    if (padsWithZero && !operands.draft().neverNegative(map.view.node))
        throw Unsupported("zeros around a map that has values below 0");
    MaxPoolAttributes pool;
    readWindow(operands, map, operands.integers("kernel_shape"), pool);
    pool.ceilMode = operands.integer("ceil_mode", 0) != 0;
    dropCeilMode(operands, map, pool);
    TensorView result = pooled(operands, map, pool);
    result.codes = map.view.codes;
    return {result};
}

std::vector<Value> runAveragePool(const Operands& operands) {
    const MapView map = asMap(operands, operands.paddedView(0));
    if (map.view.padding.lowest) throw Unsupported("padding that is not 0");
    AvgPoolAttributes pool;
    readWindow(operands, map, operands.integers("kernel_shape"), pool);
    pool.ceilMode = operands.integer("ceil_mode", 0) != 0;
    const MapPadding& before = map.view.padding;
    const auto total = [](const auto& p) {
        return std::array{p.paddingTop, p.paddingLeft, p.paddingBottom, p.paddingRight};
    };
    const bool own = total(pool) != std::array{before.top, before.left, before.bottom, before.right};
    pool.countPadding = !own || operands.integer("count_include_pad", 0) != 0;
    if (own && before.any() && !pool.countPadding)
        throw Unsupported("padding that counts beside padding that does not");
    dropCeilMode(operands, map, pool);
    return {pooled(operands, map, pool)};
}

template <typename Pool>
std::vector<Value> runGlobalPool(const Operands& operands) {
    const MapView map = asMap(operands, operands.view(0));
    const Shape& shape = operands.shape(map.view);
    if (shape.height * shape.width == 1) return {map.view};
    Pool pool;
    pool.global = true;
    return {pooled(operands, map, pool)};
}

/// Positions of each side among some axes.
struct ReducedSides {
    std::int64_t height = 1, width = 1;
};

ReducedSides reducedSides(const TensorView& view, const std::set<std::size_t>& axes) {
    ReducedSides sides;
    for (const std::size_t axis : axes)
        for (const Atom& atom : view.axes[axis]) {
            if (atom.role != MapSide::Height && atom.role != MapSide::Width)
                throw Unsupported("other axes than height and width");
            (atom.role == MapSide::Height ? sides.height : sides.width) *= atom.extent;
        }
    return sides;
}

/// ReduceMean and ReduceMax over height and width, or one of them.
template <typename Pool>
std::vector<Value> runReduce(const Operands& operands) {
    TensorView view = operands.view(0);
    const auto wanted = operands.list("axes", 1);
    const bool none = !wanted || wanted->empty();
    if (none && operands.integer("noop_with_empty_axes", 0) != 0) return {view};
    std::set<std::size_t> axes;
    for (std::size_t d = 0; none && d < view.axes.size(); ++d) axes.insert(d);
    for (std::size_t i = 0; !none && i < wanted->size(); ++i) axes.insert(axisOf((*wanted)[i], view.axes.size()));
    const ReducedSides sides = reducedSides(view, axes);
    const Shape& shape = operands.shape(view);
    const bool rows = sides.height > 1, columns = sides.width > 1;
    if ((rows && sides.height != shape.height) || (columns && sides.width != shape.width))
        throw Unsupported("a part of height or width");
    if (rows || columns) {
        Pool pool;
        pool.global = (rows || shape.height == 1) && (columns || shape.width == 1);
        if (!pool.global) (rows ? pool.kernelHeight : pool.kernelWidth) = rows ? shape.height : shape.width;
        view = operands.add(view, pool);
    }
    const bool keeps = operands.integer("keepdims", 1) != 0;
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
        view.axes[*axis].clear();
        if (!keeps) view.axes.erase(view.axes.begin() + static_cast<std::ptrdiff_t>(*axis));
    }
    return {view};
}

/// By how much each axis grows.
std::vector<float> growth(const Operands& operands, const Dims& dims) {
    constexpr int kFirstWithRegion = 11;
    const bool region = operands.opset() >= kFirstWithRegion && operands.node().op == "Resize";
    const std::size_t scales = region ? 2 : 1;
    std::vector<float> factors(dims.size(), 1.0F);
    std::vector<std::int64_t> axes = operands.integers("axes");
    if (axes.empty()) {
        axes.resize(dims.size());
        std::iota(axes.begin(), axes.end(), 0);
    }
    const bool bySize = region && operands.given(3) && operands.constant(3).size() > 0;
    const Constant& numbers = operands.constant(bySize ? 3 : scales);
    if (static_cast<std::size_t>(numbers.size()) != axes.size()) throw Unsupported("scales of another number of axes");
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::size_t axis = axisOf(axes[i], dims.size());
        const float number = numbers.number(static_cast<std::int64_t>(i));
        factors[axis] = bySize ? number / static_cast<float>(dims[axis]) : number;
    }
    return factors;
}

/// Whether the value of a pixel is that of the pixel below it, rounded down, for this factor.
bool takesPixelBelow(const Operands& operands, float factor) {
    constexpr int kFirstWithModes = 11;
    if (operands.opset() < kFirstWithModes || operands.node().op == "Upsample") return true;
    const std::string place = operands.text("coordinate_transformation_mode", "half_pixel");
    const std::string rounding = operands.text("nearest_mode", "round_prefer_floor");
    if (place == "asymmetric") return rounding == "floor" || (rounding == "round_prefer_floor" && factor == 2);
    const bool half = place == "half_pixel" || place == "pytorch_half_pixel" || place == "half_pixel_symmetric";
    return half && (rounding == "round_prefer_floor" || rounding == "round_prefer_ceil");
}

std::vector<Value> runResize(const Operands& operands) {
    const std::string mode = operands.text("mode", "nearest");
    if (mode != "nearest") throw Unsupported("mode '" + mode + "': only nearest is exact");
    const MapView map = asMap(operands, operands.view(0));
    const std::vector<float> factors = growth(operands, map.view.dims());
    UpsampleAttributes upsample;
    for (std::size_t d = 0; d < factors.size(); ++d) {
        constexpr float kMost = 256;
        const float factor = factors[d];
        if (factor == 1) continue;
        if (d < 2 || !(factor >= 1 && factor <= kMost) || std::floor(factor) != factor)
            throw Unsupported("a scale that is no whole number, or of no side of the map");
        if (!takesPixelBelow(operands, factor)) throw Unsupported("this way to choose the nearest pixel");
        (map.sides[d - 2] == MapSide::Height ? upsample.height : upsample.width) = static_cast<int>(factor);
    }
    if (upsample == UpsampleAttributes{}) return {map.view};
    return {pooled(operands, map, upsample)};
}

constexpr std::array kPoolOperations{OperationEntry{"MaxPool", runMaxPool},
                                     OperationEntry{"AveragePool", runAveragePool},
                                     OperationEntry{"GlobalAveragePool", runGlobalPool<AvgPoolAttributes>},
                                     OperationEntry{"GlobalMaxPool", runGlobalPool<MaxPoolAttributes>},
                                     OperationEntry{"ReduceMean", runReduce<AvgPoolAttributes>},
                                     OperationEntry{"ReduceMax", runReduce<MaxPoolAttributes>},
                                     OperationEntry{"Resize", runResize},
                                     OperationEntry{"Upsample", runResize}};

}  // namespace

std::span<const OperationEntry> poolOperations() { return kPoolOperations; }

}  // namespace bitdesk
