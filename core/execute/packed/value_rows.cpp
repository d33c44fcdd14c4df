// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/value_rows.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/overloads.h"
#include "core/base/to_index.h"

namespace bitdesk::packed {
namespace {

/// Row `y` of a map, or its only one.
const float* rowOf(const Shape& shape, const float* map, int y) {
    return map + (shape.height == 1 ? 0 : std::int64_t{y} * shape.width * shape.channels);
}

/// One factor of a product along a row.
struct Factor {
    const float* row;
    std::int64_t pixel;  ///< floats to the next pixel, 0 where one is repeated
    bool oneChannel;

    Factor(const Shape& shape, const float* map, int y)
        : row(rowOf(shape, map, y)), pixel(shape.width == 1 ? 0 : shape.channels), oneChannel(shape.channels == 1) {}
};

void multiplyPixel(const float* a, bool oneA, const float* b, bool oneB, int channels, float* to) {
    if (oneA)
        for (int c = 0; c < channels; ++c) to[c] = *a * b[oneB ? 0 : c];
    else if (oneB)
        for (int c = 0; c < channels; ++c) to[c] = a[c] * *b;
    else
        for (int c = 0; c < channels; ++c) to[c] = a[c] * b[c];
}

void multiplyRow(const Step& step, std::span<const float* const> inputs, int y, float* to) {
    const Factor a(step.inputShapes[0], inputs[0], y), b(step.inputShapes[1], inputs[1], y);
    for (int x = 0; x < step.outputShape.width; ++x, to += step.outputShape.channels)
        multiplyPixel(a.row + x * a.pixel, a.oneChannel, b.row + x * b.pixel, b.oneChannel, step.outputShape.channels,
                      to);
}

void joinRow(const Step& step, std::span<const float* const> inputs, int y, float* to) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const int channels = step.inputShapes[i].channels;
        const float* from = rowOf(step.inputShapes[i], inputs[i], y);
        for (int x = 0; x < step.outputShape.width; ++x, from += channels)
            std::copy_n(from, channels, to + std::int64_t{x} * step.outputShape.channels);
        to += channels;
    }
}

void selectRow(const Step& step, const ChannelSelection& selection, const float* map, int y, float* to) {
    const float* from = rowOf(step.inputShape, map, y);
    for (int x = 0; x < step.outputShape.width; ++x, from += step.inputShape.channels)
        for (const int channel : selection.channels) *to++ = from[channel];
}

/// The sum of a layer norm's contract, of value(c) for all channels.
template <typename Value>
float laneSum(int channels, const Value& value) {
    std::array<float, kLayerNormLanes> sums{};
    int c = 0;
    for (; c + kLayerNormLanes <= channels; c += kLayerNormLanes)
        for (int lane = 0; lane < kLayerNormLanes; ++lane) sums[toIndex(lane)] += value(c + lane);
    for (int lane = 0; c + lane < channels; ++lane) sums[toIndex(lane)] += value(c + lane);
    for (std::size_t half = kLayerNormLanes / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
    return sums[0];
}

void normalizeRow(const Step& step, double epsilon, const float* map, int y, float* to) {
    const int channels = step.outputShape.channels;
    const auto each = static_cast<float>(1.0 / channels);
    const float* from = rowOf(step.inputShape, map, y);
    for (int x = 0; x < step.outputShape.width; ++x, from += channels, to += channels) {
        const float mean = laneSum(channels, [&](int c) { return from[c]; }) * each;
        for (int c = 0; c < channels; ++c) to[c] = from[c] - mean;
        const float variance = laneSum(channels, [&](int c) { return to[c] * to[c]; }) * each;
        const float factor = 1.0F / std::sqrt(variance + static_cast<float>(epsilon));
        for (int c = 0; c < channels; ++c) to[c] *= factor;
    }
}

void repeatRow(const Step& step, const UpsampleAttributes& scale, const float* map, int y, float* to) {
    const int channels = step.outputShape.channels;
    const float* from = rowOf(step.inputShape, map, y / scale.height);
    for (int x = 0; x < step.outputShape.width; ++x, to += channels)
        std::copy_n(from + std::int64_t{x / scale.width} * channels, channels, to);
}

}  // namespace

bool hasRawRows(const Step& step) {
    return std::visit(Overloads{[](const OneOf<MultiplyAttributes, ConcatAttributes, ChannelSelection,
                                               LayerNormAttributes, UpsampleAttributes> auto&) { return true; },
                                [](const auto&) { return false; }},
                      step.operation);
}

void writeRawRow(const Step& step, std::span<const float* const> inputs, int y, float* raw) {
    std::visit(Overloads{[&](const MultiplyAttributes&) { multiplyRow(step, inputs, y, raw); },
                         [&](const ConcatAttributes&) { joinRow(step, inputs, y, raw); },
                         [&](const ChannelSelection& selection) { selectRow(step, selection, inputs[0], y, raw); },
                         [&](const LayerNormAttributes& norm) { normalizeRow(step, norm.epsilon, inputs[0], y, raw); },
                         [&](const UpsampleAttributes& scale) { repeatRow(step, scale, inputs[0], y, raw); },
                         [](const auto&) {}},
               step.operation);
}

}  // namespace bitdesk::packed
