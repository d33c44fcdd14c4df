// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Runs everywhere: the fallback, and the oracle of the same layouts elsewhere.

#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/packed/kernels/kernel_table.h"

namespace bitdesk::packed {
namespace {

struct Portable {
    using Lane = std::uint32_t;
    using LaneVector = U32x8;
    static constexpr int kTileRows = 4;
    static constexpr bool kBytesClip = false;

    BITDESK_INLINE static F32x8 maximum(F32x8 a, F32x8 b) { return a > b ? a : b; }
    BITDESK_INLINE static F32x8 minimum(F32x8 a, F32x8 b) { return a < b ? a : b; }
    BITDESK_INLINE static F32x8 maximumOrNan(F32x8 a, F32x8 b) {
        const F32x8 larger = b > a ? b : a;
        return b != b ? b : larger;
    }
    BITDESK_INLINE static I32x8 roundToEven(F32x8 v) {
        constexpr float kMagic = 12582912.0F;  // 1.5 · 2²³: its last bit is worth 1, so the addition rounds to even
        return __builtin_convertvector((v + kMagic) - kMagic, I32x8);
    }
    BITDESK_INLINE static void storeLowBytes(std::uint8_t* to, I32x8 low, I32x8 high) {
        for (int i = 0; i < 8; ++i) {
            to[i] = static_cast<std::uint8_t>(low[i]);
            to[i + 8] = static_cast<std::uint8_t>(high[i]);
        }
    }
    BITDESK_INLINE static std::int32_t sumBytes(const std::uint8_t* from, int count) {
        std::int32_t sum = 0;
        for (int i = 0; i < count; ++i) sum += from[i];
        return sum;
    }
    BITDESK_INLINE static void addLanes(std::int32_t* results, LaneVector lanes, const std::int32_t*) {
        store(results, lanes);
    }

    /// One step: 4 activations against [16][4] weights.
    BITDESK_INLINE static void addStep(std::uint32_t* sums, const std::uint8_t* a, const std::int8_t* w) {
        for (int n = 0; n < kBlock; ++n)
            for (int i = 0; i < 4; ++i) sums[n] += static_cast<std::uint32_t>(a[i] * w[4 * n + i]);
    }

    template <int R>
    static void positions(const std::uint8_t* v, std::size_t rowStride, std::size_t positionStride, int count,
                          const std::byte* weights, int steps, Lane* products) {
        const auto* w = reinterpret_cast<const std::int8_t*>(weights);
        for (int position = 0; position < count; ++position, v += positionStride, products += R * kBlock) {
            __builtin_memset(products, 0, R * kBlock * sizeof(Lane));
            for (int s = 0; s < steps; ++s, w += 4 * kBlock)
                for (int r = 0; r < R; ++r) addStep(products + r * kBlock, v + toIndex(r) * rowStride + 4 * s, w);
        }
    }

    template <typename Element, typename Weight>
    struct Multiply {
        using Activation = Element;
        static constexpr bool kWide = true;
        static constexpr int kRows = 4, kPerStep = 4 / sizeof(Element);

        template <int R>
        static void window(const Activation* const* rows, const std::ptrdiff_t* taps, int tapCount, int steps, int,
                           const std::byte* weights, std::int32_t* sums) {
            const auto* w = reinterpret_cast<const Weight*>(weights);
            __builtin_memset(sums, 0, R * kBlock * sizeof(std::int32_t));
            for (int t = 0; t < tapCount; ++t)
                for (int s = 0; s < steps; ++s, w += kPerStep * kBlock)
                    for (int r = 0; r < R; ++r) {
                        const Activation* a = rows[r] + taps[t] + s * kPerStep;
                        for (int n = 0; n < kBlock; ++n)
                            for (int i = 0; i < kPerStep; ++i) sums[r * kBlock + n] += a[i] * w[kPerStep * n + i];
                    }
        }
    };
    using Bytes = Multiply<std::uint8_t, std::int8_t>;
    using Words = Multiply<std::int16_t, std::int16_t>;
};

using Kernels = KernelTable<Portable>;
constexpr ConvKernel kConvolutions[] = {
    Kernels::winograd<3, 4>("portable-winograd-3x4"), Kernels::winograd<3, 3>("portable-winograd-3x3"),
    Kernels::winograd<2, 4>("portable-winograd-2x4"), Kernels::winograd<2, 3>("portable-winograd-2x3"),
    Kernels::winograd<2, 2>("portable-winograd-2x2"), Kernels::direct("portable-direct"),
    Kernels::depthwise("portable-depthwise"),         Kernels::directWords("portable-words"),
};
constexpr ValueKernels kValues = Kernels::values();

}  // namespace

constinit const IsaTable kPortableTable{kConvolutions, &kValues};

}  // namespace bitdesk::packed
