// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/runtime/bands.h"

namespace bitdesk::test {

inline std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

/// Σ a · (2c + offset) by its definition.
inline std::vector<std::int32_t> convolve(const runtime::ConvProblem& p, const std::vector<std::uint8_t>& input,
                                          const std::vector<std::int8_t>& codes, int images) {
    std::vector<std::int32_t> sums;
    const bool isSigned = p.activationLowest < 0;
    for (int image = 0; image < images; ++image)
        for (int y = 0; y < p.outHeight; ++y)
            for (int x = 0; x < p.outWidth; ++x)
                for (int n = 0; n < p.outChannels; ++n) {
                    std::int32_t sum = 0;
                    for (int ky = 0; ky < p.kernelHeight; ++ky)
                        for (int kx = 0; kx < p.kernelWidth; ++kx)
                            for (int c = 0; c < p.groupInputs(); ++c) {
                                const int row = y * p.strideHeight - p.paddingHeight + ky;
                                const int column = x * p.strideWidth - p.paddingWidth + kx;
                                if (row < 0 || row >= p.height || column < 0 || column >= p.width) continue;
                                const int channel = n / p.groupOutputs() * p.groupInputs() + c;
                                const std::uint8_t byte =
                                    input[((at(image) * at(p.height) + at(row)) * at(p.width) + at(column)) *
                                              at(p.channels) +
                                          at(channel)];
                                const int a = isSigned ? static_cast<std::int8_t>(byte) : byte;
                                const int code =
                                    codes[((at(n) * at(p.kernelHeight) + at(ky)) * at(p.kernelWidth) + at(kx)) *
                                              at(p.groupInputs()) +
                                          at(c)];
                                sum += a * (2 * code + p.weightOffset);
                            }
                    sums.push_back(sum);
                }
    return sums;
}

/// Runs a packed layer over `images` images, split for `parts` threads.
inline std::vector<std::int32_t> runPacked(const runtime::PackedConv& conv, std::vector<std::uint8_t> input, int images,
                                           int parts) {
    const runtime::ConvProblem& p = conv.problem;
    std::vector<std::int32_t> sums(at(images) * at(p.outHeight) * at(p.outWidth) * at(p.outChannels), 0x55555555);
    runtime::EpilogueTask epilogue;
    epilogue.channels = p.outChannels;
    epilogue.accumulators = sums.data();
    // What lies behind the input must not matter.
    input.resize(input.size() + runtime::kSlack, 0xEE);
    const auto bands = runtime::splitIntoBands(conv, images, parts);
    runtime::AlignedBytes scratch(runtime::scratchBytes(conv, bands), std::byte{0xAB});
    for (const runtime::Band& band : bands) conv.kernel->run(conv, band, input.data(), epilogue, scratch.data());
    return sums;
}

inline std::vector<std::uint8_t> randomActivations(const runtime::ConvProblem& p, int images, Random& random) {
    std::vector<std::uint8_t> input(at(images) * at(p.height) * at(p.width) * at(p.channels));
    const int span = p.activationHighest - p.activationLowest + 1;
    for (auto& code : input)
        code = static_cast<std::uint8_t>(p.activationLowest + static_cast<int>(random.below(at(span))));
    return input;
}

inline std::vector<std::int8_t> randomCodes(const runtime::ConvProblem& p, int lowest, int highest, Random& random) {
    std::vector<std::int8_t> codes(at(p.outChannels) * at(p.depth()));
    for (auto& code : codes)
        code = static_cast<std::int8_t>(lowest + static_cast<int>(random.below(at(highest - lowest + 1))));
    return codes;
}

}  // namespace bitdesk::test
