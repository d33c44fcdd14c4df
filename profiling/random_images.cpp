// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/random_images.h"

#include "core/base/random.h"

namespace bitdesk {

std::vector<std::uint8_t> randomImages(const MetaModel& model, int batch, std::uint64_t seed) {
    Random random(seed);
    std::vector<std::uint8_t> images(static_cast<std::size_t>(batch) *
                                     static_cast<std::size_t>(model.network.inputShape().elements()));
    for (auto& pixel : images) pixel = static_cast<std::uint8_t>(random.below(256));
    return images;
}

}  // namespace bitdesk
