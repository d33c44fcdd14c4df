// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/bands.h"

#include <algorithm>

namespace bitdesk::packed {
namespace {

int ceilDivide(int a, int b) { return (a + b - 1) / b; }

/// Rows of a band, a multiple of the tile, as even as may be.
int evenRows(int height, int tile, int bands) {
    return std::min(height, ceilDivide(ceilDivide(height, tile), bands) * tile);
}

}  // namespace

std::vector<Band> splitIntoBands(const PackedConv& conv, int images, int parts) {
    const ConvProblem& p = conv.problem;
    const int tile = conv.kernel->tileHeight, tileRows = ceilDivide(p.outHeight, tile);
    Band band{.image = 0, .images = 1, .row = 0, .rows = p.outHeight, .block = 0, .blocks = conv.form->blocks};
    // Blocks of outputs are written one after the other, a cache line's quarter each: the output should stay near, too.
    const std::size_t output = static_cast<std::size_t>(p.outHeight) * static_cast<std::size_t>(p.outWidth) *
                               static_cast<std::size_t>(p.outChannels);
    const std::size_t whole = conv.kernel->scratchBytes(conv, band) + output;
    // Each band of rows reads all weights, each band of blocks all activations. A large layer's weights are not near
    // even once, so its rows stay together.
    const bool heavy = p.groups == 1 && conv.form->blocks >= parts && conv.form->weights.size() > 2 * whole;
    int rowBands = std::min(tileRows, static_cast<int>(whole / (heavy ? 2 * kBandScratch : kBandScratch)) + 1);
    int imagesPerBand = 1;
    if (rowBands == 1)
        imagesPerBand =
            std::clamp(static_cast<int>(kBandScratch / std::max<std::size_t>(whole, 1)), 1, ceilDivide(images, parts));
    if (ceilDivide(images, imagesPerBand) * rowBands < parts && !heavy)
        rowBands = std::min(tileRows, ceilDivide(parts, images));
    if (rowBands > 1) imagesPerBand = 1;
    // As many bands for each part, or one would wait for another's last.
    if (rowBands > 1 && images * rowBands % parts != 0)
        rowBands = std::min(tileRows, ceilDivide(rowBands, parts) * parts);
    const int rows = evenRows(p.outHeight, tile, rowBands);
    const int placed = ceilDivide(images, imagesPerBand) * ceilDivide(p.outHeight, rows);
    // Blocks of a grouped layer write over their neighbours' first channels: one call computes them all, in order.
    const int blockBands = p.groups > 1 ? 1 : std::clamp(ceilDivide(parts, placed), 1, conv.form->blocks);
    std::vector<Band> bands;
    for (int image = 0; image < images; image += imagesPerBand)
        for (int row = 0; row < p.outHeight; row += rows)
            for (int b = 0; b < blockBands; ++b) {
                const int first = b * conv.form->blocks / blockBands, last = (b + 1) * conv.form->blocks / blockBands;
                bands.push_back({.image = image,
                                 .images = std::min(imagesPerBand, images - image),
                                 .row = row,
                                 .rows = std::min(rows, p.outHeight - row),
                                 .block = first,
                                 .blocks = last - first});
            }
    return bands;
}

std::size_t scratchBytes(const PackedConv& conv, const std::vector<Band>& bands) {
    std::size_t most = 0;
    for (const Band& band : bands) most = std::max(most, conv.kernel->scratchBytes(conv, band));
    return most;
}

}  // namespace bitdesk::packed
