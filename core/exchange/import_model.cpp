// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/import_model.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/base/to_index.h"
#include "core/exchange/import_weights.h"
#include "core/network/cost.h"

namespace bitdesk {
namespace {

/// The map that a node's flat input was, where a flatten and nothing that counts features anew stands between; else
/// 1×1.
Shape flattenedFrom(const Network& network, int node) {
    for (int n = network.inputs(node).front(); !network.inputs(n).empty(); n = network.inputs(n).front()) {
        const Node& before = network.nodes()[toIndex(n)];
        if (before.as<FlattenAttributes>()) return network.shape(network.inputs(n).front());
        if (network.findLayer(before.name) != nullptr) break;
    }
    return {};
}

/// PyTorch flattens channel after channel, this program pixel after pixel: moves `count` rows of C·H·W to H·W·C.
std::vector<float> toNhwc(const std::vector<float>& values, std::size_t rows, const Shape& map) {
    const std::size_t pixels = toIndex(std::int64_t{map.height} * map.width), channels = toIndex(map.channels);
    std::vector<float> moved(values.size());
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t p = 0; p < pixels; ++p)
                moved[(r * pixels + p) * channels + c] = values[(r * channels + c) * pixels + p];
    return moved;
}

class Importer {
public:
    Importer(const TensorFile& file, const ImportMapping& mapping, const Network& network)
        : m_file(file),
          m_mapping(mapping),
          m_network(network),
          m_result{.model = MetaModel(network), .uncalibrated = {}} {}

    ImportedModel run() {
        checkEntries();
        MetaModel& model = m_result.model;
        model.bits = m_mapping.bits;
        model.quantizer = commonQuantizer().name;
        readNormalization();
        model.classNames = m_mapping.classes;
        for (int c = 0; m_mapping.classes.empty() && c < m_network.classes(); ++c)
            model.classNames.push_back("class " + std::to_string(c));
        for (std::size_t l = 0; l < m_network.layers().size(); ++l) readLayer(static_cast<int>(l));
        for (int n = 0; n < static_cast<int>(m_network.nodes().size()); ++n)
            if (m_network.nodes()[toIndex(n)].as<NormAttributes>()) readNorm(n);
        checkModel(model, m_file.where);
        keepFloats();
        return std::move(m_result);
    }

private:
    [[noreturn]] void fail(const std::string& layer, const std::string& reason, const std::string& hint = {}) const {
        throw Error(ErrorKind::BadInput, m_file.where + ": '" + layer + "'", reason, hint);
    }

    void checkEntries() const {
        if (!m_mapping.classes.empty() && static_cast<int>(m_mapping.classes.size()) != m_network.classes())
            throw Error(ErrorKind::BadInput, m_mapping.where,
                        "has " + std::to_string(m_mapping.classes.size()) + " classes, network '" + m_network.name() +
                            "' has " + std::to_string(m_network.classes()));
        const auto missing = missingFrom(m_mapping, m_network);
        if (!missing.empty()) {
            std::string names;
            for (std::size_t i = 0; i < std::min<std::size_t>(missing.size(), 5); ++i)
                names += (i > 0 ? ", " : "") + missing[i];
            if (missing.size() > 5) names += " and " + std::to_string(missing.size() - 5) + " more";
            throw Error(ErrorKind::BadInput, m_mapping.where, "has no tensors for " + names,
                        "Draft a mapping (" + settingName("suggest") + ") and fill the gaps");
        }
        const auto known = [&](const std::string& name, bool layer) {
            const int node = m_network.findNode(name);
            return node >= 0 && (layer ? m_network.findLayer(name) != nullptr
                                       : m_network.nodes()[toIndex(node)].as<NormAttributes>() != nullptr);
        };
        for (const auto& [name, entry] : m_mapping.layers)
            if (!known(name, true))
                throw Error(ErrorKind::BadInput, m_mapping.where + ": '" + name + "'",
                            "is no layer of network '" + m_network.name() + "'");
        for (const auto& [name, entry] : m_mapping.norms)
            if (!known(name, false))
                throw Error(ErrorKind::BadInput, m_mapping.where + ": '" + name + "'",
                            "is no norm of network '" + m_network.name() + "'");
    }

