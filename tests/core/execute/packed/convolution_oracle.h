// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/base/to_index.h"
#include "core/execute/packed/bands.h"
#include "core/execute/packed/folded_codes.h"
#include "core/quant/quantizer.h"

namespace bitdesk::test {

/// Σ a · (2c + offset) by its definition.
inline std::vector<std::int32_t> convolve(const packed::ConvProblem& p, const std::vector<std::uint8_t>& input,
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
                                const int row = y * p.strideHeight - p.paddingHeight + ky * p.dilationHeight;
                                const int column = x * p.strideWidth - p.paddingWidth + kx * p.dilationWidth;
                                if (row < 0 || row >= p.height || column < 0 || column >= p.width) continue;
                                const int channel = n / p.groupOutputs() * p.groupInputs() + c;
                                const std::uint8_t byte =
                                    input[((toIndex(image) * toIndex(p.height) + toIndex(row)) * toIndex(p.width) +
                                           toIndex(column)) *
                                              toIndex(p.channels) +
                                          toIndex(channel)];
                                const int a = isSigned ? static_cast<std::int8_t>(byte) : byte;
                                const int code = codes[((toIndex(n) * toIndex(p.kernelHeight) + toIndex(ky)) *
                                                            toIndex(p.kernelWidth) +
                                                        toIndex(kx)) *
                                                           toIndex(p.groupInputs()) +
                                                       toIndex(c)];
                                sum += a * (2 * code + p.weightOffset);
                            }
                    sums.push_back(sum);
                }
    return sums;
}

/// Runs a packed layer over `images` images, split for `parts` threads.
inline void runBands(const packed::PackedConv& conv, std::vector<std::uint8_t> input, int images, int parts,
                     const packed::EpilogueTask& epilogue) {
    // What lies behind the input must not matter.
    input.resize(input.size() + packed::kSlack, 0xEE);
    const auto bands = packed::splitIntoBands(conv, images, parts);
    packed::AlignedBytes scratch(packed::scratchBytes(conv, bands), std::byte{0xAB});
    for (const packed::Band& band : bands) conv.kernel->run(conv, band, input.data(), epilogue, scratch.data());
}

inline std::size_t outputs(const packed::ConvProblem& p, int images) {
    return toIndex(images) * toIndex(p.outHeight) * toIndex(p.outWidth) * toIndex(p.outChannels);
}

/// A packed layer's sums.
inline std::vector<std::int32_t> runPacked(const packed::PackedConv& conv, const std::vector<std::uint8_t>& input,
                                           int images, int parts) {
    std::vector<std::int32_t> sums(outputs(conv.problem, images), 0x55555555);
    packed::EpilogueTask epilogue;
    epilogue.channels = conv.problem.outChannels;
    epilogue.accumulators = sums.data();
    runBands(conv, input, images, parts, epilogue);
    return sums;
}

/// What stands between sums and codes.
struct Requantization {
    std::vector<float> scale, offset;
    CodeOutput codes;

    /// Scales that spread sums of this size over the codes, of both signs.
    Requantization(int channels, int bits, double sumSize, Random& random) {
        codes.inverseScale = static_cast<float>(1 + 3 * random.uniform());
        codes.highest = activationHighest(bits, false);
        for (int c = 0; c < channels; ++c) {
            const double sign = random.below(4) == 0 ? -1 : 1;
            scale.push_back(static_cast<float>(sign * codes.highest * (0.1 + random.uniform()) / (sumSize + 1)));
            offset.push_back(static_cast<float>(codes.highest * random.normal() / 8));
        }
    }

    std::uint8_t code(std::int32_t sum, std::size_t channel) const {
        const float scaled = static_cast<float>(sum) * scale[channel];
        const float value = scaled + offset[channel];
        return static_cast<std::uint8_t>(quantizeActivation(value, codes.inverseScale, codes.lowest, codes.highest));
    }
};

/// A packed layer's codes, by the folded way where `fold` has one.
inline std::vector<std::uint8_t> runToCodes(const packed::PackedConv& conv, const std::vector<std::uint8_t>& input,
                                            int images, int parts, const Requantization& requantization,
                                            const packed::FoldedCodes& fold) {
    std::vector<std::uint8_t> codes(outputs(conv.problem, images), 0x55);
    auto scale = requantization.scale, offset = requantization.offset;
    scale.resize(scale.size() + 2 * packed::kBlock);
    offset.resize(scale.size());
    const packed::CodeTarget target{codes.data(), requantization.codes.inverseScale, 0,
                                    static_cast<float>(requantization.codes.highest)};
    packed::EpilogueTask epilogue;
    epilogue.channels = conv.problem.outChannels;
    epilogue.scale = scale.data();
    epilogue.offset = offset.data();
    epilogue.codes = &target;
    epilogue.codeTargets = 1;
    epilogue.codeScale = fold.scaleData();
    epilogue.codeOffset = fold.offsetData();
    runBands(conv, input, images, parts, epilogue);
    return codes;
}

inline std::vector<std::uint8_t> randomActivations(const packed::ConvProblem& p, int images, Random& random) {
    std::vector<std::uint8_t> input(toIndex(images) * toIndex(p.height) * toIndex(p.width) * toIndex(p.channels));
    const int span = p.activationHighest - p.activationLowest + 1;
    for (auto& code : input)
        code = static_cast<std::uint8_t>(p.activationLowest + static_cast<int>(random.below(toIndex(span))));
    return input;
}

inline std::vector<std::int8_t> randomCodes(const packed::ConvProblem& p, int lowest, int highest, Random& random) {
    std::vector<std::int8_t> codes(toIndex(p.outChannels) * toIndex(p.depth()));
    for (auto& code : codes)
        code = static_cast<std::int8_t>(lowest + static_cast<int>(random.below(toIndex(highest - lowest + 1))));
    return codes;
}

}  // namespace bitdesk::test
