// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/execute/packed/aligned_bytes.h"
#include "core/execute/packed/kernels/conv_problem.h"

namespace bitdesk::packed {

struct ConvKernel;

/// A layer's weights as one kernel reads them. A kernel that needs more derives a form of its own.
struct PackedForm {
    AlignedBytes weights;
    int blocks = 0;  ///< of 16 outputs, as the kernel counts them

    PackedForm() = default;
    PackedForm(const PackedForm&) = delete;
    PackedForm& operator=(const PackedForm&) = delete;
    virtual ~PackedForm();
    /// All that it holds.
    virtual std::size_t bytes() const;
};

/// A layer's weights at one bit-width, packed for one kernel.
struct PackedConv {
    ConvProblem problem;
    const ConvKernel* kernel = nullptr;
    std::unique_ptr<PackedForm> form;

    std::size_t bytes() const { return form->bytes(); }
};

/// A way to compute a convolution. All give the same int32 sums.
struct ConvKernel {
    const char* name;  ///< "avx2-direct", "vnni-winograd-2x2", …
    /// Whether the shape and widths suit it, weights aside.
    bool (*applies)(const ConvProblem&);
    /// Packs weight codes [N, KH, KW, C/groups]. Null where the proof that no sum overflows fails for these weights.
    std::unique_ptr<PackedForm> (*pack)(const ConvProblem&, std::span<const std::int8_t> codes);
    std::size_t (*scratchBytes)(const PackedConv&, const Band&);
    /// Computes a band. `input` stands at image 0 and is readable kSlack bytes beyond its end; `scratch` is aligned to
    /// 64 bytes.
    void (*run)(const PackedConv&, const Band&, const std::uint8_t* input, const EpilogueTask&, std::byte* scratch);
    int tileHeight;  ///< outputs are computed in tiles of this many rows: bands start at multiples of it
    /// The width whose arithmetic it really does, as `profile` tells it: 8 where bytes are multiplied at the same speed
    /// at every width below, 16 or 32 where wider integers are; 0 where it lives off the requested width.
    int executedBits;
};

}  // namespace bitdesk::packed