    const WeightQuantizer& commonQuantizer() const {
        const WeightQuantizer* common = nullptr;
        std::string first;
        for (const auto& [name, layer] : m_mapping.layers) {
            const WeightQuantizer* wanted = quantizerFor(layer.weightRule);
            if (wanted == nullptr) continue;
            if (common != nullptr && wanted != common)
                fail(name,
                     std::string("has the weight_quantizer ") + ruleName(layer.weightRule) +
                         ", which does not go with that of '" + first + "'",
                     "One model has lsq and lsq-narrow, or dorefa, or floor-nested layers; float ones join any");
            common = wanted;
            first = name;
        }
        return common != nullptr ? *common : findWeightQuantizer("rounded");
    }

    void readNormalization() {
        const auto channels = toIndex(m_network.inputShape().channels);
        if (!m_mapping.normalization)
            throw Error(ErrorKind::BadInput, m_file.where, "nothing says how its images are normalized",
                        "Give mean and standard deviation (" + settingName("mean") + ", " + settingName("std") +
                            "), or \"normalization\" in the mapping, for "
                            "pixels scaled to 0…1");
        if (m_mapping.normalization->mean.size() != channels)
            throw Error(ErrorKind::BadInput, m_file.where,
                        "the normalization has " + std::to_string(m_mapping.normalization->mean.size()) +
                            " channels, the network's input " + std::to_string(channels),
                        "Give one number a channel, with a decimal point, as " + settingName("mean") +
                            " 0.5; a comma parts channels");
        m_result.model.normalization = *m_mapping.normalization;
    }

    const Tensor& tensor(const std::string& name, const std::string& layer) const {
        const Tensor* found = m_file.find(name);
        if (found == nullptr)
            fail(layer, "its tensor '" + name + "' is not in the file",
                 "A draft of the mapping (" + settingName("suggest") + ") tells what is there");
        return *found;
    }
    std::string place(const std::string& name) const { return m_file.where + ": tensor '" + name + "'"; }

    /// A tensor's numbers where it has one of these shapes.
    std::vector<float> floats(const std::string& name, const std::string& layer,
                              const std::vector<std::vector<std::int64_t>>& shapes) const {
        const Tensor& found = tensor(name, layer);
        if (std::ranges::find(shapes, found.shape) == shapes.end())
            throw Error(
                ErrorKind::BadInput, place(name),
                "has shape " + shapeText(found.shape) + " where '" + layer + "' needs " + shapeText(shapes.front()));
        return toFloats(found, place(name));
    }

    std::vector<float> readWeight(const Layer& layer, const std::string& name) const {
        const std::int64_t n = layer.output.channels, c = layer.inputChannelsPerGroup(), kh = layer.kernelHeight,
                           kw = layer.kernelWidth;
        if (layer.isLinear) {
            auto values = floats(name, layer.name, {{n, c}, {n, c, 1, 1}});
            const Shape map = flattenedFrom(m_network, layer.node);
            return map.elements() == c ? toNhwc(values, toIndex(n), map) : values;
        }
        std::vector<std::vector<std::int64_t>> shapes{{n, c, kh, kw}};
        if (kh * kw == 1) shapes.push_back({n, c});
        return toNhwc(floats(name, layer.name, shapes), toIndex(n),
                      {layer.kernelHeight, layer.kernelWidth, static_cast<int>(c)});
    }

    /// One number, or `channels`: of a width, from a mapping's numbers or tensor.
    std::vector<float> readScale(const ScaleSource& source, const std::string& layer, int bits, std::size_t index,
                                 std::size_t channels) const {
        if (source.tensor.empty()) return {source.values.size() == 1 ? source.values.front() : source.values[index]};
        const std::string name = filledIn(source.tensor, bits, index);
        const Tensor& found = tensor(name, layer);
        std::vector<float> values = toFloats(found, place(name));
        for (const float value : values)
            if (!(value > 0)) throw Error(ErrorKind::BadInput, place(name), "holds a scale that is not above 0");
        const std::size_t widths = m_mapping.bits.size();
        const bool perWidth = name == source.tensor && !found.shape.empty() &&
                              found.shape.front() == static_cast<std::int64_t>(widths) && widths > 1;
        if (perWidth && values.size() == channels && channels > 1)
            throw Error(ErrorKind::BadInput, place(name),
                        "may be scales of " + std::to_string(widths) + " widths or of as many channels",
                        "Write the numbers of each width into the mapping");
        if (perWidth) {
            const std::size_t each = values.size() / widths;
            values = {values.begin() + static_cast<std::ptrdiff_t>(index * each),
                      values.begin() + static_cast<std::ptrdiff_t>((index + 1) * each)};
        }
        if (values.size() != 1 && values.size() != channels)
            throw Error(
                ErrorKind::BadInput, place(name),
                "has shape " + shapeText(found.shape) + " where '" + layer + "' needs one scale" +
                    (channels > 1 ? ", or one for each of its " + std::to_string(channels) + " filters" : " a width"));
        return values;
    }

