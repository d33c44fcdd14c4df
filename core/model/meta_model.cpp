// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/meta_model.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/to_index.h"
#include "core/model/float_model.h"
#include "core/model/model_file.h"
#include "core/network/cost.h"

namespace bitdesk {
namespace {

void checkWidths(const MetaModel& model, const std::string& where) {
    const auto& bits = model.bits;
    const bool ascending = std::ranges::adjacent_find(bits, std::greater_equal<>{}) == bits.end();
    if (bits.empty() || !ascending || bits.front() < 2 || bits.back() > 8)
        throw Error(ErrorKind::BadInput, where, "its bit-widths are not ascending numbers from 2 to 8");
}

/// Checks the tables of one model; every failure names the tensor.
class Checker {
public:
    Checker(const MetaModel& model, const std::string& where) : m_model(model), m_where(where) {}

    void run() const {
        checkWidths(m_model, m_where);
        const auto channels = toIndex(m_model.network.inputShape().channels);
        checkTable("bitdesk.normalization mean", m_model.normalization.mean, channels, channels);
        checkTable("bitdesk.normalization std", m_model.normalization.std, channels, channels);
        checkPositive("bitdesk.normalization std", m_model.normalization.std);
        if (m_model.classNames.size() != toIndex(m_model.network.classes()))
            throw Error(ErrorKind::BadInput, m_where,
                        "has " + std::to_string(m_model.classNames.size()) + " class names, but its network has " +
                            std::to_string(m_model.network.classes()) + " classes");
        if (m_model.layers.size() != m_model.network.layers().size())
            throw Error(ErrorKind::BadInput, m_where, "has parameters for another number of layers than its network");
        for (std::size_t i = 0; i < m_model.layers.size(); ++i)
            checkLayer(m_model.network.layers()[i], m_model.layers[i]);
        for (std::size_t n = 0; n < m_model.network.nodes().size(); ++n)
            if (m_model.network.nodes()[n].as<NormAttributes>()) checkNorm(static_cast<int>(n));
        const auto isNorm = [](const Node& node) { return node.as<NormAttributes>() != nullptr; };
        if (m_model.norms.size() != toIndex(std::ranges::count_if(m_model.network.nodes(), isNorm)))
            throw Error(ErrorKind::BadInput, m_where, "has norm tables that belong to no norm");
    }

private:
    [[noreturn]] void fail(const std::string& tensor, const std::string& reason) const {
        throw Error(ErrorKind::BadInput, m_where + ": tensor '" + tensor + "'", reason);
    }

    void checkTable(const std::string& name, const std::vector<float>& values, std::size_t size,
                    std::size_t other) const {
        if (values.size() != size && values.size() != other)
            fail(name, "has " + std::to_string(values.size()) + " values, " + std::to_string(size) + " are needed");
        if (!std::ranges::all_of(values, [](float v) { return std::isfinite(v); })) fail(name, "holds NaN or infinity");
    }

    void checkPositive(const std::string& name, const std::vector<float>& values) const {
        // Below the smallest normal number a scale's inverse overflows.
        if (!std::ranges::all_of(values, [](float v) { return v >= 1e-30F && v <= 1e30F; }))
            fail(name, "holds a value that is not between 1e-30 and 1e30");
    }

    void checkLayer(const Layer& layer, const LayerParameters& parameters) const {
        const auto channels = toIndex(layer.output.channels);
        const auto copies = toIndex(m_model.codeCopies(layer));
        if (parameters.codes.size() != copies * toIndex(layer.weightCount))
            fail(layer.name + ".codes", "has " + std::to_string(parameters.codes.size()) + " codes, " +
                                            std::to_string(copies * toIndex(layer.weightCount)) + " are needed");
        checkTable(layer.name + ".weight_scale", parameters.weightScale, copies * channels, copies);
        checkPositive(layer.name + ".weight_scale", parameters.weightScale);
        const std::size_t widths = layer.quantizable() ? m_model.bits.size() : 1;
        checkTable(layer.name + ".act_scale", parameters.actScale, widths, widths);
        checkPositive(layer.name + ".act_scale", parameters.actScale);
        const std::size_t bias = layer.hasBias ? channels : 0;
        checkTable(layer.name + ".bias", parameters.bias, bias, bias);
        for (std::size_t copy = 0; copy < copies; ++copy)
            checkCodes(
                layer, copies == 1 ? m_model.codeBits(layer) : m_model.bits[copy],
                std::span(parameters.codes).subspan(copy * toIndex(layer.weightCount), toIndex(layer.weightCount)));
    }

