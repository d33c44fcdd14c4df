// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/network/bit_configuration.h"
#include "core/network/network.h"
#include "core/quant/quantizer.h"

namespace bitdesk {

struct FloatModel;  // core/model/float_model.h

/// What one convolution or linear layer stores.
struct LayerParameters {
    /// [N, KH, KW, C/groups] or [N, C] at MetaModel::codeBits(); where the quantizer does not nest, one after another
    /// for each of the model's widths (see codeCopies()). Read them through codesAt() and weightScalesAt().
    std::vector<std::int8_t> codes;
    std::vector<float> weightScale;  ///< 1 or N values > 0, as often as there are codes
    std::vector<float> actScale;     ///< one per bit-width of the model (ascending), 1 for a fixed layer; > 0
    std::vector<float> bias;         ///< N values, or empty
};

/// One table of a transitional norm: [from][to][channel], flattened. A side whose entries are all equal may have
/// extent 1; else it has one entry a width.
struct NormTable {
    int from = 1, to = 1;
    std::vector<float> values;

    std::size_t channels() const { return values.size() / static_cast<std::size_t>(from * to); }
    /// [C], of the transition between these positions in MetaModel::bits. Everybody reads tables through it.
    std::span<const float> row(int fromIndex, int toIndex) const {
        return std::span(values).subspan(begin(fromIndex, toIndex), channels());
    }
    std::span<float> row(int fromIndex, int toIndex) {
        return std::span(values).subspan(begin(fromIndex, toIndex), channels());
    }
    bool operator==(const NormTable&) const = default;

private:
    std::size_t begin(int fromIndex, int toIndex) const {
        const int entry = (from > 1 ? fromIndex * to : 0) + (to > 1 ? toIndex : 0);
        return static_cast<std::size_t>(entry) * channels();
    }
};

/// The table without the sides along which it does not change, bit for bit.
NormTable compacted(const NormTable& table);

/// What one transitional norm stores; variances ≥ 0.
struct NormParameters {
    NormTable gamma, beta, mean, var;

    /// With the names that they have in a model file.
    std::array<std::pair<const char*, const NormTable*>, 4> tables() const {
        return {{{"gamma", &gamma}, {"beta", &beta}, {"mean", &mean}, {"var", &var}}};
    }
    std::array<std::pair<const char*, NormTable*>, 4> tables() {
        return {{{"gamma", &gamma}, {"beta", &beta}, {"mean", &mean}, {"var", &var}}};
    }
};

/// Per channel, on pixels scaled to 0…1: (x − mean) / std.
struct Normalization {
    std::vector<float> mean, std;
};

/// How images were brought to the input of a network when it was trained, as those who evaluate it should: the shorter
/// side to `resize` pixels (0: nobody said) by a cubic filter or a triangle, then the centre.
struct ImagePreparation {
    int resize = 0;
    bool bicubic = false;
    bool operator==(const ImagePreparation&) const = default;
};

/// A meta-quantized network: one set of weight codes that runs at every bit-width in `bits`. Plain value.
struct MetaModel {
    explicit MetaModel(Network graph) : network(std::move(graph)) {}

    Network network;
    std::string quantizer = "floor-nested";
    std::vector<int> bits;                ///< ascending, e.g. {2, 3, 4}; each in 2…8
    std::vector<LayerParameters> layers;  ///< in the order of network.layers()
    std::map<int, NormParameters> norms;  ///< by node index
    Normalization normalization;
    ImagePreparation preparation;
    std::vector<std::string> classNames;
    /// The real weights that it was made of, for refinement and further training; null where they were not kept.
    std::shared_ptr<const FloatModel> floats;
    std::map<std::string, std::string> provenance;  ///< free text: data set, hash, seeds, command, accuracies …
    std::string name;                               ///< file stem, or "random:NETWORK"
    std::string hash;  ///< SHA-256 of the file's bytes (of the written form for random models)

    int topBits() const { return bits.back(); }
    /// The width that a layer's codes are stored at where there is one set of them: its fixed bits, or topBits().
    int codeBits(const Layer& layer) const { return layer.quantizable() ? topBits() : layer.fixedBits; }
    /// Position of a bit-width in `bits`; throws Error (BadInput) when the model lacks it.
    int bitIndex(int width) const;
    /// How many sets of codes and weight scales a layer stores: one, or one per width where the quantizer does not
    /// nest.
    int codeCopies(const Layer& layer) const {
        return layer.quantizable() && !weightQuantizer().nests ? static_cast<int>(bits.size()) : 1;
    }
    const WeightQuantizer& weightQuantizer() const { return findWeightQuantizer(quantizer); }
};

/// Checks every table against the network: sizes, code ranges, finiteness, positive scales, variances ≥ 0. Throws
/// Error (BadInput) naming `where` and the tensor.
void checkModel(const MetaModel& model, const std::string& where);

/// Bytes of all transitional norms' float32 tables, as the model stores them.
std::int64_t normBytes(const MetaModel& model);

/// Random weights and plausible norms, for timing (`random:NETWORK`).
MetaModel randomModel(const Network& network, std::vector<int> bits, std::uint64_t seed,
                      const std::string& quantizer = "floor-nested");

/// The weights of one layer (an index into network.layers()) when it runs at `bits`. However a model stores them, a
/// weight of filter n is worth  scale[n] · (code + offset / 2),  with the weight quantizer's `offset` (0 or 1). These
/// two functions are the only place that knows how codes are stored: executors and exporters ask here.

/// [N, KH, KW, C/groups] or [N, C], in the range of `bits`.
std::vector<std::int8_t> codesAt(const MetaModel& model, int layerIndex, int bits);
/// [N].
std::vector<double> weightScalesAt(const MetaModel& model, int layerIndex, int bits);

}  // namespace bitdesk
