// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/step_runner.h"

#include <algorithm>
#include <cstring>

#include "core/base/clock.h"
#include "core/base/overloads.h"
#include "core/base/to_index.h"
#include "core/execute/packed/bands.h"
#include "core/execute/packed/value_rows.h"

namespace bitdesk::packed {
namespace {

/// A map on its way from a convolution to the pool behind it: only the rows that are in work have memory, which is used
/// again and again and so stays in the cache.
class RollingMap {
public:
    /// For bands of `rows` rows of one image, or of all rows of `images` images. `memory` grows as needed.
    RollingMap(AlignedBytes& memory, const PoolProblem& pool, int rows, int images)
        : m_rowFloats(toIndex(pool.width) * toIndex(pool.channels)), m_height(pool.height) {
        // A pool's window may begin in the band before, and a stride may skip the first rows of the next.
        int window = 0, stride = 0;
        for (int y = 0; y < pool.outHeight; ++y) {
            window = std::max(window, pool.rows[y].end - pool.rows[y].begin);
            if (y > 0) stride = std::max(stride, pool.rows[y].begin - pool.rows[y - 1].begin);
        }
        const int most = images > 1 ? images * pool.height : rows + window + stride;
        const std::size_t bytes = toIndex(most) * m_rowFloats * sizeof(float);
        if (memory.size() < bytes) memory.resize(bytes);
        m_rows = reinterpret_cast<float*>(memory.data());
    }

