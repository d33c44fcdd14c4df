// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/execute/packed/aligned_bytes.h"
#include "core/execute/packed/kernels/conv_problem.h"

namespace bitdesk::runtime {

struct ConvKernel;

/// What Winograd kernels need besides the weights; see pack_winograd.h.
struct WinogradForm {
    bool oddCodes =
        false;       ///< U is of 2c + weightOffset and the result the sum; else of c, and the window's Σa is added
    int groups = 1;  ///< channel groups that are widened one by one
    int groupChannels = 0;                     ///< channels a group (the last may be narrower), a multiple of 4
    std::vector<std::uint8_t> positionOffset;  ///< makes transformed activations unsigned, by position
    AlignedBytes correction;                   ///< lanes [block][group][output of a tile][lane]
    std::vector<std::int32_t> center;          ///< per output channel, added before the division
};

/// What table kernels need besides the weights; see table.h.
struct TableForm {
    int groups = 0;
    AlignedBytes seeds;   ///< [super-block][group][byte]: what a group's byte sums start from
    AlignedBytes starts;  ///< words [super-block][total, high][kSuperBlock / 2]: minus what the seeds will have added
};

/// A layer's weights at one bit-width in the form that one kernel reads.
struct PackedConv {
    ConvProblem problem;
    const ConvKernel* kernel = nullptr;
    AlignedBytes weights;
    int blocks = 0;       ///< of 16 outputs, as the kernel counts them
    int stepsPerTap = 0;  ///< direct kernels: 4-byte steps of a tap
    int safeSteps = 0;    ///< direct kernels of 16-bit sums: steps before they must be widened
    WinogradForm winograd;
    TableForm table;

    std::size_t bytes() const {
        return weights.size() + winograd.correction.size() + table.seeds.size() + table.starts.size() +
               sizeof(std::int32_t) * winograd.center.size();
    }
};

/// A way to compute a convolution. All give the same int32 sums.
struct ConvKernel {
    const char* name;  ///< "avx2-direct", "vnni-winograd-2x2", …
    /// Whether the shape and widths suit it, weights aside.
    bool (*applies)(const ConvProblem&);
    /// Packs weight codes [N, KH, KW, C/groups]. False where the proof that no sum overflows fails for these weights.
    bool (*pack)(const ConvProblem&, std::span<const std::int8_t> codes, PackedConv&);
    std::size_t (*scratchBytes)(const PackedConv&, const Band&);
    /// Computes a band. `input` stands at image 0 and is readable kSlack bytes beyond its end; `scratch` is aligned to
    /// 64 bytes.
    void (*run)(const PackedConv&, const Band&, const std::uint8_t* input, const EpilogueTask&, std::byte* scratch);
    int tileHeight;  ///< outputs are computed in tiles of this many rows: bands start at multiples of it
    /// The width whose arithmetic it really does, as `profile` tells it: 8 where bytes are multiplied at the same speed
    /// at every width below, 16 or 32 where wider integers are; 0 where it lives off the requested width.
    int executedBits;
};

}  // namespace bitdesk::runtime
