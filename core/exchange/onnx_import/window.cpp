// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>

#include "core/exchange/onnx_import/operands.h"
#include "core/exchange/onnx_import/unsupported.h"

namespace bitdesk {
namespace {

/// One side of a window: where its numbers go, and what of the map is there.
struct WindowSide {
    int &kernel, &stride, &dilation, &before, &after;
    std::int64_t size, paddedBefore, paddedAfter;
};

WindowSide sideOf(const Operands& operands, const TensorView& view, MapSide role, WindowAttributes& w) {
    const Shape& shape = operands.shape(view);
    const MapPadding& p = view.padding;
    if (role == MapSide::Height)
        return {w.kernelHeight, w.strideHeight, w.dilationHeight, w.paddingTop, w.paddingBottom,
                shape.height,   p.top,          p.bottom};
    return {w.kernelWidth, w.strideWidth, w.dilationWidth, w.paddingLeft, w.paddingRight, shape.width, p.left, p.right};
}

int windowNumber(std::int64_t value, std::int64_t least, const char* what) {
    constexpr std::int64_t kMost = 1 << 20;
    if (value < least || value > kMost) throw Unsupported(std::string(what) + " of " + std::to_string(value));
    return static_cast<int>(value);
}

std::vector<std::int64_t> perSide(const Operands& operands, const char* attribute, std::size_t count,
                                  std::int64_t otherwise) {
    std::vector<std::int64_t> values = operands.integers(attribute);
    if (values.empty()) values.assign(count, otherwise);
    if (values.size() != count) throw Unsupported(std::string(attribute) + " of another number of axes");
    return values;
}

/// As many positions as the stride leaves: the odd one of the padding behind, or before.
void padToSame(const WindowSide& side, bool before) {
    const std::int64_t size = side.size + side.paddedBefore + side.paddedAfter;
    const std::int64_t windows = (size + side.stride - 1) / side.stride;
    const std::int64_t span = std::int64_t{side.kernel - 1} * side.dilation + 1;
    const std::int64_t total = std::max<std::int64_t>((windows - 1) * side.stride + span - size, 0);
    const std::int64_t less = total / 2;
    side.before = windowNumber(before ? total - less : less, 0, "padding");
    side.after = windowNumber(before ? less : total - less, 0, "padding");
}

}  // namespace

void readWindow(const Operands& operands, const MapView& map, const std::vector<std::int64_t>& kernel,
                WindowAttributes& window) {
    const std::size_t count = map.sides.size();
    if (kernel.size() != count) throw Unsupported("a kernel of another number of axes than its input");
    const auto strides = perSide(operands, "strides", count, 1), dilations = perSide(operands, "dilations", count, 1);
    const auto pads = perSide(operands, "pads", 2 * count, 0);
    const std::string way = operands.text("auto_pad", "NOTSET");
    for (std::size_t i = 0; i < count; ++i) {
        const WindowSide side = sideOf(operands, map.view, map.sides[i], window);
        side.kernel = windowNumber(kernel[i], 1, "a kernel");
        side.stride = windowNumber(strides[i], 1, "a stride");
        side.dilation = windowNumber(dilations[i], 1, "a dilation");
        if (way == "SAME_UPPER" || way == "SAME_LOWER") padToSame(side, way == "SAME_LOWER");
        else if (way == "NOTSET") {
            side.before = windowNumber(pads[i], 0, "padding");
            side.after = windowNumber(pads[i + count], 0, "padding");
        } else if (way != "VALID") throw Unsupported("auto_pad '" + way + "'");
        side.before += static_cast<int>(side.paddedBefore);
        side.after += static_cast<int>(side.paddedAfter);
    }
}

}  // namespace bitdesk
