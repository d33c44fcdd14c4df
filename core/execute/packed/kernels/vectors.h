// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/to_index.h"

/// Small vectors that every instruction set has a form of (compiler extension). All is inlined always: a function that
/// was compiled for AVX-512 must never be what the linker keeps for all.
#define BITDESK_INLINE [[gnu::always_inline]] inline

namespace bitdesk::packed {

using U8x32 = std::uint8_t __attribute__((vector_size(32)));
using U16x16 = std::uint16_t __attribute__((vector_size(32)));
using I32x8 = std::int32_t __attribute__((vector_size(32)));
using U32x8 = std::uint32_t __attribute__((vector_size(32)));
using U32x16 = std::uint32_t __attribute__((vector_size(64)));
using F32x8 = float __attribute__((vector_size(32)));

template <typename Vector>
BITDESK_INLINE Vector load(const void* from) {
    Vector vector;
    __builtin_memcpy(&vector, from, sizeof vector);
    return vector;
}

template <typename Vector>
BITDESK_INLINE void store(void* to, Vector vector) {
    __builtin_memcpy(to, &vector, sizeof vector);
}

template <typename Vector>
BITDESK_INLINE Vector splat(float x) {
    return Vector{x, x, x, x, x, x, x, x};
}

/// Calls work.operator()<count>(), for a count of 1 … Most; does nothing for any other.
template <int Most, typename Work>
BITDESK_INLINE void withConstant(int count, const Work& work) {
    if (count == Most) work.template operator()<Most>();
    else if constexpr (Most > 1) withConstant<Most - 1>(count, work);
}

/// Hands out parts of a call's scratch memory; counts alone when it has none.
class ScratchPlan {
public:
    BITDESK_INLINE explicit ScratchPlan(std::byte* memory) : m_memory(memory) {}
    template <typename T>
    BITDESK_INLINE T* take(std::size_t count) {
        T* part = m_memory == nullptr ? nullptr : reinterpret_cast<T*>(m_memory + m_used);
        m_used += (count * sizeof(T) + 63) / 64 * 64;
        return part;
    }
    BITDESK_INLINE std::size_t used() const { return m_used; }

private:
    std::byte* m_memory;
    std::size_t m_used = 0;
};

}  // namespace bitdesk::packed
