// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/resample.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bitdesk {
namespace {

constexpr int kBits = 22;  // of a weight's fraction
constexpr std::int32_t kHalf = 1 << (kBits - 1);

std::uint8_t rounded(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kBits, 0, 255)); }

/// Which input pixels make an output pixel, and their weights.
struct Taps {
    int first = 0;
    std::vector<std::int32_t> weights;
};

/// What an input pixel at a distance of `x` output pixels weighs, and beyond which it weighs nothing.
struct Filter {
    double reach;
    double (*weight)(double x);
};

double triangle(double x) { return std::max(0.0, 1 - std::abs(x)); }

/// Keys 1981 with a = −½.
double cubic(double x) {
    constexpr double a = -0.5;
    x = std::abs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

std::int32_t fixedPoint(double weight) {
    return static_cast<std::int32_t>((weight < 0 ? -0.5 : 0.5) + weight * (1 << kBits));
}

/// Of `count` output pixels from `begin` on, where `in` pixels become `out`. Pillow's precompute_coeffs() and
/// normalize_coeffs_8bpc() (src/libImaging/Resample.c).
std::vector<Taps> filterTaps(const Filter& filter, int in, int out, int begin, int count) {
    const double scale = static_cast<double>(in) / out;
    const double filterScale = std::max(scale, 1.0), support = filter.reach * filterScale;
    std::vector<Taps> taps(static_cast<std::size_t>(count));
    std::vector<double> weights;
    for (int i = 0; i < count; ++i) {
        const double centre = (begin + i + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(std::floor(centre - support + 0.5)));
        const int last = std::min(in, static_cast<int>(std::floor(centre + support + 0.5)));
        weights.clear();
        double sum = 0;
        for (int x = first; x < last; ++x) {
            weights.push_back(filter.weight((x - centre + 0.5) * (1 / filterScale)));
            sum += weights.back();
        }
        Taps& tap = taps[static_cast<std::size_t>(i)];
        tap.first = first;
        for (const double weight : weights) tap.weights.push_back(fixedPoint(weight / sum));
    }
    return taps;
}

/// One row; `taps` make its pixels.
template <int channels>
void resizeRow(const std::uint8_t* row, const std::vector<Taps>& taps, std::uint8_t* out) {
    for (const Taps& tap : taps) {
        std::int32_t sums[channels];
        std::fill_n(sums, channels, kHalf);
        const std::uint8_t* pixel = row + static_cast<std::ptrdiff_t>(tap.first) * channels;
        for (const std::int32_t weight : tap.weights)
            for (int c = 0; c < channels; ++c) sums[c] += *pixel++ * weight;
        for (int c = 0; c < channels; ++c) *out++ = rounded(sums[c]);
    }
}

}  // namespace

Placement placeCentre(int height, int width, const ImageShape& shape, int resize) {
    Placement place{.height = shape.height, .width = shape.width};
    const auto scaled = [](std::int64_t side, std::int64_t to, std::int64_t from, bool nearest) {
        return static_cast<int>((side * to + (nearest ? from / 2 : 0)) / from);
    };
    if (resize > 0) {
        place.height = height <= width ? resize : scaled(height, resize, width, false);
        place.width = width <= height ? resize : scaled(width, resize, height, false);
    } else if (std::int64_t{height} * shape.width <= std::int64_t{width} * shape.height) {
        place.width = std::max(shape.width, scaled(width, shape.height, height, true));
    } else {
        place.height = std::max(shape.height, scaled(height, shape.width, width, true));
    }
    place.top = (place.height - shape.height) / 2;
    place.left = (place.width - shape.width) / 2;
    return place;
}

void resizeAndCrop(std::span<const std::uint8_t> pixels, const ImageShape& from, const Placement& placement,
                   const ImageShape& shape, std::span<std::uint8_t> out, Interpolation interpolation) {
    const Filter filter = interpolation == Interpolation::Bicubic ? Filter{2, cubic} : Filter{1, triangle};
    const auto columns = filterTaps(filter, from.width, placement.width, placement.left, shape.width);
    const auto rows = filterTaps(filter, from.height, placement.height, placement.top, shape.height);
    const int first = rows.front().first;
    const int last = rows.back().first + static_cast<int>(rows.back().weights.size());
    const std::size_t stride = static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.channels);
    std::vector<std::uint8_t> narrow(static_cast<std::size_t>(last - first) * stride);
    for (int y = first; y < last; ++y) {
        const std::uint8_t* row = pixels.data() + std::ptrdiff_t{y} * from.width * from.channels;
        std::uint8_t* target = narrow.data() + static_cast<std::size_t>(y - first) * stride;
        if (from.width == placement.width)
            std::copy_n(row + std::ptrdiff_t{placement.left} * from.channels, stride, target);
        else if (shape.channels == 1) resizeRow<1>(row, columns, target);
        else resizeRow<3>(row, columns, target);
    }
    std::vector<std::int32_t> sums(stride);
    for (std::size_t y = 0; y < rows.size(); ++y) {
        std::uint8_t* target = out.data() + y * stride;
        if (from.height == placement.height) {
            std::copy_n(narrow.data() + y * stride, stride, target);
            continue;
        }
        std::ranges::fill(sums, kHalf);
        const std::uint8_t* row = narrow.data() + static_cast<std::size_t>(rows[y].first - first) * stride;
        for (const std::int32_t weight : rows[y].weights)
            for (std::size_t x = 0; x < stride; ++x) sums[x] += *row++ * weight;
        std::ranges::transform(sums, target, rounded);
    }
}

void turnUpright(std::span<const std::uint8_t> pixels, int height, int width, int channels, int orientation,
                 std::span<std::uint8_t> out) {
    const bool mirrored = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;  // its columns
    const bool fromBelow = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const bool side = liesOnItsSide(orientation);
    const int rows = side ? width : height, columns = side ? height : width;
    std::uint8_t* target = out.data();
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x, target += channels) {
            const int row = side ? x : y, column = side ? y : x;
            const std::ptrdiff_t from =
                std::ptrdiff_t{fromBelow ? height - 1 - row : row} * width + (mirrored ? width - 1 - column : column);
            std::copy_n(pixels.data() + from * channels, channels, target);
        }
}

std::string preprocessingText(const std::optional<ImageShape>& shape, const DataChoices& choices) {
    const std::string upright = choices.exif ? "turned as their EXIF orientation says" : "";
    if (!shape && choices.resize == 0) return choices.exif ? upright : "as they are";
    const std::string before = choices.exif ? upright + ", " : "";
    const std::string side = std::to_string(choices.resize);
    const bool bicubic = choices.interpolation == Interpolation::Bicubic;
    const std::string filter = bicubic ? " (cubic filter), centre " : " (triangle filter), centre ";
    if (!shape) return before + "shorter side to " + side + filter + side + "×" + side;
    const std::string size = std::to_string(shape->height) + "×" + std::to_string(shape->width);
    return before + (choices.resize > 0 ? "shorter side to " + side : "scaled to cover " + size) + filter + size +
           ", " + (shape->channels == 1 ? "1 channel" : std::to_string(shape->channels) + " channels");
}

}  // namespace bitdesk
