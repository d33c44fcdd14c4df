// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/layer_table.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/to_index.h"

namespace bitdesk {
namespace {

std::optional<double> errorQuantile(const std::vector<LayerTableCheck>& checks, double q) {
    if (checks.empty()) return std::nullopt;
    std::vector<double> errors;
    errors.reserve(checks.size());
    for (const LayerTableCheck& check : checks) errors.push_back(std::abs(check.error()));
    return quantile(errors, q);
}

}  // namespace

bool LayerTable::covers(std::size_t layers, std::span<const int> modelWidths) const {
    const auto lines = [&](int quantizable) { return quantizable < 0 ? std::size_t{1} : widths.size(); };
    const auto known = [&](int quantizable) { return quantizable < static_cast<int>(layers); };
    return std::ranges::equal(widths, modelWidths) && std::ranges::all_of(rows, [&](const LayerRow& row) {
               const auto fits = [&](const auto& line) { return line.size() == lines(row.next); };
               return known(row.quantizable) && known(row.next) && row.cells.size() == lines(row.quantizable) &&
                      std::ranges::all_of(row.cells, fits);
           });
}

const LayerCell& LayerTable::cell(const LayerRow& row, const BitConfiguration& bits) const {
    const auto index = [&](int quantizable) {
        if (quantizable < 0) return std::size_t{0};
        const auto found =
            toIndex(quantizable) < bits.size() ? std::ranges::find(widths, bits[toIndex(quantizable)]) : widths.end();
        if (found == widths.end())
            throw Error(ErrorKind::Internal, "layer table", "has no time for the mix " + toText(bits));
        return toIndex(found - widths.begin());
    };
    return row.cells.at(index(row.quantizable)).at(index(row.next));
}

double LayerTable::predict(const BitConfiguration& bits) const {
    double sum = outsideMs.median;
    for (const LayerRow& row : rows) sum += cell(row, bits).milliseconds.median;
    return sum;
}

double LayerTable::longestMs() const {
    double longest = 0;
    for (const LayerRow& row : rows)
        for (const auto& line : row.cells)
            for (const LayerCell& cell : line) longest = std::max(longest, cell.milliseconds.median);
    return longest;
}

std::optional<double> LayerTable::medianError() const { return errorQuantile(checks, 0.5); }
std::optional<double> LayerTable::error90() const { return errorQuantile(checks, 0.9); }

const char* toText(SlowCause cause) {
    switch (cause) {
        case SlowCause::Noise: return "noise";
        case SlowCause::Fallback: return "fallback";
        case SlowCause::MemoryBound: return "memory-bound";
        case SlowCause::EpilogueBound: return "epilogue-bound";
        case SlowCause::Kernel: break;
    }
    return "kernel";
}

}  // namespace bitdesk
