// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/slow_layers.h"

#include <fmt/format.h>
#include <algorithm>

namespace bitdesk {
namespace {

constexpr double kFall = 0.97;  // of time: what counts as a fall
constexpr double kBound = 0.5;  // share of the time that makes a bound

/// A layer between two widths, and what the roofline says of it.
struct Case {
    const LayerTable& table;
    const LayerRow& row;
    std::size_t from = 0, to = 0;  ///< indices of widths
    LayerFinding& finding;

    double seconds() const { return finding.to.milliseconds.median * 1e-3; }
    double bytes() const { return static_cast<double>(row.weightBytes[to] + row.inputBytes + row.outputBytes); }
    double shareOfBytes() const {
        return table.roofline.bytesPerSecond.median > 0 ? bytes() / table.roofline.bytesPerSecond.median / seconds()
                                                        : 0;
    }
    double shareOfOutputs() const {
        return table.roofline.outputsPerSecond.median > 0
                   ? static_cast<double>(row.outputElements) / table.roofline.outputsPerSecond.median / seconds()
                   : 0;
    }
};

/// A width's cell whatever the next layer's: the mean of medians, the widest of intervals.
LayerCell overNext(const std::vector<LayerCell>& cells) {
    LayerCell found = cells.front();
    for (std::size_t i = 1; i < cells.size(); ++i) {
        const double share = 1.0 / static_cast<double>(i + 1);
        Quartiles& q = found.milliseconds;
        const Quartiles& other = cells[i].milliseconds;
        q.median += (other.median - q.median) * share;
        q.q1 += (other.q1 - q.q1) * share;
        q.q3 += (other.q3 - q.q3) * share;
        q.n += other.n;
        found.ci95 = {std::min(found.ci95.low, cells[i].ci95.low), std::max(found.ci95.high, cells[i].ci95.high)};
    }
    return found;
}

void explain(const Case& c) {
    LayerFinding& f = c.finding;
    const Roofline& roof = c.table.roofline;
    const int executedFrom = c.row.executedBits[c.from], executedTo = c.row.executedBits[c.to];
    if (f.to.ci95.low < kFall * f.from.ci95.high) {
        f.cause = SlowCause::Noise;
        f.explanation = "the intervals are too wide to tell: measure longer, or on a quieter machine";
    } else if (executedFrom == executedTo) {
        f.cause = SlowCause::Fallback;
        f.explanation = fmt::format("{} at {} and {} at {} bits both compute in {}-bit arithmetic",
                                    c.row.kernels[c.from], f.fromBits, c.row.kernels[c.to], f.toBits, executedTo);
    } else if (c.shareOfBytes() >= kBound && c.shareOfBytes() >= c.shareOfOutputs()) {
        f.cause = SlowCause::MemoryBound;
        f.explanation = fmt::format("its {:.0f} KiB take {:.0f} % of the time at the {:.1f} GB/s measured here",
                                    c.bytes() / 1024, 100 * c.shareOfBytes(), roof.bytesPerSecond.median * 1e-9);
    } else if (c.shareOfOutputs() >= kBound) {
        f.cause = SlowCause::EpilogueBound;
        f.explanation =
            fmt::format("writing its {} outputs takes {:.0f} % of the time at the {:.2f} G outputs/s measured here",
                        c.row.outputElements, 100 * c.shareOfOutputs(), roof.outputsPerSecond.median * 1e-9);
    } else {
        f.cause = SlowCause::Kernel;
        const auto rate = [&](const LayerCell& cell) {
            return static_cast<double>(c.row.macs) / (cell.milliseconds.median * 1e-3) * 1e-9;
        };
        const std::string kernels =
            c.row.kernels[c.to] == c.row.kernels[c.from]
                ? fmt::format("{} is the fastest at both and does", c.row.kernels[c.to])
                : fmt::format("{} does {:.0f} and {}", c.row.kernels[c.from], rate(f.from), c.row.kernels[c.to]);
        f.explanation = fmt::format("{} {:.0f} G MACs/s here; a large layer reaches {:.0f} at {} and {:.0f} at {} bits",
                                    kernels, rate(f.to), roof.macsPerSecond[c.from].median * 1e-9, f.fromBits,
                                    roof.macsPerSecond[c.to].median * 1e-9, f.toBits);
    }
}

}  // namespace

std::vector<LayerFinding> findSlowLayers(const LayerTable& table) {
    std::vector<LayerFinding> findings;
    for (const LayerRow& row : table.rows) {
        if (row.quantizable < 0) continue;
        for (std::size_t to = table.widths.size() - 1; to-- > 0;) {
            LayerFinding finding;
            finding.layer = row.name;
            finding.fromBits = table.widths[to + 1];
            finding.toBits = table.widths[to];
            const double ratio = static_cast<double>(finding.toBits) / finding.fromBits;
            finding.bitopsRatio = ratio * ratio;
            finding.from = overNext(row.cells[to + 1]);
            finding.to = overNext(row.cells[to]);
            if (finding.to.milliseconds.median < kFall * finding.from.milliseconds.median) continue;
            explain({table, row, to + 1, to, finding});
            findings.push_back(std::move(finding));
        }
    }
    return findings;
}

}  // namespace bitdesk
