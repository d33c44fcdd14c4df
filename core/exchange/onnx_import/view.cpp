// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/view.h"

#include <algorithm>

#include "core/base/to_index.h"

namespace bitdesk {
namespace {

/// Neighbouring parts that are one.
TensorAxis joined(const TensorAxis& axis) {
    TensorAxis result;
    for (const Atom& atom : axis) {
        if (atom.extent == 1) continue;
        if (!result.empty() && result.back().role == atom.role && result.back().stride == atom.extent * atom.stride)
            result.back() = {atom.role, result.back().extent * atom.extent, atom.stride};
        else result.push_back(atom);
    }
    return result;
}

/// Where an axis of a constant stands when it is broadcast to a view: at each position of one channel.
std::int64_t positionOf(std::int64_t channel, const TensorAxis& axis) {
    std::int64_t position = 0;
    for (const Atom& atom : axis) position = position * atom.extent + channel / atom.stride % atom.extent;
    return position;
}

}  // namespace

Dims TensorView::dims() const {
    Dims dims;
    for (const TensorAxis& axis : axes) {
        std::int64_t extent = extentOf(axis);
        if (padding.any() && isOf(axis, MapSide::Height) && !axis.empty()) extent += padding.top + padding.bottom;
        if (padding.any() && isOf(axis, MapSide::Width) && !axis.empty()) extent += padding.left + padding.right;
        dims.push_back(extent);
    }
    return dims;
}

std::int64_t extentOf(const TensorAxis& axis) {
    std::int64_t extent = 1;
    for (const Atom& atom : axis) extent *= atom.extent;
    return extent;
}

bool isWhole(const TensorAxis& axis, MapSide role, std::int64_t size) { return axis == wholeAxis(role, size); }

bool isOf(const TensorAxis& axis, MapSide role) {
    return std::ranges::all_of(axis, [&](const Atom& atom) { return atom.role == role; });
}

TensorAxis wholeAxis(MapSide role, std::int64_t size) { return size == 1 ? TensorAxis{} : TensorAxis{{role, size, 1}}; }

std::optional<std::vector<TensorAxis>> reshapedAxes(const std::vector<TensorAxis>& axes, const Dims& dims) {
    TensorAxis left;  // the innermost part last
    for (const TensorAxis& axis : axes) left.insert(left.end(), axis.begin(), axis.end());
    std::vector<TensorAxis> result(dims.size());
    for (std::size_t d = dims.size(); d-- > 0;) {
        std::int64_t open = dims[d];
        TensorAxis& axis = result[d];
        while (open > 1) {
            if (left.empty()) return std::nullopt;
            Atom& atom = left.back();
            if (open % atom.extent == 0) {
                open /= atom.extent;
                axis.insert(axis.begin(), atom);
                left.pop_back();
            } else {
                if (atom.extent % open != 0) return std::nullopt;
                axis.insert(axis.begin(), {atom.role, open, atom.stride});
                atom = {atom.role, atom.extent / open, atom.stride * open};
                open = 1;
            }
        }
        axis = joined(axis);
    }
    return left.empty() ? std::optional(result) : std::nullopt;
}

std::vector<TensorAxis> flattenedAxes(const std::vector<TensorAxis>& axes, const Shape& shape) {
    std::vector<TensorAxis> result = axes;
    for (TensorAxis& axis : result) {
        for (Atom& atom : axis) {
            if (atom.role == MapSide::Width) atom.stride *= shape.channels;
            if (atom.role == MapSide::Height) atom.stride *= std::int64_t{shape.channels} * shape.width;
            if (atom.role != MapSide::Batch) atom.role = MapSide::Channel;
        }
        axis = joined(axis);
    }
    return result;
}

std::vector<std::int64_t> channelOrder(const TensorAxis& axis) {
    std::vector<std::int64_t> order{0};
    for (const Atom& atom : axis) {
        std::vector<std::int64_t> finer;
        finer.reserve(order.size() * toIndex(atom.extent));
        for (const std::int64_t channel : order)
            for (std::int64_t i = 0; i < atom.extent; ++i) finer.push_back(channel + i * atom.stride);
        order = std::move(finer);
    }
    return order;
}

std::optional<std::vector<float>> perChannel(const TensorView& view, const Shape& shape, const Constant& constant) {
    const Dims& dims = constant.dims();
    if (dims.size() > view.axes.size() && constant.size() != 1) return std::nullopt;
    if (constant.size() == 1) return std::vector<float>(toIndex(shape.channels), constant.number(0));
    const std::size_t shift = view.axes.size() - dims.size();
    for (std::size_t d = 0; d < dims.size(); ++d) {
        const TensorAxis& axis = view.axes[d + shift];
        if (dims[d] != 1 && (dims[d] != extentOf(axis) || !isOf(axis, MapSide::Channel))) return std::nullopt;
    }
    std::vector<float> values(toIndex(shape.channels));
    for (std::int64_t c = 0; c < shape.channels; ++c) {
        std::int64_t place = 0;
        for (std::size_t d = 0; d < dims.size(); ++d)
            place = place * dims[d] + (dims[d] == 1 ? 0 : positionOf(c, view.axes[d + shift]));
        values[toIndex(c)] = constant.number(place);
    }
    return values;
}

std::optional<int> shuffleGroups(const TensorAxis& axis) {
    if (axis.empty() || (axis.size() == 1 && axis.front().stride == 1)) return 1;
    if (axis.size() != 2 || axis[1].stride != axis[0].extent || axis[0].stride != 1) return std::nullopt;
    return static_cast<int>(axis[1].extent);
}

}  // namespace bitdesk
