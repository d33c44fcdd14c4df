// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/network/bit_configuration.h"
#include "core/results/results.h"
#include "core/statistics/intervals.h"

namespace bitdesk {

/// A step at one width, run inside whole networks.
struct LayerCell {
    Quartiles milliseconds;
    Interval ci95;  ///< of the median
};

/// One step of the plan: a layer at each width it may have, or a step whose time no bit-width changes.
struct LayerRow {
    std::string name;
    int quantizable = -1;  ///< index of the quantizable layer whose bits it runs at; −1: none
    int next = -1;         ///< index of the layer whose bits its output is written at, where that matters; else −1
    std::int64_t macs = 0;
    std::int64_t inputBytes = 0, outputBytes = 0;  ///< activations of one image, read and written
    std::int64_t outputElements = 0;
    std::vector<std::string> kernels;           ///< by width; one where no bits are chosen
    std::vector<int> executedBits;              ///< the same
    std::vector<std::int64_t> weightBytes;      ///< packed, the same; 0 where the executor does not tell
    std::vector<std::vector<LayerCell>> cells;  ///< [width][next layer's width]; one where there is no such layer
};
template <SelfOf<LayerRow> Self>
void fields(Self& s, const auto& visit) {
    visit("name", s.name);
    visit("quantizable", IndexOrNone{s.quantizable});
    visit("next", IndexOrNone{s.next});
    visit("macs", s.macs);
    visit("input_bytes", s.inputBytes);
    visit("output_bytes", s.outputBytes);
    visit("output_elements", s.outputElements);
    visit("kernels", s.kernels);
    visit("executed_bits", s.executedBits);
    visit("weight_bytes", s.weightBytes);
    visit("cells", s.cells);
}

/// A mix that was measured beside the table and is not part of the fit.
struct LayerTableCheck {
    BitConfiguration bits;
    double predictedMs = 0;
    double measuredMs = 0;  ///< median of whole, untimed runs in the same rounds
    Interval measuredCi95;
    double error() const { return measuredMs > 0 ? predictedMs / measuredMs - 1 : 0; }
};

/// What this machine and runtime can do at most, measured by the runtime itself: a small roofline (Williams, Waterman &
/// Patterson 2009).
struct Roofline {
    std::vector<Quartiles> macsPerSecond;  ///< by width of the table: a large convolution with little else
    Quartiles bytesPerSecond;              ///< read from a buffer of `bytes`
    std::int64_t bytes = 0;                ///< what the network's runs touch, so that its caches are counted in
    Quartiles outputsPerSecond;            ///< outputs of a convolution that has hardly any sums
};
template <SelfOf<Roofline> Self>
void fields(Self& s, const auto& visit) {
    visit("macs_per_second", s.macsPerSecond);
    visit("bytes_per_second", s.bytesPerSecond);
    visit("bytes", s.bytes);
    visit("outputs_per_second", s.outputsPerSecond);
}

/// Why a layer is no faster with fewer bits.
enum class SlowCause { Noise, Fallback, MemoryBound, EpilogueBound, Kernel };
const char* toText(SlowCause cause);

/// "BitOPs fell, latency did not": one layer between two neighbouring widths.
struct LayerFinding {
    std::string layer;
    int fromBits = 0, toBits = 0;
    double bitopsRatio = 1;  ///< toBits over fromBits, < 1
    LayerCell from, to;
    SlowCause cause = SlowCause::Noise;
    std::string explanation;  ///< one sentence with the measured figures
};
template <SelfOf<LayerFinding> Self>
void fields(Self& s, const auto& visit) {
    visit("layer", s.layer);
    visit("from_bits", s.fromBits);
    visit("to_bits", s.toBits);
    visit("bitops_ratio", s.bitopsRatio);
    visit("from", s.from);
    visit("to", s.to);
    visit("cause", s.cause);
    visit("explanation", s.explanation);
}

/// Times of every step of a network by width, fitted from runs of whole networks at an orthogonal set of mixes. Layers
/// timed alone find their data in the cache and mislead.
struct LayerTable {
    std::int64_t id = 0;
    LatencyKey key;
    std::vector<int> widths;  ///< ascending; what the cells' indices mean
    std::vector<LayerRow> rows;
    /// Whole run minus the sum of its steps: what starting a run, copying its result and waiting between steps cost.
    Quartiles outsideMs;
    std::vector<LayerTableCheck> checks;
    int mixes = 0;   ///< of the orthogonal set
    int rounds = 0;  ///< in which each was run once
    Roofline roofline;
    std::vector<LayerFinding> findings;
    std::vector<std::string> warnings;
    Conditions conditions;
    std::string createdAt;

    /// Whether every cell that a mix of so many layers, at these widths, asks for is there.
    bool covers(std::size_t layers, std::span<const int> modelWidths) const;
    /// Milliseconds of a row under a mix: the median of its cell. Throws Error (Internal) for a mix of another network.
    const LayerCell& cell(const LayerRow& row, const BitConfiguration& bits) const;
    /// Σ cells + outside. Some dozen additions: for every move of a hand.
    double predict(const BitConfiguration& bits) const;
    /// The longest median of a cell, milliseconds: what a unit for all of them is chosen by.
    double longestMs() const;
    /// Median of |error| over the checks; nothing without any.
    std::optional<double> medianError() const;
    /// 90 % of the checks are at least this close.
    std::optional<double> error90() const;
};
/// Without its key, conditions and date.
template <SelfOf<LayerTable> Self>
void fields(Self& s, const auto& visit) {
    visit("widths", s.widths);
    visit("mixes", s.mixes);
    visit("rounds", s.rounds);
    visit("outside", s.outsideMs);
    visit("rows", s.rows);
    visit("checks", s.checks);
    visit("roofline", s.roofline);
    visit("findings", s.findings);
    visit("warnings", s.warnings);
}

}  // namespace bitdesk