    /// One set of codes, kept at `top` bits. Sums must fit 32 bits whatever the image: Σ|odd code| · highest activation
    /// code.
    void checkCodes(const Layer& layer, int top, std::span<const std::int8_t> codes) const {
        const auto& quantizer = m_model.weightQuantizer();
        const int lowest = quantizer.lowest(top, top), highest = quantizer.highest(top, top);
        if (!std::ranges::all_of(codes, [&](int code) { return code >= lowest && code <= highest; }))
            fail(layer.name + ".codes",
                 "holds a code outside " + std::to_string(lowest) + " … " + std::to_string(highest));
        const auto filter = toIndex(layer.weightCount / layer.output.channels);
        std::int64_t largest = 0;
        for (std::size_t begin = 0; begin < codes.size(); begin += filter) {
            std::int64_t sum = 0;
            for (std::size_t i = begin; i < begin + filter; ++i) sum += std::abs(quantizer.oddCode(codes[i], top, top));
            largest = std::max(largest, sum);
        }
        if (largest * activationHighest(top, layer.signedInput) >= (std::int64_t{1} << 31))
            fail(layer.name + ".codes", "its sums can pass 32 bits");
    }

    void checkNorm(int node) const {
        const auto& attributes = *m_model.network.nodes()[toIndex(node)].as<NormAttributes>();
        const std::string& name = m_model.network.nodes()[toIndex(node)].name;
        const auto found = m_model.norms.find(node);
        if (found == m_model.norms.end()) fail(name, "the norm has no tables");
        const auto count = transitionCount(m_model.network, attributes, static_cast<int>(m_model.bits.size()));
        const int channels = m_model.network.shape(node).channels;
        const auto fits = [](int extent, int full) { return extent == full || extent == 1; };
        for (const auto& [kind, table] : found->second.tables()) {
            if (!fits(table->from, count.from) || !fits(table->to, count.to))
                fail(name, std::string("its ") + kind + " is not [" + std::to_string(count.from) + ", " +
                               std::to_string(count.to) + ", " + std::to_string(channels) + "]");
            const auto size = toIndex(std::int64_t{table->from} * table->to * channels);
            checkTable(name + "." + kind, table->values, size, size);
        }
        if (!std::ranges::all_of(found->second.var.values, [](float v) { return v >= 0; }))
            fail(name + ".var", "holds a negative variance");
    }

