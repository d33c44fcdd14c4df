// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/exchange/onnx_import/constant.h"
#include "core/exchange/onnx_import/onnx_import.h"
#include "core/network/network.h"

namespace bitdesk {

/// A side of a batch of maps [N, H, W, C].
enum class MapSide : unsigned char { Batch, Height, Width, Channel };

/// A part of an axis: `extent` steps of `stride` positions along one side.
struct Atom {
    MapSide role;
    std::int64_t extent, stride;
    bool operator==(const Atom&) const = default;
};
/// An axis of an ONNX tensor, its outermost part first, none of extent 1: empty where the axis has one position.
using TensorAxis = std::vector<Atom>;

/// Zeros around a map, or −infinity, that a later window will see.
struct MapPadding {
    int top = 0, left = 0, bottom = 0, right = 0;
    bool lowest = false;  ///< −infinity
    bool any() const { return top != 0 || left != 0 || bottom != 0 || right != 0; }
    bool operator==(const MapPadding&) const = default;
};

/// How an ONNX tensor lies in a node's map. Transposing permutes axes, reshaping splits and joins them, and nothing is
/// moved: together the axes have every position of the map once.
struct TensorView {
    int node = 0;
    std::vector<TensorAxis> axes;
    MapPadding padding = {};
    std::optional<ActivationGrid> codes = {};  ///< a quantizer has rounded its values to these

    Dims dims() const;
};

std::int64_t extentOf(const TensorAxis& axis);
/// Whether an axis is one side, from its first position to its last.
bool isWhole(const TensorAxis& axis, MapSide role, std::int64_t size);
/// Whether nothing but positions of this side lie along an axis.
bool isOf(const TensorAxis& axis, MapSide role);
/// A whole side as an axis.
TensorAxis wholeAxis(MapSide role, std::int64_t size);

/// The axes of the same values in other extents; nothing where a part would be cut where it does not divide.
std::optional<std::vector<TensorAxis>> reshapedAxes(const std::vector<TensorAxis>& axes, const Dims& dims);

/// The axes when the map is flattened to channels: index (h·W + w)·C + c.
std::vector<TensorAxis> flattenedAxes(const std::vector<TensorAxis>& axes, const Shape& shape);

/// The channel at each position along an axis of channels.
std::vector<std::int64_t> channelOrder(const TensorAxis& axis);

/// A constant that is broadcast to a view as one number a channel. Nothing where it differs between pixels, or where
/// it would make the view larger.
std::optional<std::vector<float>> perChannel(const TensorView& view, const Shape& shape, const Constant& constant);

/// Groups of the channel shuffle that brings an axis of permuted channels into their order: 1 where they are in order;
/// nothing where no shuffle does.
std::optional<int> shuffleGroups(const TensorAxis& axis);

}  // namespace bitdesk
