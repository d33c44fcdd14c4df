// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/view.h"

#include <algorithm>

#include "core/base/to_index.h"

namespace bitdesk {
namespace {

/// Neighbouring parts that are one.
Axis joined(const Axis& axis) {
    Axis result;
    for (const Atom& atom : axis) {
        if (atom.extent == 1) continue;
        if (!result.empty() && result.back().role == atom.role && result.back().stride == atom.extent * atom.stride)
            result.back() = {atom.role, result.back().extent * atom.extent, atom.stride};
        else result.push_back(atom);
    }
    return result;
}

/// Where an axis of a constant stands when it is broadcast to a view: at each position of one channel.
std::int64_t positionOf(std::int64_t channel, const Axis& axis) {
    std::int64_t position = 0;
    for (const Atom& atom : axis) position = position * atom.extent + channel / atom.stride % atom.extent;
    return position;
}

}  // namespace

Dims View::dims() const {
    Dims dims;
    for (const Axis& axis : axes) {
        std::int64_t extent = extentOf(axis);
        if (padding.any() && isOf(axis, Role::Height) && !axis.empty()) extent += padding.top + padding.bottom;
        if (padding.any() && isOf(axis, Role::Width) && !axis.empty()) extent += padding.left + padding.right;
        dims.push_back(extent);
    }
    return dims;
}

std::int64_t extentOf(const Axis& axis) {
    std::int64_t extent = 1;
    for (const Atom& atom : axis) extent *= atom.extent;
    return extent;
}

bool isWhole(const Axis& axis, Role role, std::int64_t size) { return axis == wholeAxis(role, size); }

bool isOf(const Axis& axis, Role role) {
    return std::ranges::all_of(axis, [&](const Atom& atom) { return atom.role == role; });
}

Axis wholeAxis(Role role, std::int64_t size) { return size == 1 ? Axis{} : Axis{{role, size, 1}}; }

std::optional<std::vector<Axis>> reshapedAxes(const std::vector<Axis>& axes, const Dims& dims) {
    Axis left;  // the innermost part last
    for (const Axis& axis : axes) left.insert(left.end(), axis.begin(), axis.end());
    std::vector<Axis> result(dims.size());
    for (std::size_t d = dims.size(); d-- > 0;) {
        std::int64_t open = dims[d];
        Axis& axis = result[d];
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

std::vector<Axis> flattenedAxes(const std::vector<Axis>& axes, const Shape& shape) {
    std::vector<Axis> result = axes;
    for (Axis& axis : result) {
        for (Atom& atom : axis) {
            if (atom.role == Role::Width) atom.stride *= shape.channels;
            if (atom.role == Role::Height) atom.stride *= std::int64_t{shape.channels} * shape.width;
            if (atom.role != Role::Batch) atom.role = Role::Channel;
        }
        axis = joined(axis);
    }
    return result;
}

std::vector<std::int64_t> channelOrder(const Axis& axis) {
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

std::optional<std::vector<float>> perChannel(const View& view, const Shape& shape, const Constant& constant) {
    const Dims& dims = constant.dims();
    if (dims.size() > view.axes.size() && constant.size() != 1) return std::nullopt;
    if (constant.size() == 1) return std::vector<float>(toIndex(shape.channels), constant.number(0));
    const std::size_t shift = view.axes.size() - dims.size();
    for (std::size_t d = 0; d < dims.size(); ++d) {
        const Axis& axis = view.axes[d + shift];
        if (dims[d] != 1 && (dims[d] != extentOf(axis) || !isOf(axis, Role::Channel))) return std::nullopt;
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

std::optional<int> shuffleGroups(const Axis& axis) {
    if (axis.empty() || (axis.size() == 1 && axis.front().stride == 1)) return 1;
    if (axis.size() != 2 || axis[1].stride != axis[0].extent || axis[0].stride != 1) return std::nullopt;
    return static_cast<int>(axis[1].extent);
}

}  // namespace bitdesk