    const MetaModel& m_model;
    const std::string& m_where;
};

/// Entries of all norms' tables where every transition has its own.
std::int64_t normEntries(const Network& network, int widths) {
    std::int64_t entries = 0;
    for (std::size_t n = 0; n < network.nodes().size(); ++n) {
        const auto* norm = network.nodes()[n].as<NormAttributes>();
        if (norm == nullptr) continue;
        const TransitionCount count = transitionCount(network, *norm, widths);
        entries += std::int64_t{4} * count.from * count.to * network.shape(static_cast<int>(n)).channels;
    }
    return entries;
}

/// A small graph may ask for gigabytes of weights: those are refused before the first is drawn.
void checkRandomSize(const MetaModel& model) {
    constexpr std::int64_t kMost = 150'000'000;  // VGG-19 has 144 million; some ten seconds
    const Network& network = model.network;
    std::int64_t numbers = 0;
    for (const Layer& layer : network.layers()) numbers += model.codeCopies(layer) * layer.weightCount;
    numbers += normEntries(network, static_cast<int>(model.bits.size()));
    if (numbers > kMost)
        throw Error(ErrorKind::BadInput, model.name,
                    "has " + std::to_string(numbers) + " weights and norm entries, too many to be drawn at random: " +
                        std::to_string(kMost) + " are the most",
                    "Give its layers fewer channels or features");
}

LayerParameters randomLayer(const MetaModel& model, const Layer& layer, Random& random) {
    LayerParameters parameters;
    const auto& quantizer = model.weightQuantizer();
    const int copies = model.codeCopies(layer);
    parameters.codes.reserve(toIndex(copies * layer.weightCount));
    for (int copy = 0; copy < copies; ++copy) {
        const int top = copies > 1 ? model.bits[toIndex(copy)] : model.codeBits(layer);
        const int lowest = quantizer.lowest(top, top), highest = quantizer.highest(top, top);
        const double deviation = highest / 3.0;
        for (std::int64_t i = 0; i < layer.weightCount; ++i)
            parameters.codes.push_back(static_cast<std::int8_t>(
                std::clamp(static_cast<int>(std::floor(random.normal() * deviation)), lowest, highest)));
        // He et al. 2015: variance 2 / fan-in.
        const double fanIn = static_cast<double>(layer.weightCount) / layer.output.channels;
        parameters.weightScale.insert(parameters.weightScale.end(), toIndex(layer.output.channels),
                                      static_cast<float>(std::sqrt(2.0 / fanIn) / deviation));
    }
    for (std::size_t b = 0; b < (layer.quantizable() ? model.bits.size() : 1); ++b) {
        const int width = layer.quantizable() ? model.bits[b] : layer.fixedBits;
        parameters.actScale.push_back(3.0F / static_cast<float>(activationHighest(width, layer.signedInput)));
    }
    if (layer.hasBias) parameters.bias.assign(toIndex(layer.output.channels), 0.0F);
    return parameters;
}

/// Which of the stored copies holds the codes of `bits`.
std::size_t copyOf(const MetaModel& model, const Layer& layer, int bits) {
    return model.codeCopies(layer) == 1 ? 0 : toIndex(model.bitIndex(bits));
}

}  // namespace

int MetaModel::bitIndex(int width) const {
    const auto found = std::ranges::find(bits, width);
    if (found == bits.end())
        throw Error(ErrorKind::BadInput, "model '" + name + "'", "has no " + std::to_string(width) + "-bit form");
    return static_cast<int>(found - bits.begin());
}

void checkModel(const MetaModel& model, const std::string& where) {
    Checker(model, where).run();
    if (model.floats != nullptr) checkFloatModel(*model.floats, where);
}

NormTable compacted(const NormTable& table) {
    const auto same = [&](int fromA, int toA, int fromB, int toB) {
        const auto a = table.row(fromA, toA), b = table.row(fromB, toB);
        return std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
    };
    bool alikeFrom = true, alikeTo = true;
    for (int from = 0; from < table.from; ++from)
        for (int to = 0; to < table.to; ++to) {
            alikeFrom = alikeFrom && same(from, to, 0, to);
            alikeTo = alikeTo && same(from, to, from, 0);
        }
    NormTable small{.from = alikeFrom ? 1 : table.from, .to = alikeTo ? 1 : table.to, .values = {}};
    for (int from = 0; from < small.from; ++from)
        for (int to = 0; to < small.to; ++to) {
            const auto row = table.row(from, to);
            small.values.insert(small.values.end(), row.begin(), row.end());
        }
    return small;
}

std::int64_t normBytes(const MetaModel& model) {
    std::size_t entries = 0;
    for (const auto& [node, norm] : model.norms)
        for (const auto& [kind, table] : norm.tables()) entries += table->values.size();
    return static_cast<std::int64_t>(entries * sizeof(float));
}

MetaModel randomModel(const Network& network, std::vector<int> bits, std::uint64_t seed, const std::string& quantizer) {
    MetaModel model(network);
    model.quantizer = quantizer;
    model.bits = std::move(bits);
    checkWidths(model, "random:" + network.name());
    model.name = "random:" + network.name();
    checkRandomSize(model);
    Random random(seed);
    for (const Layer& layer : network.layers()) model.layers.push_back(randomLayer(model, layer, random));
    for (std::size_t n = 0; n < network.nodes().size(); ++n) {
        const auto* norm = network.nodes()[n].as<NormAttributes>();
        if (norm == nullptr) continue;
        const auto count = transitionCount(network, *norm, static_cast<int>(model.bits.size()));
        NormParameters norms;
        for (const auto& [kind, table] : norms.tables()) *table = {.from = count.from, .to = count.to, .values = {}};
        const auto size = toIndex(std::int64_t{count.from} * count.to * network.shape(static_cast<int>(n)).channels);
        for (std::size_t i = 0; i < size; ++i) {
            norms.gamma.values.push_back(static_cast<float>(0.8 + 0.4 * random.uniform()));
            norms.beta.values.push_back(static_cast<float>(0.2 * random.normal()));
            norms.mean.values.push_back(static_cast<float>(0.1 * random.normal()));
            norms.var.values.push_back(static_cast<float>(0.5 + random.uniform()));
        }
        model.norms.emplace(static_cast<int>(n), std::move(norms));
    }
    const auto channels = toIndex(network.inputShape().channels);
    model.normalization = {std::vector<float>(channels, 0.5F), std::vector<float>(channels, 0.25F)};
    for (int c = 0; c < network.classes(); ++c) model.classNames.push_back("class " + std::to_string(c));
    model.provenance = {{"weights", "random, seed " + std::to_string(seed)}};
    model.hash = sha256(serializeModel(model));
    return model;
}

std::vector<std::int8_t> codesAt(const MetaModel& model, int layerIndex, int bits) {
    const Layer& layer = model.network.layers()[toIndex(layerIndex)];
    const WeightQuantizer& quantizer = model.weightQuantizer();
    const auto first = model.layers[toIndex(layerIndex)].codes.begin() +
                       static_cast<std::ptrdiff_t>(copyOf(model, layer, bits)) * layer.weightCount;
    std::vector<std::int8_t> codes(first, first + layer.weightCount);
    const int top = model.codeBits(layer);
    if (quantizer.nests && bits != top)
        std::ranges::transform(codes, codes.begin(), [&](std::int8_t code) {
            return static_cast<std::int8_t>(quantizer.narrow(code, top, bits));
        });
    return codes;
}

std::vector<double> weightScalesAt(const MetaModel& model, int layerIndex, int bits) {
    const Layer& layer = model.network.layers()[toIndex(layerIndex)];
    const std::vector<float>& stored = model.layers[toIndex(layerIndex)].weightScale;
    const std::size_t perCopy = stored.size() / toIndex(model.codeCopies(layer));
    const std::size_t first = copyOf(model, layer, bits) * perCopy;
    const int narrowed = model.weightQuantizer().nests ? model.codeBits(layer) - bits : 0;
    std::vector<double> scales(toIndex(layer.output.channels));
    for (std::size_t n = 0; n < scales.size(); ++n)
        scales[n] = std::ldexp(double{stored[first + (perCopy == 1 ? 0 : n)]}, narrowed);
    return scales;
}

}  // namespace bitdesk