    /// Where value [0][0][0] of a batch would stand whose image `image` begins at row 0; only rows in work are there.
    float* origin(int image) const {
        // Of an address alone: a pointer must not leave its array.
        const std::size_t before =
            (toIndex(image) * toIndex(m_height) + toIndex(m_first)) * m_rowFloats * sizeof(float);
        // NOLINTNEXTLINE(performance-no-int-to-ptr)
        return reinterpret_cast<float*>(reinterpret_cast<std::uintptr_t>(m_rows) - before);
    }
    /// Forgets rows before `row` of the image; those up to `end` are kept.
    void drop(int row, int end) {
        if (row <= m_first) return;
        if (row < end)
            std::memmove(m_rows, m_rows + toIndex(row - m_first) * m_rowFloats,
                         toIndex(end - row) * m_rowFloats * sizeof(float));
        m_first = row;
    }
    /// Forgets everything: another image begins.
    void restart() { m_first = 0; }

private:
    float* m_rows;
    std::size_t m_rowFloats;
    int m_height;
    int m_first = 0;  // row of the image that stands first
};

/// A task whose value 0 is value `elements` of another; `codes` holds its targets.
EpilogueTask movedBy(EpilogueTask task, std::size_t elements, std::vector<CodeTarget>& codes) {
    codes.assign(task.codes, task.codes + task.codeTargets);
    for (CodeTarget& target : codes) target.codes += elements;
    task.codes = codes.data();
    if (task.residual != nullptr) task.residual += elements;
    if (task.values != nullptr) task.values += elements;
    return task;
}

}  // namespace

float* StepRunner::floats(int index) const {
    if (index < 0) return nullptr;
    float* kept = m_shared.keptBuffers[toIndex(index)];
    if (kept == nullptr) return buffer<float>(index);
    return kept + toIndex(m_shared.plan.buffers[toIndex(index)].shape.elements()) * toIndex(m_first);
}

StepRunner::Bound StepRunner::epilogueOf(std::size_t s) const {
    const BoundStep& step = m_shared.steps[s];
    const Epilogue& epilogue = step.step->epilogue;
    Bound bound;
    EpilogueTask& task = bound.task;
    task.channels = step.channels;
    task.scale = step.scaleData;
    task.offset = step.offsetData;
    task.residual = floats(epilogue.residual);
    task.values = floats(epilogue.floatOutput);
    if (float* kept = m_shared.keptValues[s]) task.values = kept + toIndex(step.elements()) * toIndex(m_first);
    if (task.values != nullptr || !step.codesCut) task.activation = epilogue.activation;
    for (const CodeOutput& output : epilogue.codeOutputs)
        bound.codes.push_back({buffer<std::uint8_t>(output.buffer), output.inverseScale,
                               static_cast<float>(output.lowest), static_cast<float>(output.highest)});
    task.codes = bound.codes.data();
    task.codeTargets = static_cast<int>(bound.codes.size());
    if (task.values == nullptr) {  // no checkpoint keeps them
        task.codeScale = step.codeScale;
        task.codeOffset = step.codeOffset;
    }
    return bound;
}

void StepRunner::restore() const {
    if (m_shared.from == nullptr) return;
    for (const PrefixValue& value : m_shared.from->values) {
        const BoundStep& step = m_shared.steps[toIndex(value.producer)];
        Bound bound = epilogueOf(toIndex(value.producer));
        std::vector<CodeTarget> codes;
        const auto& outputs = step.step->epilogue.codeOutputs;
        for (std::size_t i = 0; i < outputs.size(); ++i)
            if (m_shared.plan.buffers[toIndex(outputs[i].buffer)].lastStep >= m_shared.firstStep)
                codes.push_back(bound.codes[i]);
        if (codes.empty()) continue;
        EpilogueTask task;
        task.channels = step.channels;
        task.codes = codes.data();
        task.codeTargets = static_cast<int>(codes.size());
        runElements(step, value.data.get() + toIndex(step.elements()) * toIndex(m_first), nullptr, task, 0, 1);
    }
}

void StepRunner::run(std::size_t s, int part, int parts, Scratch& scratch) const {
    const BoundStep& step = m_shared.steps[s];
    const Bound bound = epilogueOf(s);
    std::visit(
        Overloads{[&](const InputAttributes&) { runElements(step, nullptr, m_images, bound.task, part, parts); },
                  [&](const Pointwise&) { runElements(step, floats(step.input()), nullptr, bound.task, part, parts); },
                  [&](const PoolWindows&) { runPool(s, bound.task, part, parts); },
                  [&](const OneOf<MultiplyAttributes, ConcatAttributes, ChannelSelection, LayerNormAttributes,
                                  UpsampleAttributes> auto&) { runRows(step, bound.task, part, parts, scratch.map); },
                  [&](const OneOf<Conv2dAttributes, LinearAttributes> auto&) {
                      runConvolution(s, bound.task, part, parts, scratch.kernel);
                  }},
        step.step->operation);
}

void StepRunner::runConvolution(std::size_t s, const EpilogueTask& task, int part, int parts,
                                AlignedBytes& scratch) const {
    const BoundStep& step = m_shared.steps[s];
    const PackedConv& conv = *step.conv;
    const auto bands = splitIntoBands(conv, m_count, parts);
    if (const std::size_t wanted = scratchBytes(conv, bands); scratch.size() < wanted) scratch.resize(wanted);
    const auto* input = buffer<const std::uint8_t>(step.input());
    for (std::size_t b = toIndex(part); b < bands.size(); b += toIndex(parts))
        conv.kernel->run(conv, bands[b], input, task, scratch.data());
}

void StepRunner::runPool(std::size_t s, const EpilogueTask& task, int part, int parts) const {
    const BoundStep& step = m_shared.steps[s];
    const std::int64_t height = step.pool.outHeight, rows = height * m_count;
    const std::int64_t last = rows * (part + 1) / parts;
    for (std::int64_t row = rows * part / parts; row < last;) {
        const std::int64_t end = std::min(last, (row / height + 1) * height);
        poolRows(s, floats(step.input()), task, static_cast<int>(row / height), static_cast<int>(row % height),
                 static_cast<int>(row % height + end - row));
        row = end;
    }
}

void StepRunner::poolRows(std::size_t s, const float* map, const EpilogueTask& task, int image, int first,
                          int last) const {
    if (first >= last) return;
    m_shared.values.pool(m_shared.steps[s].pool, map,
                         {.image = image, .images = 1, .row = first, .rows = last - first, .block = 0, .blocks = 0},
                         task);
}

std::int64_t StepRunner::runPooled(std::size_t s, Scratch& scratch) const {
    constexpr std::size_t kMapBytes = 256 * 1024;  // of the map between them that is in work
    const BoundStep& step = m_shared.steps[s];
    const PoolProblem& pool = m_shared.steps[s + 1].pool;
    Bound convolved = epilogueOf(s);
    const Bound pooled = epilogueOf(s + 1);
    const std::size_t mapBytes = toIndex(step.elements()) * sizeof(float);
    const int rowBands = std::clamp(static_cast<int>(mapBytes / kMapBytes) + 1, 1, pool.height);
    const auto bands = splitIntoBands(*step.conv, m_count, rowBands * m_count);
    if (const std::size_t wanted = scratchBytes(*step.conv, bands); scratch.kernel.size() < wanted)
        scratch.kernel.resize(wanted);
    const int input = m_shared.steps[s + 1].input();
    float* kept = m_shared.keptBuffers[toIndex(input)] != nullptr ? floats(input) : nullptr;
    RollingMap rolling(scratch.map, pool, bands.front().rows, bands.front().images);
    std::int64_t pooling = 0;
    int done = 0;  // rows of the pool of the present image
    for (const Band& band : bands) {
        if (band.row == 0 && band.block == 0) {
            done = 0;
            rolling.restart();
        }
        float* map = kept != nullptr ? kept : rolling.origin(band.image);
        convolved.task.values = map;
        step.conv->kernel->run(*step.conv, band, buffer<const std::uint8_t>(step.input()), convolved.task,
                               scratch.kernel.data());
        if (band.block + band.blocks < step.conv->form->blocks) continue;
        const std::int64_t begin = steadyNow();
        const int rows = band.row + band.rows;  // of the map that are there
        int ready = done;
        while (ready < pool.outHeight && pool.rows[ready].end <= rows) ++ready;
        for (int image = band.image; image < band.image + band.images; ++image)
            poolRows(s + 1, map, pooled.task, image, done, ready);
        done = ready;
        rolling.drop(done < pool.outHeight ? std::min(pool.rows[done].begin, rows) : rows, rows);
        pooling += steadyNow() - begin;
    }
    return pooling;
}

void StepRunner::runRows(const BoundStep& step, const EpilogueTask& task, int part, int parts,
                         AlignedBytes& raw) const {
    const Step& planned = *step.step;
    const std::int64_t height = planned.outputShape.height, rows = height * m_count;
    const std::size_t row = toIndex(planned.outputShape.width) * toIndex(planned.outputShape.channels);
    if (raw.size() < row * sizeof(float) + kSlack) raw.resize(row * sizeof(float) + kSlack);
    auto* values = reinterpret_cast<float*>(raw.data());
    std::vector<const float*> inputs(planned.inputs.size());
    std::vector<CodeTarget> codes;
    for (std::int64_t r = rows * part / parts; r < rows * (part + 1) / parts; ++r) {
        for (std::size_t i = 0; i < inputs.size(); ++i)
            inputs[i] = floats(planned.inputs[i]) + r / height * planned.inputShapes[i].elements();
        writeRawRow(planned, inputs, static_cast<int>(r % height), values);
        m_shared.values.floats(values, 0, toIndex(planned.outputShape.width), movedBy(task, toIndex(r) * row, codes));
    }
}

void StepRunner::runElements(const BoundStep& step, const float* floats, const std::uint8_t* pixels, EpilogueTask task,
                             int part, int parts) const {
    const auto call = [&](std::size_t first, std::size_t count) {
        if (floats != nullptr) m_shared.values.floats(floats, first, count, task);
        else m_shared.values.pixels(pixels, first, count, task);
    };
    const std::size_t elements = toIndex(step.elements()) * toIndex(m_count), row = toIndex(task.channels);
    const std::size_t rows = elements / row, rest = elements % row;
    const std::size_t begin = rows * toIndex(part) / toIndex(parts), end = rows * (toIndex(part) + 1) / toIndex(parts);
    call(begin, end - begin);
    if (rest == 0 || part + 1 < parts) return;
    // The last, shorter row: everything moves to its start.
    const std::size_t start = rows * row;
    if (floats != nullptr) floats += start;
    else pixels += start;
    std::vector<CodeTarget> codes;
    task = movedBy(task, start, codes);
    task.channels = static_cast<int>(rest);
    call(0, 1);
}

void StepRunner::copyLogits() const {
    const float* result = floats(m_shared.plan.output);
    std::copy_n(result, toIndex(m_count) * toIndex(m_shared.plan.classes), m_logits);
}

}  // namespace bitdesk::packed
