// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/data_preview.h"

#include <algorithm>
#include <cstring>

#include "core/base/error.h"
#include "widgets/format.h"

namespace bitdesk {

std::vector<std::int64_t> DataOverview::counts() const {
    std::vector<std::int64_t> counts;
    for (const auto& indices : ofClass) counts.push_back(static_cast<std::int64_t>(indices.size()));
    return counts;
}

DataOverview overviewOf(const DataSet& data) {
    DataOverview overview;
    overview.ofClass.resize(data.classNames().size());
    for (std::int64_t i = 0; i < data.size(); ++i)
        overview.ofClass[static_cast<std::size_t>(data.label(i))].push_back(i);
    overview.mixed.reserve(static_cast<std::size_t>(data.size()));
    std::vector<const std::vector<std::int64_t>*> left;  // that have another image; one class may have most of them
    for (const auto& indices : overview.ofClass) left.push_back(&indices);
    for (std::size_t round = 0; !left.empty(); ++round) {
        std::erase_if(left, [&](const auto* indices) { return round >= indices->size(); });
        for (const auto* indices : left) overview.mixed.push_back((*indices)[round]);
    }
    return overview;
}

QImage imageOf(const DataSet& data, std::int64_t index, int longest) {
    constexpr int kColours = 3;
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(data.imageBytes()));
    data.copyImages(std::span(&index, 1), pixels);
    const bool colour = data.channels() == kColours;
    const auto channels = static_cast<std::size_t>(data.channels()), width = static_cast<std::size_t>(data.width());
    QImage image(data.width(), data.height(), colour ? QImage::Format_RGB888 : QImage::Format_Grayscale8);
    for (int y = 0; y < data.height(); ++y) {
        const std::uint8_t* row = pixels.data() + static_cast<std::size_t>(y) * width * channels;
        uchar* line = image.scanLine(y);
        if (colour || channels == 1) std::memcpy(line, row, width * channels);
        else
            for (std::size_t x = 0; x < width; ++x) line[x] = row[x * channels];
    }
    if (std::max(image.width(), image.height()) <= longest) return image;
    return image.scaled(longest, longest, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}

std::vector<CaptionedImage> captioned(const DataSet& data, std::span<const std::int64_t> indices,
                                      const std::stop_token& stop) {
    constexpr int kLongest = 256;
    std::vector<CaptionedImage> images;
    for (const std::int64_t index : indices) {
        if (stop.stop_requested()) throw Cancelled();
        const QString name = shownText(data.classNames()[static_cast<std::size_t>(data.label(index))]);
        images.push_back({.image = imageOf(data, index, kLongest),
                          .caption = name,
                          .toolTip = QStringLiteral("image %1: %2").arg(index).arg(name)});
    }
    return images;
}

}  // namespace bitdesk
