// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "core/network/activation.h"
#include "core/network/pool_span.h"

namespace bitdesk::packed {

/// Outputs are computed in blocks of this many channels, in every kernel and layout.
inline constexpr int kBlock = 16;
/// Bytes that a kernel may read behind the last byte of an activation buffer.
inline constexpr std::size_t kSlack = 64;

/// One convolution (or linear layer: a 1×1 convolution of a 1×1 map) at one bit-width. Activations are NHWC codes, one
/// byte each; weights are codes c with odd code 2c + weightOffset (WeightQuantizer).
struct ConvProblem {
    int height = 1, width = 1, channels = 1;  ///< input map
    int outHeight = 1, outWidth = 1, outChannels = 1;
    int kernelHeight = 1, kernelWidth = 1;
    int strideHeight = 1, strideWidth = 1;
    int paddingHeight = 0, paddingWidth = 0;  ///< above and left; what lies outside the map is the activation code 0
    int dilationHeight = 1, dilationWidth = 1;
    int groups = 1;
    int activationLowest = 0, activationHighest = 15;
    int weightOffset = 1;

    bool isDilated() const { return dilationHeight != 1 || dilationWidth != 1; }
    int groupInputs() const { return channels / groups; }
    int groupOutputs() const { return outChannels / groups; }
    /// Blocks of outputs; no block spans two groups.
    int blocks() const { return groups * ((groupOutputs() + kBlock - 1) / kBlock); }
    /// Products that one accumulator sums.
    std::int64_t depth() const { return std::int64_t{kernelHeight} * kernelWidth * groupInputs(); }
    std::int64_t macs() const { return depth() * outHeight * outWidth * outChannels; }
    bool operator==(const ConvProblem&) const = default;
};

/// The part of an output that one call computes: `rows` rows of `images` images (all rows where there are several
/// images), and the output channels of blocks [block, block + blocks).
struct Band {
    int image = 0, images = 1;
    int row = 0, rows = 1;
    int block = 0, blocks = 1;
};

/// Where one set of codes goes: quantizeActivation(value, inverseScale, lowest, highest).
struct CodeTarget {
    std::uint8_t* codes = nullptr;
    float inverseScale = 1;
    float lowest = 0, highest = 0;
};

/// An Epilogue (execution_plan.h) bound to memory. Pointers stand at image 0; value [image][y][x][channel].
struct EpilogueTask {
    int channels = 1;
    /// Padded to whole blocks; null: v = raw.
    const float* scale = nullptr;
    const float* offset = nullptr;
    const float* residual = nullptr;
    Activation activation;
    float* values = nullptr;
    const CodeTarget* codes = nullptr;
    int codeTargets = 0;
    /// The raw int32 sums, for tests; null otherwise.
    std::int32_t* accumulators = nullptr;
    /// Set where one set of unsigned codes is all that is written, which the activation changes nothing of, and
    /// fma(raw, codeScale, codeOffset) was proven to round to them (folded_codes.h); padded as `scale`.
    const float* codeScale = nullptr;
    const float* codeOffset = nullptr;
};

/// Allocates on cache lines.
template <typename T>
struct LineAllocator {
    using value_type = T;
    static constexpr std::align_val_t kLine{64};
    LineAllocator() = default;
    template <typename U>
    explicit LineAllocator(const LineAllocator<U>&) {}
    T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kLine)); }
    void deallocate(T* memory, std::size_t) { ::operator delete(memory, kLine); }
    bool operator==(const LineAllocator&) const { return true; }
};

using AlignedBytes = std::vector<std::byte, LineAllocator<std::byte>>;

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

/// Geometry of a pool, as in the plan, which owns the spans: one for each row and column of its output.
struct PoolProblem {
    int height = 1, width = 1, channels = 1, outHeight = 1, outWidth = 1;
    const PoolSpan* rows = nullptr;
    const PoolSpan* columns = nullptr;
    bool average = false;
};

/// What the steps that multiply nothing run.
struct ValueKernels {
    void (*floats)(const float* input, std::size_t first, std::size_t pixels, const EpilogueTask&);
    void (*pixels)(const std::uint8_t* input, std::size_t first, std::size_t pixels, const EpilogueTask&);
    void (*pool)(const PoolProblem&, const float* input, const Band&, const EpilogueTask&);
};

/// What one instruction set offers, best first. Plain constants: the files that define them must not run on every CPU.
struct IsaTable {
    std::span<const ConvKernel> convolutions;
    const ValueKernels* values;
};

extern const IsaTable kPortableTable, kAvx2Table, kAvx512Table;
/// Those for AVX2 that may win above it, too: tables of two-bit products, and few channels or short sums.
extern const IsaTable kAvx2Shared;

}  // namespace bitdesk::packed