    void readLayer(int index) {
        const Layer& layer = m_network.layers()[toIndex(index)];
        const LayerMapping& mapping = m_mapping.layers.at(layer.name);
        const MetaModel& model = m_result.model;
        const auto filters = toIndex(layer.output.channels);
        LayerParameters parameters;
        const int copies = model.codeCopies(layer);
        for (int copy = 0; copy < copies; ++copy) {
            const int bits = copies > 1 ? model.bits[toIndex(copy)] : model.codeBits(layer);
            const auto weights = readWeight(layer, filledIn(mapping.weight, bits, toIndex(copy)));
            std::vector<float> scales{1.0F};
            if (mapping.weightScale.given())
                scales = readScale(mapping.weightScale, layer.name, bits, toIndex(copy), filters);
            if (scales.size() == 1) scales.assign(filters, scales.front());
            const QuantizedWeights made =
                quantizeWeights(weights, filters, mapping.weightRule, model.weightQuantizer(), bits, scales);
            parameters.codes.insert(parameters.codes.end(), made.codes.begin(), made.codes.end());
            parameters.weightScale.insert(parameters.weightScale.end(), made.scales.begin(), made.scales.end());
        }
        if (layer.hasBias && mapping.bias.empty())
            fail(layer.name, "has a bias in the network and none in the mapping");
        if (!mapping.bias.empty()) {
            auto bias = floats(mapping.bias, layer.name, {{layer.output.channels}});
            if (layer.hasBias) parameters.bias = std::move(bias);
            else if (feedsNormsAlone(layer)) m_movedBiases.emplace(layer.node, std::move(bias));
            else
                fail(layer.name, "has a bias in the mapping and none in the network",
                     "Give the network's node \"bias\": true");
        }
        parameters.actScale = activationScales(layer, mapping);
        if (mapping.activationRule == ActivationRule::Calibrate) m_result.uncalibrated.push_back(index);
        if (mapping.weightRule == WeightRule::Float && layer.quantizable()) ++m_result.floatLayers;
        m_result.model.layers.push_back(std::move(parameters));
    }

    bool isOfFloats() const {
        const bool layers = std::ranges::all_of(m_mapping.layers, [](const auto& entry) {
            const LayerMapping& layer = entry.second;
            return layer.weightRule == WeightRule::Float && layer.activationRule == ActivationRule::Calibrate &&
                   layer.weight.find('{') == std::string::npos;
        });
        return layers && std::ranges::all_of(m_result.model.norms, [](const auto& entry) {
                   return std::ranges::all_of(entry.second.tables(), [](const auto& table) {
                       return table.second->from == 1 && table.second->to == 1;
                   });
               });
    }

    void keepFloats() {
        if (!isOfFloats()) return;
        const MetaModel& model = m_result.model;
        FloatModel& floats = m_result.floats.emplace(m_network);
        for (std::size_t l = 0; l < model.layers.size(); ++l) {
            const Layer& layer = m_network.layers()[l];
            floats.layers.push_back(
                {.weight = readWeight(layer, m_mapping.layers.at(layer.name).weight), .bias = model.layers[l].bias});
        }
        for (const auto& [node, norm] : model.norms)
            floats.norms[node] = {norm.gamma.values, norm.beta.values, norm.mean.values, norm.var.values};
        floats.normalization = model.normalization;
        floats.classNames = model.classNames;
    }

    /// Whether a bias may become part of the norms behind: (x + b − mean) is (x − (mean − b)).
    bool feedsNormsAlone(const Layer& layer) const {
        const auto& readers = m_network.consumers(layer.node);
        return !readers.empty() && std::ranges::all_of(readers, [&](int node) {
            return m_network.nodes()[toIndex(node)].as<NormAttributes>() != nullptr;
        });
    }

