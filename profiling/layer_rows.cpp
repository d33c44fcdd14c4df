// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/layer_rows.h"

#include <algorithm>

#include "core/base/to_index.h"
#include "core/statistics/intervals.h"

namespace bitdesk {
namespace {

using CellSamples = std::vector<std::vector<std::vector<double>>>;  // [width][next width]

std::int64_t bytesOf(const ExecutionPlan& plan, int buffer) {
    if (buffer < 0) return 0;
    const Buffer& b = plan.buffers[toIndex(buffer)];
    return b.shape.elements() * (b.type == ElementType::F32 ? 4 : 1);
}

/// The quantizable layer whose bits decide how a step's output is written: that of the first layer that reads it.
int nextLayer(const MetaModel& model, const Step& step) {
    for (const CodeOutput& output : step.epilogue.codeOutputs)
        if (const Layer& reader = model.network.layers()[toIndex(output.layer)]; reader.quantizable())
            return reader.quantizableIndex;
    return -1;
}

/// What does not change with the mix.
LayerRow describe(const MetaModel& model, const ExecutionPlan& plan, const Step& step) {
    LayerRow row;
    row.name = step.name;
    row.next = nextLayer(model, step);
    row.outputElements = step.outputShape.elements();
    row.inputBytes = bytesOf(plan, step.epilogue.residual);
    for (const int input : step.inputs) row.inputBytes += bytesOf(plan, input);
    if (step.inputs.empty()) row.inputBytes += step.inputShape.elements();  // the image
    row.outputBytes = bytesOf(plan, step.epilogue.floatOutput);
    for (const CodeOutput& output : step.epilogue.codeOutputs) row.outputBytes += bytesOf(plan, output.buffer);
    if (step.layer < 0) return row;
    const Layer& layer = model.network.layers()[toIndex(step.layer)];
    row.quantizable = layer.quantizableIndex;
    row.macs = layer.macs;
    return row;
}

LayerCell summarize(std::span<const double> samples) { return {quartiles(samples), medianInterval(samples)}; }

/// With intervals so wide that, over all pairs of a table, hardly one is told apart by chance.
LayerCell summarizeStrictly(std::span<const double> samples) {
    constexpr double kConfidence = 0.9999;
    return {quartiles(samples), medianInterval(samples, kConfidence)};
}

std::vector<double> joined(const std::vector<std::vector<double>>& parts) {
    std::vector<double> all;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

bool differ(const LayerCell& a, const LayerCell& b) {
    constexpr double kMatters = 0.03;
    const double small = std::min(a.milliseconds.median, b.milliseconds.median);
    const double large = std::max(a.milliseconds.median, b.milliseconds.median);
    const bool apart = a.ci95.high < b.ci95.low || b.ci95.high < a.ci95.low;
    return apart && large > (1 + kMatters) * small;
}

/// Whether the next layer's width shows in a row's times.
bool nextMatters(const CellSamples& samples) {
    for (const auto& line : samples) {
        std::vector<LayerCell> cells;
        for (const auto& times : line)
            if (!times.empty()) cells.push_back(summarizeStrictly(times));
        for (const LayerCell& a : cells)
            for (const LayerCell& b : cells)
                if (differ(a, b)) return true;
    }
    return false;
}

}  // namespace

LayerRows::LayerRows(const MetaModel& model, Executor& executor) : m_widths(model.bits) {
    for (const int width : m_widths) {
        const ExecutionPlan plan = lower(model, uniformBits(model.network, width));
        if (m_rows.empty())
            for (const Step& step : plan.steps) m_rows.push_back(describe(model, plan, step));
        for (std::size_t s = 0; s < plan.steps.size(); ++s) {
            LayerRow& row = m_rows[s];
            if (row.quantizable < 0 && !row.kernels.empty()) continue;
            row.kernels.push_back(executor.kernel(plan.steps[s]));
            row.executedBits.push_back(executor.executedBits(plan.steps[s]));
            row.weightBytes.push_back(executor.weightBytes(plan.steps[s]));
        }
    }
    for (const LayerRow& row : m_rows)
        m_samples.emplace_back(row.quantizable >= 0 ? m_widths.size() : 1,
                               std::vector<std::vector<double>>(row.next >= 0 ? m_widths.size() : 1));
}

std::size_t LayerRows::widthIndex(const BitConfiguration& mix, int quantizable) const {
    if (quantizable < 0) return 0;
    return toIndex(std::ranges::find(m_widths, mix[toIndex(quantizable)]) - m_widths.begin());
}

void LayerRows::add(const BitConfiguration& mix, std::span<const double> stepMilliseconds) {
    for (std::size_t s = 0; s < m_rows.size(); ++s)
        m_samples[s][widthIndex(mix, m_rows[s].quantizable)][widthIndex(mix, m_rows[s].next)].push_back(
            stepMilliseconds[s]);
}

std::vector<LayerRow> LayerRows::fit() const {
    std::vector<LayerRow> rows = m_rows;
    for (std::size_t s = 0; s < rows.size(); ++s) {
        LayerRow& row = rows[s];
        for (const auto& line : m_samples[s]) {
            row.cells.emplace_back();
            for (const auto& samples : line) row.cells.back().push_back(summarize(samples));
        }
        if (row.next < 0 || nextMatters(m_samples[s])) continue;
        row.next = -1;
        for (std::size_t w = 0; w < row.cells.size(); ++w) row.cells[w] = {summarize(joined(m_samples[s][w]))};
    }
    return rows;
}

}  // namespace bitdesk
