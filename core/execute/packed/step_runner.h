// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/to_index.h"
#include "core/execute/packed/arena.h"
#include "core/execute/packed/bound_plan.h"
#include "core/execute/packed/prefix_values.h"

namespace bitdesk::packed {

/// What all images of a run share.
struct RunShared {
    const ExecutionPlan& plan;
    const std::vector<BoundStep>& steps;
    const ArenaLayout& layout;
    const ValueKernels& values;
    int firstStep;             ///< behind the checkpoint it goes on from; 0: from the images
    const PrefixValues* from;  ///< null: from the images
    /// Values that live in checkpoints instead of the arena, for all images of the batch: by producing step, and by
    /// float buffer. Null where the arena has them.
    std::vector<float*> keptValues, keptBuffers;
};

/// Memory of one thread that lasts no longer than a step; it grows as needed.
struct Scratch {
    AlignedBytes kernel;
    AlignedBytes map;  ///< between a convolution and the pool behind it, or a row of raw values

    std::size_t bytes() const { return kernel.size() + map.size(); }
};

/// Some images of a run on their way through the steps, in one arena. Steps are run one after the other; the parts of
/// one step may run on several threads, each with scratch memory of its own.
class StepRunner {
public:
    /// `images` and `logits` stand at the first of the `count` images, which is `first` in its batch.
    StepRunner(const RunShared& shared, std::byte* arena, const std::uint8_t* images, float* logits, int first,
               int count)
        : m_shared(shared), m_arena(arena), m_images(images), m_logits(logits), m_first(first), m_count(count) {}

    /// Writes the codes that later steps read of the checkpoint's values, at this plan's bits.
    void restore() const;
    /// The part `part` of `parts` of step `s`.
    void run(std::size_t s, int part, int parts, Scratch& scratch) const;
    /// Steps s and s + 1 where isPooledAtOnce, some rows at a time: the map between them is the largest of a network,
    /// and so stays in the cache. Returns the nanoseconds that the pool took.
    std::int64_t runPooled(std::size_t s, Scratch& scratch) const;
    void copyLogits() const;

private:
    /// Code targets of one step, in one place for the length of a call.
    struct Bound {
        EpilogueTask task;
        std::vector<CodeTarget> codes;
    };
    template <typename T>
    T* buffer(int index) const {
        return index < 0 ? nullptr : reinterpret_cast<T*>(m_arena + m_shared.layout.offsets[toIndex(index)]);
    }
    Bound epilogueOf(std::size_t s) const;
    void runConvolution(std::size_t s, const EpilogueTask& task, int part, int parts, AlignedBytes& scratch) const;
    void runPool(std::size_t s, const EpilogueTask& task, int part, int parts) const;
    void poolRows(std::size_t s, const float* map, const EpilogueTask& task, int image, int first, int last) const;
    void runRows(const BoundStep& step, const EpilogueTask& task, int part, int parts, AlignedBytes& raw) const;
    void runElements(const BoundStep& step, const float* floats, const std::uint8_t* pixels, EpilogueTask task,
                     int part, int parts) const;
    /// A float buffer, wherever it lives.
    float* floats(int index) const;

    const RunShared& m_shared;
    std::byte* m_arena;
    const std::uint8_t* m_images;
    float* m_logits;
    int m_first, m_count;
};

}  // namespace bitdesk::packed
