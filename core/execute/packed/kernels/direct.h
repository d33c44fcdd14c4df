// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/execute/packed/kernels/epilogue.h"
#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/packed/kernels/window_copy.h"

namespace bitdesk::packed {

/// How a direct kernel walks the window of one output: `taps` runs of contiguous activations. Without groups a run is a
/// whole kernel row, KW·C long, since NHWC keeps it together; with groups it is one pixel's C/groups, and of a dilated
/// row one pixel's C.
struct Taps {
    int count;
    std::size_t elements;  ///< activations of a tap
    BITDESK_INLINE static bool keepsRows(const ConvProblem& p) { return p.groups == 1 && p.dilationWidth == 1; }
    BITDESK_INLINE static Taps of(const ConvProblem& p) {
        if (keepsRows(p)) return {p.kernelHeight, toIndex(p.kernelWidth) * toIndex(p.channels)};
        return {p.kernelHeight * p.kernelWidth, toIndex(p.groupInputs())};
    }
};

inline constexpr int kMaxTaps = 256;

struct DirectForm : PackedForm {
    int stepsPerTap = 0;  ///< 4-byte steps of a tap
    int safeSteps = 0;    ///< where sums have 16 bits: steps before they must be widened
};

/// Bytes times bytes: unsigned activations of at most 7 bits, odd codes within a signed byte.
bool appliesDirectBytes(const ConvProblem& problem);
/// Odd codes as [block][tap][step][16][4] bytes. `Wide`: the kernel sums in 32 bits; else in 16, and safeSteps says how
/// long: each step adds two products to a lane.
template <bool Wide>
std::unique_ptr<PackedForm> packDirectBytes(const ConvProblem& problem, std::span<const std::int8_t> codes);

/// Words times words: every width up to 8 bits, signed activations too.
bool appliesDirectWords(const ConvProblem& problem);
/// Odd codes as [block][tap][step][16][2] words.
std::unique_ptr<PackedForm> packDirectWords(const ConvProblem& problem, std::span<const std::int8_t> codes);

/// Output-stationary: R pixels × 16 channels stay in registers over the whole window. `Multiply::Activation` is the
/// element that is copied into the window; 4 bytes of it (a step) meet 16 × 4 bytes of weights.
template <typename Isa, typename Multiply>
struct Direct {
    using Activation = typename Multiply::Activation;

    using Memory = WindowMemory<Activation>;

    static std::size_t scratchBytes(const PackedConv& conv, const Band& band) {
        return Memory(conv.problem, band, nullptr).used;
    }

    struct Walk {
        const ConvProblem& problem;
        const DirectForm& form;
        const EpilogueTask& epilogue;
        const Activation* origin;
        std::ptrdiff_t taps[kMaxTaps];  // elements from a pixel's origin
        int tapCount;
        int blocks = 1;              // that a pass computes
        std::size_t blockBytes = 0;  // of weights
        const std::byte* weights = nullptr;
        int channel = 0;
    };

    /// Weights that may be read again for every few pixels: a part of the first-level cache.
    static constexpr std::size_t kNearWeights = 24 * 1024;

    /// Computes R pixels from their window origins and finishes them. A function of its own, so that the accumulators
    /// get the registers.
    template <int R>
    [[gnu::noinline]] static void pixels(const Walk& walk, const std::ptrdiff_t* origins, const std::size_t* outputs) {
        alignas(64) std::int32_t sums[R * kBlock];
        const Activation* rows[R];
        for (int r = 0; r < R; ++r) rows[r] = walk.origin + origins[r];
        Multiply::template window<R>(rows, walk.taps, walk.tapCount, walk.form.stepsPerTap, walk.form.safeSteps,
                                     walk.weights, sums);
        finishBlocks<Isa>(
            walk.epilogue, walk.channel, R, [&](int r) { return outputs[r]; },
            [&](int r) {
                return BlockSums{load<I32x8>(sums + r * kBlock), load<I32x8>(sums + r * kBlock + 8)};
            });
    }

    /// Collects pixels until a register tile is full.
    struct Queue {
        std::ptrdiff_t origins[Multiply::kRows];
        std::size_t outputs[Multiply::kRows];
        int count = 0;
        BITDESK_INLINE void flush(Walk& walk) {
            const std::byte* weights = walk.weights;
            const int channel = walk.channel;
            for (int b = 0; b < walk.blocks; ++b) {
                withConstant<Multiply::kRows>(count, [&]<int R>() { pixels<R>(walk, origins, outputs); });
                walk.weights += walk.blockBytes;
                walk.channel += kBlock;
            }
            walk.weights = weights;
            walk.channel = channel;
            count = 0;
        }
    };

    /// One pass over the band's pixels.
    BITDESK_INLINE static void pass(const Band& band, const Window& w, Walk& walk) {
        const ConvProblem& p = walk.problem;
        Queue queue;
        forEachOutput(p, band, w, [&](std::ptrdiff_t origin, std::size_t output) {
            queue.origins[queue.count] = origin * p.channels;
            queue.outputs[queue.count] = output;
            if (++queue.count == Multiply::kRows) queue.flush(walk);
        });
        queue.flush(walk);
    }

    static void run(const PackedConv& conv, const Band& band, const std::uint8_t* input, const EpilogueTask& epilogue,
                    std::byte* scratch) {
        const ConvProblem& p = conv.problem;
        const auto& form = static_cast<const DirectForm&>(*conv.form);
        const Memory memory(p, band, scratch);
        const Window& w = memory.window;
        Walk walk{p, form, epilogue, windowOf(p, band, w, input, memory.activations), {}, Taps::of(p).count};
        const std::ptrdiff_t pixel = std::ptrdiff_t{p.channels} * p.dilationWidth;
        const std::ptrdiff_t row = std::ptrdiff_t{w.columns} * p.channels * p.dilationHeight;
        walk.blockBytes = toIndex(walk.tapCount) * toIndex(form.stepsPerTap) * 4 * kBlock;
        const int blocksPerGroup = (p.groupOutputs() + kBlock - 1) / kBlock;
        // Where all weights stay near, a few pixels get all their outputs at once, and each is written in one go.
        const bool near = p.groups == 1 && toIndex(band.blocks) * walk.blockBytes <= kNearWeights;
        walk.blocks = near ? band.blocks : 1;
        for (int b = band.block; b < band.block + band.blocks; b += walk.blocks) {
            const int group = b / blocksPerGroup;
            const std::ptrdiff_t base = std::ptrdiff_t{group} * p.groupInputs();
            for (int t = 0; t < walk.tapCount; ++t)
                walk.taps[t] =
                    base + (Taps::keepsRows(p) ? t * row : (t / p.kernelWidth) * row + (t % p.kernelWidth) * pixel);
            walk.weights = form.weights.data() + toIndex(b) * walk.blockBytes;
            walk.channel = group * p.groupOutputs() + (b % blocksPerGroup) * kBlock;
            pass(band, w, walk);
        }
    }
};

}  // namespace bitdesk::packed