    std::vector<float> activationScales(const Layer& layer, const LayerMapping& mapping) const {
        std::vector<float> scales;
        for (std::size_t i = 0; i < (layer.quantizable() ? m_mapping.bits.size() : 1); ++i) {
            const int bits = layer.quantizable() ? m_mapping.bits[i] : layer.fixedBits;
            const auto highest = static_cast<float>(activationHighest(bits, layer.signedInput));
            const auto read = [&] { return readScale(mapping.activationScale, layer.name, bits, i, 1).front(); };
            switch (mapping.activationRule) {
                case ActivationRule::Calibrate: scales.push_back(1); break;
                case ActivationRule::Lsq: scales.push_back(read()); break;
                case ActivationRule::Pact: scales.push_back(read() / highest); break;
                case ActivationRule::Dorefa: scales.push_back(1 / highest); break;
            }
        }
        return scales;
    }

    void readNorm(int node) {
        const auto& norm = *m_network.nodes()[toIndex(node)].as<NormAttributes>();
        const auto count = transitionCount(m_network, norm, static_cast<int>(m_mapping.bits.size()));
        NormParameters tables;
        for (const auto& [kind, table] : tables.tables()) *table = {.from = count.from, .to = count.to, .values = {}};
        for (int from = 0; from < count.from; ++from)
            for (int to = 0; to < count.to; ++to) readTransition(node, norm, from, to, tables);
        for (const auto& [kind, table] : tables.tables()) *table = compacted(*table);
        m_result.model.norms.emplace(node, std::move(tables));
    }

    int bitsOf(const std::string& layerName, int index) const {
        const Layer* layer = m_network.findLayer(layerName);
        if (layer == nullptr) return 0;
        return layer->quantizable() ? m_mapping.bits[toIndex(index)] : layer->fixedBits;
    }

    void readTransition(int node, const NormAttributes& norm, int from, int to, NormParameters& tables) const {
        const std::string& name = m_network.nodes()[toIndex(node)].name;
        const NormMapping& mapping = m_mapping.norms.at(name);
        const auto read = [&](const std::string& pattern, float otherwise, NormTable& table) {
            std::vector<float> row(toIndex(m_network.shape(node).channels), otherwise);
            if (!pattern.empty())
                row = normRow(node, transitionName(pattern, norm, from, to), toIndex(to), tables.gamma.to);
            table.values.insert(table.values.end(), row.begin(), row.end());
        };
        read(mapping.weight, 1, tables.gamma);
        read(mapping.bias, 0, tables.beta);
        read(mapping.mean, 0, tables.mean);
        read(mapping.variance, 1, tables.var);
        const auto moved = m_movedBiases.find(m_network.inputs(node).front());
        if (moved == m_movedBiases.end()) return;
        const auto means = std::span(tables.mean.values).last(moved->second.size());
        for (std::size_t c = 0; c < means.size(); ++c) means[c] -= moved->second[c];
    }

    std::string transitionName(const std::string& pattern, const NormAttributes& norm, int from, int to) const {
        return filledIn(filledIn(pattern, bitsOf(norm.from, from), toIndex(from), "from_"), bitsOf(norm.to, to),
                        toIndex(to));
    }

    /// [C], or [widths, C] where the norm has one entry a width.
    std::vector<float> normRow(int node, const std::string& tensorName, std::size_t to, int widths) const {
        const std::string& name = m_network.nodes()[toIndex(node)].name;
        const std::int64_t channels = m_network.shape(node).channels;
        std::vector<std::vector<std::int64_t>> shapes{{channels}};
        if (widths > 1) shapes.push_back({widths, channels});
        std::vector<float> values = floats(tensorName, name, shapes);
        if (values.size() > toIndex(channels))
            values = {values.begin() + static_cast<std::ptrdiff_t>(to) * channels,
                      values.begin() + static_cast<std::ptrdiff_t>(to + 1) * channels};
        const Shape map = flattenedFrom(m_network, node);
        return map.elements() == channels ? toNhwc(values, 1, map) : values;
    }

    const TensorFile& m_file;
    const ImportMapping& m_mapping;
    const Network& m_network;
    std::map<int, std::vector<float>> m_movedBiases;  // node of a layer → what its norms take over
    ImportedModel m_result;
};

}  // namespace

ImportedModel importModel(const TensorFile& file, const ImportMapping& mapping, const Network& network) {
    return Importer(file, mapping, network).run();
}

}  // namespace bitdesk
